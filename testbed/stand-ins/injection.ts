// What Istio's sidecar injector makes of a pod, as far as meshscrape can notice it. From a pod comes a pod or a refusal.
// A stand-in, not Istio's template: the real injector lives in istiod, another family of programs.
import { YAML11_SCHEMA, load } from 'js-yaml';

import type { KubeObject } from '../api/kube-object.ts';

export type Injection =
  | { readonly kind: 'skipped' }
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'injected'; readonly pod: KubeObject };

export interface InjectionOptions {
  readonly revision: string;
  /** istio-proxy as an init container that keeps running; a pod's annotation overrules it. */
  readonly native: boolean;
}

interface Named {
  readonly name: string;
  readonly [field: string]: unknown;
}
interface Mount extends Named {
  readonly mountPath: string;
  readonly readOnly?: boolean;
}
interface Container extends Named {
  readonly volumeMounts?: readonly Mount[];
}

const PROXY_IMAGE = 'docker.io/istio/proxyv2:1.30.3';
const LABELS = { 'security.istio.io/tlsMode': 'istio', 'service.istio.io/canonical-revision': 'latest' };
const SYSTEM_NAMESPACES = ['kube-system', 'kube-public', 'kube-node-lease', 'local-path-storage'];

const OWN_MOUNTS: readonly Mount[] = [
  { name: 'workload-socket', mountPath: '/var/run/secrets/workload-spiffe-uds' },
  { name: 'credential-socket', mountPath: '/var/run/secrets/credential-uds' },
  { name: 'workload-certs', mountPath: '/var/run/secrets/workload-spiffe-credentials' },
  { name: 'istiod-ca-cert', mountPath: '/var/run/secrets/istio' },
  { name: 'istio-data', mountPath: '/var/lib/istio/data' },
  { name: 'istio-envoy', mountPath: '/etc/istio/proxy' },
  { name: 'istio-token', mountPath: '/var/run/secrets/tokens' },
  { name: 'istio-podinfo', mountPath: '/etc/istio/pod' },
];

const OWN_VOLUMES: readonly Named[] = [
  { name: 'workload-socket', emptyDir: {} },
  { name: 'credential-socket', emptyDir: {} },
  { name: 'workload-certs', emptyDir: {} },
  { name: 'istio-envoy', emptyDir: { medium: 'Memory' } },
  { name: 'istio-data', emptyDir: {} },
  { name: 'istiod-ca-cert', configMap: { name: 'istio-ca-root-cert' } },
  {
    name: 'istio-podinfo',
    downwardAPI: { items: [{ path: 'annotations', fieldRef: { fieldPath: 'metadata.annotations' } }] },
  },
  {
    name: 'istio-token',
    projected: {
      sources: [
        { serviceAccountToken: { audience: 'istio-ca', expirationSeconds: 43200, path: 'istio-token' } },
      ],
    },
  },
];

/** A bad annotation: the pod is refused, not left alone. */
class BadAnnotation extends Error {}

/** Whether and how a pod is injected. Never throws for what a person may write into an annotation. */
export function inject(pod: KubeObject, namespace: string, options: InjectionOptions): Injection {
  if (!isDue(pod, namespace)) return { kind: 'skipped' };
  try {
    return { kind: 'injected', pod: injected(pod, options) };
  } catch (error) {
    if (error instanceof BadAnnotation) return { kind: 'refused', message: error.message };
    throw error;
  }
}

/** The part of the decision that istiod takes itself; the webhook's selectors came before. */
function isDue(pod: KubeObject, namespace: string): boolean {
  const { annotations = {}, labels = {} } = pod.metadata;
  if (pod.spec.hostNetwork === true || SYSTEM_NAMESPACES.includes(namespace)) return false;
  // Already injected: a webhook may be called twice.
  if (annotations['sidecar.istio.io/status'] !== undefined) return false;
  // Exactly `true` or `false` decide, label before annotation; anything else falls to the policy, which is enabled.
  const says = labels['sidecar.istio.io/inject'] ?? annotations['sidecar.istio.io/inject'];
  return says !== 'false';
}

function injected(pod: KubeObject, options: InjectionOptions): KubeObject {
  const annotations = pod.metadata.annotations ?? {};
  const native = (annotations['sidecar.istio.io/nativeSidecar'] ?? String(options.native)) === 'true';
  const { metadata: proxyMetadata, holds } = proxyConfig(annotations);
  const userMounts = userList(annotations, 'sidecar.istio.io/userVolumeMount') as Mount[];
  const userVolumes = userList(annotations, 'sidecar.istio.io/userVolume');

  const sharedMounts: Mount[] = (pod.spec.containers as Container[])
    .flatMap((container) => container.volumeMounts ?? [])
    .filter((mount) => mount.mountPath === '/var/run/secrets/kubernetes.io/serviceaccount');
  const proxy = proxyContainer({
    env: { ...proxyMetadata, ISTIO_META_CLUSTER_ID: 'Kubernetes' },
    mounts: merged([...OWN_MOUNTS, ...sharedMounts, ...userMounts], (mount) => mount.mountPath),
    native,
  });
  const podVolumes: Named[] = pod.spec.volumes ?? [];
  const volumes = merged([...podVolumes, ...OWN_VOLUMES, ...userVolumes], ({ name }) => name);
  const initContainers: Container[] = pod.spec.initContainers ?? [];
  const containers: Container[] = pod.spec.containers;
  const status = {
    initContainers: native ? ['istio-init', 'istio-proxy'] : ['istio-init'],
    containers: native ? [] : ['istio-proxy'],
    volumes: [...OWN_VOLUMES, ...userVolumes].map(({ name }) => name),
    imagePullSecrets: null,
    revision: options.revision,
  };
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      labels: { ...LABELS, ...pod.metadata.labels },
      annotations: {
        ...annotations,
        ...mergedScrape(annotations),
        'istio.io/rev': options.revision,
        'sidecar.istio.io/status': JSON.stringify(status),
      },
    },
    spec: {
      ...pod.spec,
      volumes,
      initContainers: [initContainer(annotations), ...(native ? [proxy] : []), ...initContainers],
      containers: native ? containers : holds ? [proxy, ...containers] : [...containers, proxy],
    },
  };
}

/** Istio takes the scraping of an annotated pod over to its agent's port, unless an annotation forbids it. */
function mergedScrape(annotations: Readonly<Record<string, string>>): Record<string, string> {
  const scraped = annotations['prometheus.io/scrape'] === 'true';
  if (!scraped || annotations['prometheus.istio.io/merge-metrics'] === 'false') return {};
  return { 'prometheus.io/port': '15020', 'prometheus.io/path': '/stats/prometheus' };
}

interface ProxyConfig {
  readonly metadata: Readonly<Record<string, string>>;
  readonly holds: boolean;
}

function proxyConfig(annotations: Readonly<Record<string, string>>): ProxyConfig {
  const name = 'proxy.istio.io/config';
  const text = annotations[name];
  if (text === undefined) return { metadata: {}, holds: false };
  const bad = (why: string): BadAnnotation =>
    new BadAnnotation(`invalid value '${text}' for annotation '${name}': ${why}`);
  let config: unknown;
  try {
    // Go reads YAML 1.1 here: an unquoted yes is a boolean, and so no value of a string map.
    config = text.trim() === '' ? {} : load(text, { schema: YAML11_SCHEMA });
  } catch (error) {
    throw bad(error instanceof Error ? error.message : String(error));
  }
  if (!isRecord(config)) throw bad('not a mapping');
  const metadata = config['proxyMetadata'] ?? {};
  if (!isRecord(metadata)) throw bad('proxyMetadata: not a mapping');
  for (const [key, value] of Object.entries(metadata)) {
    if (typeof value !== 'string') throw bad(`proxyMetadata.${key}: not a string`);
  }
  return {
    metadata: metadata as Record<string, string>,
    holds: config['holdApplicationUntilProxyStarts'] === true,
  };
}

/** An object by name or an array of named objects: Istio's template takes both. */
function userList(annotations: Readonly<Record<string, string>>, name: string): Named[] {
  const text = annotations[name];
  if (text === undefined) return [];
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new BadAnnotation(
      `failed to run injection template: ${name}: range can't iterate over ${String(error)}`,
    );
  }
  if (typeof value !== 'object' || value === null) {
    throw new BadAnnotation(`failed to run injection template: ${name}: range can't iterate over ${text}`);
  }
  return Object.entries(value).map(([key, item]) => ({ name: key, ...(isRecord(item) ? item : {}) }));
}

/** A strategic merge: items of one key become one, the later fields winning; two sources of a volume both stay. */
function merged<T extends Named>(items: readonly T[], keyOf: (item: T) => string): T[] {
  const byKey = new Map<string, T>();
  for (const item of items) byKey.set(keyOf(item), { ...byKey.get(keyOf(item)), ...item });
  return [...byKey.values()];
}

function proxyContainer(parts: {
  readonly env: Readonly<Record<string, string>>;
  readonly mounts: readonly Mount[];
  readonly native: boolean;
}): Container {
  const probe = { httpGet: { path: '/healthz/ready', port: 15021 } };
  const proxy = {
    name: 'istio-proxy',
    image: PROXY_IMAGE,
    args: ['proxy', 'sidecar', '--domain', '$(POD_NAMESPACE).svc.cluster.local'],
    ports: [{ name: 'http-envoy-prom', containerPort: 15090, protocol: 'TCP' }],
    env: [
      { name: 'POD_NAMESPACE', valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' } } },
      ...Object.entries(parts.env).map(([name, value]) => ({ name, value })),
    ],
    readinessProbe: { ...probe, periodSeconds: 15, timeoutSeconds: 3, failureThreshold: 4 },
    startupProbe: { ...probe, periodSeconds: 1, timeoutSeconds: 3, failureThreshold: 600 },
    securityContext: {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      privileged: false,
      readOnlyRootFilesystem: true,
      runAsGroup: 1337,
      runAsNonRoot: true,
      runAsUser: 1337,
    },
    volumeMounts: parts.mounts,
  };
  return parts.native ? { ...proxy, restartPolicy: 'Always' } : proxy;
}

function initContainer(annotations: Readonly<Record<string, string>>): Container {
  const inbound = annotations['traffic.sidecar.istio.io/includeInboundPorts'] ?? '*';
  const outbound = annotations['traffic.sidecar.istio.io/includeOutboundIPRanges'] ?? '*';
  return {
    name: 'istio-init',
    image: PROXY_IMAGE,
    args: ['istio-iptables', '-p', '15001', '-z', '15006', '-u', '1337', '-i', outbound, '-b', inbound],
    securityContext: {
      allowPrivilegeEscalation: false,
      capabilities: { add: ['NET_ADMIN', 'NET_RAW'], drop: ['ALL'] },
      privileged: false,
      runAsGroup: 0,
      runAsNonRoot: false,
      runAsUser: 0,
    },
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
