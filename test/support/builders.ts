// Objects as the API server serves them, for pure tests: the legacy Prometheus, the same when wired, its pods, the resource.
import type {
  ConfigMap,
  Container,
  ContainerStatus,
  ManagedFieldsEntry,
  ObjectMeta,
  PeerAuthentication,
  Pod,
  PodCondition,
  Sidecar,
  StatefulSet,
  Volume,
  VolumeMount,
} from '../../src/api/kubernetes.ts';
import type {
  PrometheusIstioScrapeSpec,
  PrometheusIstioScrapeStatus,
} from '../../src/api/prometheus-istio-scrape.gen.ts';
import type { PrometheusIstioScrape } from '../../src/api/resource.ts';
import { itemsOf, type Observed } from '../../src/plan/model/observed.ts';
import { hostOf, type PrometheusSeen, type ProxyAgentSeen } from '../../src/plan/model/prometheus-seen.ts';
import {
  withAnswer,
  type AnswerOf,
  type NeedKind,
  type NeedOf,
  type Reads,
} from '../../src/plan/model/reads.ts';
import type { Snapshot } from '../../src/plan/model/snapshot.ts';
import type { Subject } from '../../src/plan/model/subject.ts';
import { endpointOf } from '../../src/plan/verification/prometheus-endpoint.ts';
import { findTarget } from '../../src/plan/workload/target.ts';
import { fieldSetOf } from './field-set.ts';
import { injector } from './injectors.ts';
import { PROMETHEUS_YAML } from './world.ts';

export const NAMESPACE = 'app-metrics';
export const MANAGER = 'meshscrape.app-metrics.prometheus';
export const NOW_MS = Date.parse('2026-03-01T12:00:00Z');

type Parts<T> = { readonly [K in keyof T]?: T[K] extends object ? Partial<T[K]> : T[K] };

/** The resource of a newcomer, defaults filled in; `spec` is laid over it, one level deep. */
export function scrape(
  spec: Parts<PrometheusIstioScrapeSpec> = {},
  rest: { readonly metadata?: Partial<ObjectMeta>; readonly status?: PrometheusIstioScrapeStatus } = {},
): PrometheusIstioScrape {
  return {
    apiVersion: 'meshscrape.dev/v1alpha1',
    kind: 'PrometheusIstioScrape',
    metadata: {
      name: 'prometheus',
      namespace: NAMESPACE,
      uid: 'uid-resource',
      resourceVersion: '1',
      generation: 1,
      creationTimestamp: '2026-03-01T10:00:00Z',
      ...rest.metadata,
    },
    spec: {
      mode: 'Enforce',
      suspend: false,
      legacySecrets: 'Report',
      conflictPolicy: 'Report',
      deletionPolicy: 'Retain',
      interval: '10m',
      ...spec,
      manage: {
        workload: 'Auto',
        config: 'Auto',
        sidecar: 'Auto',
        peerAuthentication: 'Auto',
        ...spec.manage,
      },
      workload: {
        kind: 'StatefulSet',
        name: 'prometheus',
        allowUnprotectedInbound: false,
        rolloutDeadline: '15m',
        ...spec.workload,
      },
      config: {
        configMap: {},
        jobs: [],
        legacyDirectories: ['/etc/certs', '/etc/istio-certs'],
        reload: 'Auto',
        ...spec.config,
      },
      certificates: { trustReadiness: false, ...spec.certificates },
      istio: { namespace: 'istio-system', revision: '', ...spec.istio },
      sidecar: { ...spec.sidecar },
    },
    ...(rest.status === undefined ? {} : { status: rest.status }),
  };
}

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

/** The same Prometheus with everything in its template; `annotations` and `mounts` are laid over ours. */
export function wired(options: WorkloadOptions = {}): StatefulSet {
  return statefulSet({
    ...options,
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

const TEMPLATE = 'f:spec\nf:template';
export const VOLUME_FIELDS = `${TEMPLATE}\nf:spec\nf:volumes\nk:{"name":"istio-output-certs"}`;
export const MOUNT_FIELDS = `${TEMPLATE}\nf:spec\nf:containers\nk:{"name":"prometheus"}\nf:volumeMounts\nk:{"mountPath":"/etc/prom-certs"}`;
export const annotationFields = (key: string): string => `${TEMPLATE}\nf:metadata\nf:annotations\nf:${key}`;
export const LABEL_FIELDS = `${TEMPLATE}\nf:metadata\nf:labels\nf:sidecar.istio.io/inject`;
/** Every leaf of the template that we apply, as FieldsV1 paths joined by newlines. */
export const OUR_FIELDS: readonly string[] = [
  LABEL_FIELDS,
  ...Object.keys(WIRED_ANNOTATIONS).map(annotationFields),
  `${VOLUME_FIELDS}\nf:name`,
  `${VOLUME_FIELDS}\nf:emptyDir\nf:medium`,
  `${MOUNT_FIELDS}\nf:mountPath`,
  `${MOUNT_FIELDS}\nf:name`,
  `${MOUNT_FIELDS}\nf:readOnly`,
];

/** An entry of managedFields. */
export function entry(
  manager: string,
  paths: readonly string[],
  rest: Partial<ManagedFieldsEntry> = {},
): ManagedFieldsEntry {
  return { manager, operation: 'Apply', time: '2026-03-01T11:00:00Z', fieldsV1: fieldSetOf(paths), ...rest };
}

export interface PodOptions {
  readonly name?: string;
  readonly metadata?: Partial<ObjectMeta>;
  readonly proxy?: 'none' | 'starting' | 'ready' | 'native';
  readonly proxyImage?: string;
  readonly running?: boolean;
  /** Laid over what kubelet says of a container or init container. */
  readonly says?: Readonly<Record<string, Partial<ContainerStatus>>>;
  readonly conditions?: readonly PodCondition[];
  readonly initContainers?: readonly Container[];
}

/** A pod of a StatefulSet's template as it stands, with its injected proxy. */
export function podOf(of: StatefulSet, options: PodOptions = {}): Pod {
  const { name = `${of.metadata.name}-0`, metadata, proxy = 'ready', running = true, says = {} } = options;
  const { conditions, initContainers = [] } = options;
  const told = (status: ContainerStatus): ContainerStatus => ({ ...status, ...says[status.name] });
  const { template } = of.spec;
  const sidecar = { name: 'istio-proxy', image: options.proxyImage ?? 'docker.io/istio/proxyv2:1.30.3' };
  const proxyStatus = { name: 'istio-proxy', ready: proxy !== 'starting' };
  const { containers } = template.spec;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: NAMESPACE,
      uid: `uid-${name}`,
      resourceVersion: '9',
      ...template.metadata,
      // As the StatefulSet controller sets it: the revision that the pod was made from.
      labels: { ...template.metadata?.labels, 'controller-revision-hash': of.status?.updateRevision ?? '' },
      ownerReferences: [
        {
          apiVersion: 'apps/v1',
          kind: 'StatefulSet',
          name: of.metadata.name,
          uid: of.metadata.uid,
          controller: true,
        },
      ],
      ...metadata,
    },
    spec: {
      ...template.spec,
      containers: proxy === 'ready' || proxy === 'starting' ? [...containers, sidecar] : containers,
      initContainers: [...initContainers, ...(proxy === 'native' ? [sidecar] : [])],
    },
    status: {
      phase: 'Running',
      ...(conditions === undefined ? {} : { conditions }),
      containerStatuses: [
        ...containers.map((each) => ({
          name: each.name,
          ready: running,
          state: running ? { running: {} } : { waiting: {} },
        })),
        ...(proxy === 'ready' || proxy === 'starting' ? [proxyStatus] : []),
      ].map(told),
      initContainerStatuses: [
        ...initContainers.map((each) => ({ name: each.name, ready: true })),
        ...(proxy === 'native' ? [proxyStatus] : []),
      ].map(told),
    },
  };
}

/** The ConfigMap that holds prometheus.yaml. */
export function configMap(
  text: string = PROMETHEUS_YAML,
  rest: Partial<Omit<ConfigMap, 'metadata'>> & { readonly metadata?: Partial<ObjectMeta> } = {},
): ConfigMap {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    data: { 'prometheus.yaml': text },
    ...rest,
    metadata: {
      name: 'prometheus',
      namespace: NAMESPACE,
      uid: 'uid-config',
      resourceVersion: '5',
      ...rest.metadata,
    },
  };
}

type Spec = Readonly<Record<string, unknown>>;

/** The Sidecar and the PeerAuthentication as we create them; `spec` in place of the right one. */
export function owned(kind: 'Sidecar', spec?: Spec, metadata?: Partial<ObjectMeta>): Sidecar;
export function owned(
  kind: 'PeerAuthentication',
  spec?: Spec,
  metadata?: Partial<ObjectMeta>,
): PeerAuthentication;
export function owned(
  kind: 'Sidecar' | 'PeerAuthentication',
  spec: Spec = OWNED_SPECS[kind],
  metadata: Partial<ObjectMeta> = {},
): Sidecar | PeerAuthentication {
  return {
    apiVersion: kind === 'Sidecar' ? 'networking.istio.io/v1beta1' : 'security.istio.io/v1beta1',
    kind,
    metadata: {
      name: 'meshscrape-prometheus',
      namespace: NAMESPACE,
      uid: `uid-${kind}`,
      resourceVersion: '3',
      generation: 1,
      creationTimestamp: '2026-03-01T10:30:00Z',
      labels: { 'app.kubernetes.io/managed-by': 'meshscrape', 'meshscrape.dev/resource': 'prometheus' },
      annotations: { 'meshscrape.dev/resource-uid': 'uid-resource' },
      ...metadata,
    },
    spec,
  };
}

const OWNED_SPECS = {
  Sidecar: {
    workloadSelector: { labels: { app: 'prometheus' } },
    egress: [{ hosts: ['istio-system/*'] }],
  },
  PeerAuthentication: { selector: { matchLabels: { app: 'prometheus' } }, mtls: { mode: 'DISABLE' } },
} as const;

export interface SnapshotOptions extends Partial<
  Omit<Snapshot, 'workload' | 'workloads' | 'sidecars' | 'peerAuthentications' | 'reads'>
> {
  readonly statefulSet?: StatefulSet | Snapshot['workload'];
  readonly statefulSets?: readonly StatefulSet[];
  readonly sidecars?: Snapshot['sidecars'];
  readonly peerAuthentications?: Snapshot['peerAuthentications'];
  readonly reads?: Answers;
}

export function present<T>(value: T): { readonly kind: 'present'; readonly value: T } {
  return { kind: 'present', value };
}

/** A snapshot in which everything was read and nothing is wired, unless said otherwise. */
export function snapshot(options: SnapshotOptions = {}): Snapshot {
  const { statefulSet: seen = statefulSet(), statefulSets, reads: given, ...rest } = options;
  const resource = options.resource ?? scrape();
  const workload = 'metadata' in seen ? present(seen) : seen;
  const all = workload.kind === 'present' ? [workload.value] : [];
  return {
    resources: [resource],
    sidecars: present([]),
    peerAuthentications: present([]),
    nowMs: NOW_MS,
    templateWriteIntervalMs: 600_000,
    reloadAsked: false,
    ...rest,
    reads: readsOf(given ?? reads(all[0] === undefined ? {} : { statefulSet: all[0] })),
    resource,
    workload,
    workloads: statefulSets ?? all,
  };
}

/** What concerns are evaluated from; throws where the snapshot has no workload to work on. */
export function subject(options: SnapshotOptions = {}): Subject {
  const seen = snapshot(options);
  const target = findTarget(seen);
  if (target.kind === 'refused') throw new Error(target.refusal.message);
  return { snapshot: seen, workload: target.workload, container: target.container };
}

/** Answers in the words of a test: by name, by `namespace/name`, by pod. */
export interface Answers {
  readonly pods?: Observed<readonly Pod[]>;
  readonly events?: AnswerOf<'Events'>;
  readonly configMaps?: Readonly<Record<string, AnswerOf<'ConfigMap'>>>;
  readonly podsOfNamespace?: AnswerOf<'PodsOfNamespace'>;
  readonly inboundPolicies?: AnswerOf<'InboundPolicies'>;
  /** By `namespace/name`; `namespace/*`: any Service of the namespace. */
  readonly services?: Readonly<Record<string, Observed<true>>>;
  readonly webhookConfigurations?: AnswerOf<'WebhookConfigurations'>;
  readonly namespaceLabels?: AnswerOf<'NamespaceLabels'>;
  /** Of istio-system. */
  readonly injectorConfigMaps?: Readonly<Record<string, AnswerOf<'InjectorConfigMap'>>>;
  readonly prometheus?: Readonly<Record<string, PrometheusSeen>>;
  readonly proxyAgents?: Readonly<Record<string, ProxyAgentSeen>>;
  readonly secrets?: Readonly<Record<string, AnswerOf<'Secret'>>>;
  readonly secretTypes?: Readonly<Record<string, AnswerOf<'SecretType'>>>;
}

/** Every read answered: one pod of the StatefulSet, the legacy prometheus.yaml, no istiod Service, no policy, no permission on Secrets. */
export function reads({
  statefulSet: of = statefulSet(),
  pods = [podOf(of)],
  ...rest
}: { readonly statefulSet?: StatefulSet; readonly pods?: readonly Pod[] } & Omit<
  Answers,
  'pods'
> = {}): Answers {
  return {
    pods: present(pods),
    podsOfNamespace: present(pods),
    configMaps: { prometheus: present(configMap()) },
    services: { 'istio-system/istiod': { kind: 'absent' }, 'istio-system/*': present(true) },
    webhookConfigurations: present([injector()]),
    namespaceLabels: present({}),
    // As in the default install.
    secrets: { 'istio.default': { kind: 'unreadable', message: 'get Secret istio.default: forbidden' } },
    inboundPolicies: present([]),
    events: present([]),
    ...rest,
  };
}

/** The same, keyed by the need. */
function readsOf(answers: Answers): Reads {
  let made: Reads = {};
  const add = <K extends NeedKind>(need: NeedOf<K>, answer: AnswerOf<K> | undefined): void => {
    if (answer !== undefined) made = withAnswer(made, need, answer);
  };
  add({ kind: 'Pods' }, answers.pods);
  add({ kind: 'Events' }, answers.events);
  add({ kind: 'PodsOfNamespace' }, answers.podsOfNamespace);
  add({ kind: 'WebhookConfigurations' }, answers.webhookConfigurations);
  add({ kind: 'NamespaceLabels' }, answers.namespaceLabels);
  add({ kind: 'InboundPolicies', istioNamespace: 'istio-system' }, answers.inboundPolicies);
  each(answers.configMaps, (name, answer) => {
    add({ kind: 'ConfigMap', name }, answer);
  });
  each(answers.injectorConfigMaps, (name, answer) => {
    add({ kind: 'InjectorConfigMap', namespace: 'istio-system', name }, answer);
  });
  each(answers.secrets, (name, answer) => {
    add({ kind: 'Secret', name }, answer);
  });
  each(answers.secretTypes, (name, answer) => {
    add({ kind: 'SecretType', name }, answer);
  });
  each(answers.services, (key, answer) => {
    const [namespace = '', name = ''] = key.split('/');
    if (name === '*') add({ kind: 'AnyService', namespace }, answer);
    else add({ kind: 'Service', namespace, name }, answer);
  });
  const pods = new Map(itemsOf(answers.pods).map((pod) => [pod.metadata.name, pod]));
  each(answers.prometheus, (name, answer) => {
    const pod = pods.get(name);
    const container = pod?.spec.containers.find((candidate) => candidate.name === 'prometheus');
    const result = pod && container && endpointOf(pod, container);
    if (result?.kind === 'endpoint') add({ kind: 'Prometheus', endpoint: result.endpoint }, answer);
  });
  each(answers.proxyAgents, (name, answer) => {
    const url = `http://${hostOf(pods.get(name)?.status?.podIP ?? '')}:15020/metrics`;
    add({ kind: 'ProxyAgent', endpoint: { pod: name, url } }, answer);
  });
  return made;
}

function each<T>(
  answers: Readonly<Record<string, T>> | undefined,
  use: (key: string, answer: T) => void,
): void {
  for (const [key, answer] of Object.entries(answers ?? {})) use(key, answer);
}
