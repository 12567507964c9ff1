// Pod templates that cannot be wired, each with the refusal that it meets, for e2e tests.
import type { KubeObject } from '../../testbed/api/kube-object.ts';

/** A change of a legacy StatefulSet before it is created, and what the resource then says. */
export interface BentTemplate {
  readonly name: string;
  readonly reason: string;
  readonly says: string;
  readonly bend: (object: KubeObject) => void;
}

export const TEMPLATE_ROWS: readonly BentTemplate[] = [
  {
    name: 'another-source',
    reason: 'VolumeNameTaken',
    says: 'spec.certificates.volumeName',
    bend: ({ spec }) =>
      spec.template.spec.volumes.push({ name: 'istio-output-certs', configMap: { name: 'else' } }),
  },
  {
    name: 'mount-taken',
    reason: 'MountPathTaken',
    says: '/etc/prom-certs',
    bend: ({ spec }) =>
      spec.template.spec.containers[0].volumeMounts.push({ name: 'config', mountPath: '/etc/prom-certs/' }),
  },
  {
    name: 'mount-below',
    reason: 'MountPathTaken',
    says: '/etc/prom-certs/deep',
    bend: ({ spec }) =>
      spec.template.spec.containers[0].volumeMounts.push({
        name: 'config',
        mountPath: '/etc/prom-certs/deep',
      }),
  },
  {
    name: 'no-container',
    reason: 'ContainerNotFound',
    says: 'spec.workload.container',
    bend: ({ spec }) => {
      spec.template.spec.containers = ['one', 'two'].map((name) => ({ name, image: 'x' }));
    },
  },
  {
    name: 'no-prometheus',
    reason: 'NotAScraper',
    says: 'spec.workload.container',
    bend: ({ spec }) => {
      spec.template.spec.containers = ['prometheus', 'two'].map((name) => ({ name, image: 'x' }));
    },
  },
  {
    name: 'bad-yaml',
    reason: 'AnnotationNotMergeable',
    says: 'proxy.istio.io/config',
    bend: ({ spec }) => {
      spec.template.metadata.annotations = { 'proxy.istio.io/config': 'proxyMetadata: [not, a, map]' };
    },
  },
];
