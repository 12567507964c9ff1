// What Istio's sidecar template renders for a pod: the part of a pod that is then merged into it. Names, order and values are
// those of Istio 1.31 with its default values, but for what no test needs: the owner's name, and settings of the mesh.
import type { Annotations, ProxyConfig } from './injection-annotations.ts';
import { interceptionMode, userList } from './injection-annotations.ts';
import type { Fields } from './strategic-merge.ts';

export interface Named {
  readonly name: string;
  readonly [field: string]: unknown;
}
export interface Mount extends Named {
  readonly mountPath: string;
}
export interface Container extends Named {
  readonly image?: string;
  readonly args?: readonly string[] | undefined;
  readonly securityContext?: { readonly runAsUser?: number; readonly [field: string]: unknown };
  readonly volumeMounts?: readonly Mount[];
  readonly ports?: readonly Fields[];
}

/** What the template reads of the pod. */
export interface TemplateInput {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Annotations;
  readonly containers: readonly Container[];
  readonly proxyConfig: ProxyConfig;
  readonly native: boolean;
  readonly revision: string;
  readonly istioVersion: string;
}

/** A part of a pod. */
export interface Rendered {
  readonly metadata: {
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Annotations;
  };
  readonly spec: {
    readonly initContainers: readonly Container[];
    readonly containers: readonly Container[];
    readonly volumes: readonly Named[];
  };
}

/** Throws BadAnnotation. */
export function renderTemplate(input: TemplateInput): Rendered {
  const { labels, annotations, containers, native, proxyConfig } = input;
  const app = containers.find(({ name }) => name !== 'istio-proxy')?.name;
  const proxy = proxyContainer(input);
  const init = interceptionMode(annotations) === 'NONE' ? [] : [initContainer(input)];
  const hasTunnel = proxyConfig.metadata['ISTIO_META_ENABLE_HBONE'] === 'true';
  return {
    metadata: {
      labels: {
        'security.istio.io/tlsMode': labels['security.istio.io/tlsMode'] ?? 'istio',
        'service.istio.io/canonical-revision': labels['service.istio.io/canonical-revision'] ?? 'latest',
        ...(hasTunnel
          ? { 'networking.istio.io/tunnel': labels['networking.istio.io/tunnel'] ?? 'http' }
          : {}),
      },
      annotations: {
        'istio.io/rev': input.revision,
        ...(app === undefined
          ? {}
          : {
              'kubectl.kubernetes.io/default-container': app,
              'kubectl.kubernetes.io/default-logs-container': app,
            }),
        ...kept(annotations, [
          'kubectl.kubernetes.io/default-container',
          'kubectl.kubernetes.io/default-logs-container',
        ]),
      },
    },
    spec: {
      initContainers: native ? [...init, proxy] : init,
      containers: native ? [] : [proxy],
      volumes: [...VOLUMES, ...userList<Named>(annotations, 'sidecar.istio.io/userVolume')],
    },
  };
}

function kept(annotations: Annotations, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(annotations).filter(([name]) => names.includes(name)));
}

function proxyContainer(input: TemplateInput): Container {
  const { annotations, native, proxyConfig } = input;
  const statusPort = annotations['status.sidecar.istio.io/port'] ?? '15020';
  const preStop = ['pilot-agent', 'request', `--debug-port=${statusPort}`, 'POST', 'drain'];
  const exec = (command: readonly string[]): Fields => ({ exec: { command } });
  return {
    name: 'istio-proxy',
    image: proxyImage(input),
    ...(native ? { restartPolicy: 'Always' } : {}),
    ports: [{ containerPort: 15090, protocol: 'TCP', name: 'http-envoy-prom' }],
    args: [
      ...['proxy', 'sidecar', '--domain', '$(POD_NAMESPACE).svc.cluster.local'],
      ...[
        '--proxyLogLevel=warning',
        '--proxyComponentLogLevel=misc:error',
        '--log_output_level=default:info',
      ],
    ],
    ...(native ? { lifecycle: { preStop: exec(preStop) } } : {}),
    ...(proxyConfig.holds && !native ? { lifecycle: { postStart: exec(['pilot-agent', 'wait']) } } : {}),
    env: proxyEnvironment(input),
    ...(statusPort === '0' ? {} : probes(annotations)),
    securityContext: {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      privileged: false,
      readOnlyRootFilesystem: true,
      runAsNonRoot: true,
      runAsUser: 1337,
      runAsGroup: 1337,
    },
    resources: RESOURCES,
    volumeMounts: [...MOUNTS, ...userList<Mount>(annotations, 'sidecar.istio.io/userVolumeMount')],
  };
}

function proxyImage({ annotations, istioVersion }: TemplateInput): string {
  const image = annotations['sidecar.istio.io/proxyImage'] ?? '';
  return image.includes('/') ? image : `docker.io/istio/proxyv2:${istioVersion}`;
}

/** The agent's own word, at a port that would be Envoy's: present unless the status port is 0. */
function probes(annotations: Annotations): Fields {
  const httpGet = { path: '/healthz/ready', port: 15021 };
  const number = (name: string, otherwise: number): number =>
    Number(annotations[`readiness.status.sidecar.istio.io/${name}`] ?? otherwise);
  return {
    startupProbe: {
      httpGet,
      ...{ initialDelaySeconds: 0, periodSeconds: 1, timeoutSeconds: 3, failureThreshold: 600 },
    },
    readinessProbe: {
      httpGet,
      initialDelaySeconds: number('initialDelaySeconds', 0),
      periodSeconds: number('periodSeconds', 15),
      timeoutSeconds: 3,
      failureThreshold: number('failureThreshold', 4),
    },
  };
}

function proxyEnvironment({ annotations, containers, proxyConfig }: TemplateInput): Named[] {
  const value = (name: string, text: string): Named => ({ name, value: text });
  const field = (name: string, fieldPath: string): Named => ({
    name,
    valueFrom: { fieldRef: { fieldPath } },
  });
  const limit = (name: string, resource: string): Named => ({
    name,
    valueFrom: { resourceFieldRef: { resource, divisor: '1' } },
  });
  const config = {
    ...(Object.keys(proxyConfig.metadata).length === 0 ? {} : { proxyMetadata: proxyConfig.metadata }),
    ...(proxyConfig.holds ? { holdApplicationUntilProxyStarts: true } : {}),
  };
  const applications = containers.map(({ name }) => name).filter((name) => name !== 'istio-proxy');
  return [
    value('PILOT_CERT_PROVIDER', 'istiod'),
    value('CA_ADDR', 'istiod.istio-system.svc:15012'),
    field('POD_NAME', 'metadata.name'),
    field('POD_NAMESPACE', 'metadata.namespace'),
    field('INSTANCE_IP', 'status.podIP'),
    field('SERVICE_ACCOUNT', 'spec.serviceAccountName'),
    field('HOST_IP', 'status.hostIP'),
    limit('ISTIO_CPU_LIMIT', 'limits.cpu'),
    value('PROXY_CONFIG', JSON.stringify(config)),
    value('ISTIO_META_POD_PORTS', JSON.stringify(containers.flatMap(({ ports = [] }) => ports))),
    value('ISTIO_META_APP_CONTAINERS', applications.join(',')),
    limit('GOMEMLIMIT', 'limits.memory'),
    limit('GOMAXPROCS', 'limits.cpu'),
    value('ISTIO_META_CLUSTER_ID', 'Kubernetes'),
    field('ISTIO_META_NODE_NAME', 'spec.nodeName'),
    value('ISTIO_META_INTERCEPTION_MODE', interceptionMode(annotations)),
    value('ISTIO_META_MESH_ID', 'cluster.local'),
    value('TRUST_DOMAIN', 'cluster.local'),
    ...metadataEnvironment(proxyConfig),
  ];
}

/** proxyMetadata comes last, by name: of two entries the program sees the later. */
function metadataEnvironment({ metadata }: ProxyConfig): Named[] {
  const entries = Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.map(([name, value]) => ({ name, value }));
}

function initContainer(input: TemplateInput): Container {
  const { annotations, proxyConfig } = input;
  const traffic = (name: string, otherwise: string): string =>
    annotations[`traffic.sidecar.istio.io/${name}`] ?? otherwise;
  const outboundPorts = annotations['traffic.sidecar.istio.io/includeOutboundPorts'];
  const statusPort = annotations['status.sidecar.istio.io/port'] ?? '15020';
  const excluded = [traffic('excludeInboundPorts', ''), statusPort].filter(
    (port) => !['', '0'].includes(port),
  );
  const environment = metadataEnvironment(proxyConfig);
  return {
    name: 'istio-init',
    image: proxyImage(input),
    args: [
      ...['istio-iptables', '-p', '15001', '-z', '15006', '-u', '1337'],
      ...['-m', interceptionMode(annotations), '-i', traffic('includeOutboundIPRanges', '*')],
      ...['-x', traffic('excludeOutboundIPRanges', ''), '-b', traffic('includeInboundPorts', '*')],
      ...['-d', ['15090', '15021', ...excluded].join(',')],
      ...(outboundPorts === undefined ? [] : ['-q', outboundPorts]),
      '--log_output_level=default:info',
    ],
    ...(environment.length === 0 ? {} : { env: environment }),
    resources: RESOURCES,
    securityContext: {
      allowPrivilegeEscalation: false,
      privileged: false,
      capabilities: { add: ['NET_ADMIN', 'NET_RAW'], drop: ['ALL'] },
      readOnlyRootFilesystem: false,
      runAsGroup: 0,
      runAsNonRoot: false,
      runAsUser: 0,
    },
  };
}

const RESOURCES = { limits: { cpu: '2', memory: '1Gi' }, requests: { cpu: '100m', memory: '128Mi' } };

const MOUNTS: readonly Mount[] = [
  { name: 'workload-socket', mountPath: '/var/run/secrets/workload-spiffe-uds' },
  { name: 'credential-socket', mountPath: '/var/run/secrets/credential-uds' },
  { name: 'workload-certs', mountPath: '/var/run/secrets/workload-spiffe-credentials' },
  { name: 'istiod-ca-cert', mountPath: '/var/run/secrets/istio' },
  { name: 'istio-ca-crl', mountPath: '/var/run/secrets/istio/crl' },
  { name: 'istio-data', mountPath: '/var/lib/istio/data' },
  { name: 'istio-envoy', mountPath: '/etc/istio/proxy' },
  { name: 'istio-token', mountPath: '/var/run/secrets/tokens' },
  { name: 'istio-podinfo', mountPath: '/etc/istio/pod' },
];

const PODINFO = [
  { path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } },
  { path: 'annotations', fieldRef: { fieldPath: 'metadata.annotations' } },
];
const TOKEN = { path: 'istio-token', expirationSeconds: 43200, audience: 'istio-ca' };

/** An emptyDir of null takes the emptyDir of a volume of that name away, with its medium; the API server makes one again. */
const VOLUMES: readonly Named[] = [
  { name: 'workload-socket', emptyDir: null },
  { name: 'credential-socket', emptyDir: null },
  { name: 'workload-certs', emptyDir: null },
  { name: 'istio-envoy', emptyDir: { medium: 'Memory' } },
  { name: 'istio-data', emptyDir: {} },
  { name: 'istio-podinfo', downwardAPI: { items: PODINFO } },
  { name: 'istio-token', projected: { sources: [{ serviceAccountToken: TOKEN }] } },
  { name: 'istiod-ca-cert', configMap: { name: 'istio-ca-root-cert' } },
  { name: 'istio-ca-crl', configMap: { name: 'istio-ca-crl', optional: true } },
];
