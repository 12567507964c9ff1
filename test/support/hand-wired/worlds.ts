// Prometheuses that people wired into the mesh by hand, after published set-ups: a hand-made istio-proxy in the template,
// Istio's documentation with its trailing slash, Istio's task page. Raw manifests for any suite; no meshscrape has a part in them.
import type { KubeObject } from '../../../testbed/api/kube-object.ts';

export interface HandWiredOptions {
  readonly namespace: string;
  readonly name?: string;
  /** What the job `mesh` scrapes, such as `127.0.4.3:8080`. */
  readonly target?: string;
  /** Beside `app`, such as the label that asks for injection. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Laid over those of the set-up. */
  readonly annotations?: Readonly<Record<string, string>>;
  /** Entries of the hand-made istio-proxy's env, after its own. */
  readonly env?: readonly object[];
  /** Laid over the hand-made istio-proxy. */
  readonly proxy?: object;
}

export interface HandWired {
  readonly configMap: KubeObject;
  readonly workload: KubeObject;
}

export const INJECT = { 'sidecar.istio.io/inject': 'true' };

interface Parts {
  /** Where the job reads, as its owner wrote it. */
  readonly directory: string;
  readonly mount: object;
  readonly volumes: readonly object[];
  readonly containers?: readonly object[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

function world(options: HandWiredOptions, parts: Parts): HandWired {
  const { namespace, name = 'prometheus', target = '127.0.0.1:8080' } = options;
  const labels = { app: name, ...parts.labels, ...options.labels };
  const annotations = { ...parts.annotations, ...options.annotations };
  return {
    configMap: {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, namespace },
      data: { 'prometheus.yml': configReading(parts.directory, target) },
    },
    workload: {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { name, namespace },
      spec: {
        replicas: 1,
        serviceName: name,
        selector: { matchLabels: { app: name } },
        template: {
          metadata: { labels, ...(Object.keys(annotations).length === 0 ? {} : { annotations }) },
          spec: {
            volumes: [{ name: 'config', configMap: { name } }, ...parts.volumes],
            containers: [prometheus(parts.mount), ...(parts.containers ?? [])],
          },
        },
      },
    },
  };
}

function configReading(directory: string, target: string): string {
  return `global: {scrape_interval: 1s, scrape_timeout: 1s}
scrape_configs:
- job_name: mesh
  scheme: https
  tls_config:
    ca_file: ${directory}/root-cert.pem
    cert_file: ${directory}/cert-chain.pem
    key_file: ${directory}/key.pem
    insecure_skip_verify: true
  static_configs: [{targets: ["${target}"]}]
`;
}

function prometheus(mount: object): object {
  return {
    name: 'prometheus',
    image: 'quay.io/prometheus/prometheus:v3.16.0',
    args: [
      '--config.file=/etc/prometheus/prometheus.yml',
      '--storage.tsdb.path=/prometheus',
      '--web.enable-lifecycle',
    ],
    volumeMounts: [{ name: 'config', mountPath: '/etc/prometheus' }, mount],
    readinessProbe: { httpGet: { path: '/-/ready', port: 9090 } },
  };
}

const TOKEN = {
  serviceAccountToken: { audience: 'istio-ca', expirationSeconds: 43_200, path: 'istio-token' },
};
const PROXY_VOLUMES = [
  { name: 'certs', emptyDir: {} },
  { name: 'istio-token', projected: { sources: [TOKEN] } },
  { name: 'istiod-ca-cert', configMap: { name: 'istio-ca-root-cert' } },
];
const PROXY_MOUNTS = [
  { name: 'certs', mountPath: '/etc/istio-certs' },
  { name: 'istio-token', mountPath: '/var/run/secrets/tokens' },
  { name: 'istiod-ca-cert', mountPath: '/var/run/secrets/istio' },
];
const OUTPUT_CERTS = { name: 'OUTPUT_CERTS', value: '/etc/istio-certs' };
const AGENT_ONLY = [
  { name: 'DISABLE_ENVOY', value: 'true' },
  { name: 'CA_ADDR', value: 'istiod.istio-system.svc:15012' },
];

/** What the job reads is what the hand-made proxy writes: one volume, two directories. */
function withProxy(options: HandWiredOptions, proxy: object, volumes: readonly object[] = []): HandWired {
  const container = {
    name: 'istio-proxy',
    image: 'registry.istio.io/testing/proxyv2:1.30.3',
    args: ['proxy', 'sidecar', '--domain', '$(POD_NAMESPACE).svc.cluster.local'],
    volumeMounts: PROXY_MOUNTS,
    ...proxy,
  };
  const { env = [] } = container as { env?: readonly object[] };
  return world(options, {
    directory: '/etc/certs',
    mount: { name: 'certs', mountPath: '/etc/certs', readOnly: true },
    volumes: [...PROXY_VOLUMES, ...volumes],
    containers: [{ ...container, env: [...env, ...(options.env ?? [])], ...options.proxy }],
  });
}

/** Istio's recipe of 2020, before OUTPUT_CERTS came by annotation, and without the injector's readiness probe. */
export function handMadeProxy(options: HandWiredOptions): HandWired {
  return withProxy(options, { env: [OUTPUT_CERTS, ...AGENT_ONLY] });
}

/** The same, writing nothing. */
export function incoherentProxy(options: HandWiredOptions): HandWired {
  return withProxy(options, { env: AGENT_ONLY });
}

/** The same with all that an agent needs and the injector's readiness probe: it works without any injection. */
export function fullHandMadeProxy(options: HandWiredOptions): HandWired {
  const field = (name: string, fieldPath: string): object => ({
    name,
    valueFrom: { fieldRef: { fieldPath } },
  });
  const env = [
    OUTPUT_CERTS,
    ...AGENT_ONLY,
    field('POD_NAME', 'metadata.name'),
    field('POD_NAMESPACE', 'metadata.namespace'),
    field('SERVICE_ACCOUNT', 'spec.serviceAccountName'),
    field('INSTANCE_IP', 'status.podIP'),
    { name: 'JWT_POLICY', value: 'third-party-jwt' },
    { name: 'PILOT_CERT_PROVIDER', value: 'istiod' },
    { name: 'PROXY_CONFIG', value: '{}' },
    { name: 'ISTIO_META_CLUSTER_ID', value: 'Kubernetes' },
    { name: 'TRUST_DOMAIN', value: 'cluster.local' },
  ];
  const readinessProbe = { httpGet: { path: '/healthz/ready', port: 15021 } };
  const volumeMounts = [
    ...PROXY_MOUNTS,
    { name: 'istio-envoy', mountPath: '/etc/istio/proxy' },
    { name: 'istio-data', mountPath: '/var/lib/istio/data' },
    { name: 'workload-socket', mountPath: '/var/run/secrets/workload-spiffe-uds' },
    { name: 'istio-podinfo', mountPath: '/etc/istio/pod' },
  ];
  const podInfo = ['labels', 'annotations'].map((path) => ({
    path,
    fieldRef: { fieldPath: `metadata.${path}` },
  }));
  return withProxy(options, { env, readinessProbe, volumeMounts }, [
    { name: 'istio-envoy', emptyDir: { medium: 'Memory' } },
    { name: 'istio-data', emptyDir: {} },
    { name: 'workload-socket', emptyDir: {} },
    { name: 'istio-podinfo', downwardAPI: { items: podInfo } },
  ]);
}

/** istio.io's page on Prometheus, with the slash that it ends Prometheus' directory with. */
export function docsRecipe(options: HandWiredOptions): HandWired {
  return world(options, {
    directory: '/etc/prom-certs',
    mount: { name: 'istio-certs', mountPath: '/etc/prom-certs/' },
    volumes: [{ name: 'istio-certs', emptyDir: { medium: 'Memory' } }],
    labels: INJECT,
    annotations: {
      'traffic.sidecar.istio.io/includeInboundPorts': '',
      'traffic.sidecar.istio.io/includeOutboundIPRanges': '',
      'proxy.istio.io/config': 'proxyMetadata:\n  OUTPUT_CERTS: /etc/istio-output-certs\n',
      'sidecar.istio.io/userVolumeMount': '[{"name": "istio-certs", "mountPath": "/etc/istio-output-certs"}]',
    },
  });
}

/** Istio's task page of 2026: one directory on both sides, on disk where no medium is given, and traffic still redirected. */
export function taskPage(options: HandWiredOptions & { readonly medium?: 'Memory' }): HandWired {
  return world(options, {
    directory: '/etc/istio-certs',
    mount: { name: 'istio-certs', mountPath: '/etc/istio-certs' },
    volumes: [
      { name: 'istio-certs', emptyDir: options.medium === undefined ? {} : { medium: options.medium } },
    ],
    labels: INJECT,
    annotations: {
      'proxy.istio.io/config':
        'proxyMetadata:\n  OUTPUT_CERTS: /etc/istio-certs\n  INBOUND_CAPTURE_PORTS: ""\n',
      'sidecar.istio.io/userVolumeMount': '[{"name": "istio-certs", "mountPath": "/etc/istio-certs"}]',
    },
  });
}
