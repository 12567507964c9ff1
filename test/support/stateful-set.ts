// The legacy Prometheus as a StatefulSet, and the same when its template is wired.
import type { Container, ObjectMeta, StatefulSet, Volume, VolumeMount } from '../../src/api/kubernetes.ts';
import { NAMESPACE } from './scrape.ts';

export interface WorkloadOptions {
  readonly metadata?: Partial<ObjectMeta>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  /** Beside `config` and `istio-certs`. */
  readonly volumes?: readonly Volume[];
  /** Beside those of `config` and `istio-certs`. */
  readonly mounts?: readonly VolumeMount[];
  readonly containers?: readonly Container[];
  readonly spec?: Partial<StatefulSet['spec']>;
  readonly status?: StatefulSet['status'];
}

/** The legacy Prometheus, rolled out. */
export function statefulSet(options: WorkloadOptions = {}): StatefulSet {
  const { metadata, labels, annotations, volumes = [], mounts = [], containers = [], spec, status } = options;
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: {
      name: 'prometheus',
      namespace: NAMESPACE,
      uid: 'uid-workload',
      resourceVersion: '7',
      generation: 1,
      ...metadata,
    },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: 'prometheus' } },
      template: {
        metadata: {
          labels: { app: 'prometheus', ...labels },
          ...(annotations === undefined ? {} : { annotations }),
        },
        spec: {
          containers: [
            {
              name: 'prometheus',
              image: 'quay.io/prometheus/prometheus:v3.5.0',
              args: ['--config.file=/etc/prometheus/prometheus.yaml'],
              volumeMounts: [
                { name: 'config', mountPath: '/etc/prometheus' },
                { name: 'istio-certs', mountPath: '/etc/certs', readOnly: true },
                ...mounts,
              ],
            },
            ...containers,
          ],
          volumes: [
            { name: 'config', configMap: { name: 'prometheus' } },
            { name: 'istio-certs', secret: { secretName: 'istio.default', optional: true } },
            ...volumes,
          ],
        },
      },
      ...spec,
    },
    status: status ?? {
      observedGeneration: metadata?.generation ?? 1,
      replicas: 1,
      readyReplicas: 1,
      currentRevision: 'prometheus-1',
      updateRevision: 'prometheus-1',
    },
  };
}

export const WIRED_ANNOTATIONS = {
  'sidecar.istio.io/inject': 'true',
  'traffic.sidecar.istio.io/includeInboundPorts': '',
  'traffic.sidecar.istio.io/includeOutboundIPRanges': '',
  'traffic.sidecar.istio.io/includeOutboundPorts': '',
  'sidecar.istio.io/rewriteAppHTTPProbers': 'false',
  'prometheus.istio.io/merge-metrics': 'false',
  'proxy.istio.io/config':
    'proxyMetadata:\n  OUTPUT_CERTS: /etc/istio-output-certs\nholdApplicationUntilProxyStarts: true\n',
  'sidecar.istio.io/userVolumeMount': '{"istio-output-certs":{"mountPath":"/etc/istio-output-certs"}}',
} as const;
export const WIRED_VOLUME: Volume = { name: 'istio-output-certs', emptyDir: { medium: 'Memory' } };
export const WIRED_MOUNT: VolumeMount = {
  name: 'istio-output-certs',
  mountPath: '/etc/prom-certs',
  readOnly: true,
};
/** What the record says of a template that had nothing of ours. */
export const EMPTY_TEMPLATE_RECORD = '{"labels":{},"annotations":{},"volume":false,"mount":false}';

const RECORDED = { 'meshscrape.dev/original-template': EMPTY_TEMPLATE_RECORD };

/** The same Prometheus as we wired it, with our record; `annotations` and `mounts` are laid over ours. */
export function wired(options: WorkloadOptions = {}): StatefulSet {
  return statefulSet({
    ...options,
    metadata: { annotations: RECORDED, ...options.metadata },
    labels: { 'sidecar.istio.io/inject': 'true', ...options.labels },
    annotations: { ...WIRED_ANNOTATIONS, ...options.annotations },
    volumes: options.volumes ?? [WIRED_VOLUME],
    mounts: options.mounts ?? [WIRED_MOUNT],
    status: options.status ?? {
      observedGeneration: options.metadata?.generation ?? 1,
      replicas: 1,
      readyReplicas: 1,
      currentRevision: 'prometheus-2',
      updateRevision: 'prometheus-2',
    },
  });
}
