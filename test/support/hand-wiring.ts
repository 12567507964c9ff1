// A Prometheus that its owner has wired by hand, as StatefulSets: with annotations, or with an istio-proxy of its own.
import type { Container, StatefulSet, Volume, VolumeMount } from '../../src/api/kubernetes.ts';
import { statefulSet, type WorkloadOptions } from './stateful-set.ts';

export interface HandWiring {
  /** OUTPUT_CERTS, and where its volume is mounted in istio-proxy; the latter is the same unless said otherwise. */
  readonly output?: string;
  readonly proxyMount?: string;
  readonly proxyReadOnly?: boolean;
  /** Where the Prometheus container mounts the volume; empty: nowhere. */
  readonly mounts?: readonly string[];
  readonly volume?: Volume;
  readonly options?: WorkloadOptions;
}

const VOLUME: Volume = { name: 'own-certs', emptyDir: { medium: 'Memory' } };

/** Istio's own recipe: annotations, a volume and two mounts. `options` are laid over it. */
export function handWired(wiring: HandWiring = {}): StatefulSet {
  const { output = '/etc/istio-certs', proxyMount = output, proxyReadOnly, options = {} } = wiring;
  const { volume = VOLUME } = wiring;
  const entry = {
    name: volume.name,
    mountPath: proxyMount,
    ...(proxyReadOnly === undefined ? {} : { readOnly: proxyReadOnly }),
  };
  return statefulSet({
    ...options,
    labels: { 'sidecar.istio.io/inject': 'true', ...options.labels },
    annotations: {
      'proxy.istio.io/config': `proxyMetadata:\n  OUTPUT_CERTS: ${output}\n`,
      'sidecar.istio.io/userVolumeMount': JSON.stringify([entry]),
      ...options.annotations,
    },
    volumes: [volume],
    mounts: mountsOf(wiring, volume),
  });
}

function mountsOf({ mounts = ['/etc/istio-certs'] }: HandWiring, volume: Volume): readonly VolumeMount[] {
  return mounts.map((mountPath) => ({ name: volume.name, mountPath }));
}

/** The recipe of 2020: a container istio-proxy in the template, with its env and the mount at `/etc/istio-certs`. */
export function handMade(proxy: Partial<Container> = {}, options: WorkloadOptions = {}): StatefulSet {
  return statefulSet({
    ...options,
    containers: [
      {
        name: 'istio-proxy',
        image: 'docker.io/istio/proxyv2:1.30.3',
        env: [{ name: 'OUTPUT_CERTS', value: '/etc/istio-certs' }],
        volumeMounts: [{ name: 'certs', mountPath: '/etc/istio-certs' }],
        readinessProbe: { httpGet: { path: '/healthz/ready', port: 15021 } },
        ...proxy,
      },
    ],
    volumes: options.volumes ?? [{ name: 'certs', emptyDir: {} }],
    mounts: options.mounts ?? [{ name: 'certs', mountPath: '/etc/hand-certs' }],
  });
}
