// Templates that say by annotations alone what they want of the injector.
import { docsRecipe, INJECT, taskPage } from '../hand-wired/worlds.ts';
import { WIRED_ANNOTATIONS, WIRED_MOUNT, WIRED_VOLUME } from '../stateful-set.ts';
import type { Template, TemplateCase } from './case.ts';
import { always, config, DENIED, HELD, INJECTED, output, templateOf, userMount } from './case.ts';

/** `containers`, `initContainers` and `volumes` are laid over a Prometheus with a probe and a named port. */
function plain(annotations: Readonly<Record<string, string>> = {}, spec: object = {}): Template {
  const container = {
    name: 'prometheus',
    image: 'quay.io/prometheus/prometheus:v3.16.0',
    ports: [{ name: 'web', containerPort: 9090 }],
    readinessProbe: { httpGet: { path: '/-/ready', port: 'web' }, timeoutSeconds: 5 },
    livenessProbe: { tcpSocket: { port: 9090 } },
  };
  return {
    metadata: { labels: { app: 'prometheus', ...INJECT }, annotations },
    spec: { containers: [container], ...spec },
  };
}

/** A template whose Prometheus mounts volume `certs`, declared where it is not said otherwise. */
function mounting(annotations: Readonly<Record<string, string>>, volumes?: readonly object[]): Template {
  const mount = { name: 'certs', mountPath: '/etc/prom-certs', readOnly: true };
  const containers = [{ name: 'prometheus', image: 'prometheus', volumeMounts: [mount] }];
  return plain(annotations, { containers, volumes: volumes ?? [{ name: 'certs', emptyDir: {} }] });
}

const userVolume = (value: string): Record<string, string> => ({ 'sidecar.istio.io/userVolume': value });
const OPTIONS = { namespace: '' };

/** What the annotations of a Prometheus alone ask for. */
export const BY_ANNOTATION: readonly TemplateCase[] = [
  { name: 'nothing wired', template: plain(), ...INJECTED },
  {
    name: "meshscrape's own wiring",
    template: {
      metadata: { labels: { app: 'prometheus', ...INJECT }, annotations: WIRED_ANNOTATIONS },
      spec: {
        containers: [{ name: 'prometheus', image: 'prometheus', volumeMounts: [WIRED_MOUNT] }],
        volumes: [WIRED_VOLUME],
      },
    },
    ...HELD,
    output: '/etc/istio-output-certs on istio-output-certs',
  },
  {
    name: "Istio's documentation",
    template: templateOf(docsRecipe(OPTIONS)),
    ...INJECTED,
    output: '/etc/istio-output-certs on istio-certs',
  },
  {
    name: "Istio's task page, in memory",
    template: templateOf(taskPage({ ...OPTIONS, medium: 'Memory' })),
    ...INJECTED,
    output: '/etc/istio-certs on istio-certs',
  },
  {
    name: 'userVolume and userVolumeMount as objects',
    template: mounting({
      ...output('/etc/out'),
      ...userVolume('{"certs": {"emptyDir": {"medium": "Memory"}}, "b": {"emptyDir": {}}}'),
      ...userMount('{"certs": {"mountPath": "/etc/out"}, "b": {"mountPath": "/b", "readOnly": true}}'),
    }),
    ...INJECTED,
    output: '/etc/out on certs',
  },
  {
    name: 'userVolume and userVolumeMount as arrays',
    template: mounting({
      ...output('/etc/out'),
      ...userVolume('[{"name": "certs", "emptyDir": {"medium": "Memory"}}]'),
      ...userMount('[{"name": "certs", "mountPath": "/etc/out"}]'),
    }),
    ...INJECTED,
    output: '/etc/out on certs',
  },
  {
    name: 'a volume that only the annotation declares',
    template: mounting(
      {
        ...output('/etc/out'),
        ...userVolume('[{"name": "certs", "emptyDir": {}}]'),
        ...userMount('[{"name": "certs", "mountPath": "/etc/out"}]'),
      },
      [],
    ),
    ...INJECTED,
    output: '/etc/out on certs',
  },
  {
    name: 'a userVolume of another source',
    template: mounting(userVolume('{"certs": {"secret": {"secretName": "istio.default"}}}')),
    ...always('may not specify more than 1 volume type'),
  },
  {
    name: 'a userVolumeMount of a volume that nobody declares',
    template: plain(userMount('[{"name": "certs", "mountPath": "/etc/out"}]')),
    ...always('Not found'),
  },
  {
    name: "a userVolumeMount at a path of the injector's",
    template: mounting({
      ...output('/var/lib/istio/data'),
      ...userMount('[{"name": "certs", "mountPath": "/var/lib/istio/data"}]'),
    }),
    ...always('must be unique'),
  },
  {
    name: 'a userVolumeMount that is not JSON',
    template: plain(userMount('certs')),
    ...always(DENIED),
  },
  {
    name: 'a userVolumeMount that is null',
    template: plain(userMount('null')),
    ...INJECTED,
  },
  {
    name: 'a userVolumeMount of a mere word',
    template: plain(userMount('["certs"]')),
    ...always(DENIED),
  },
  {
    name: 'a hold that is no boolean',
    template: plain(config('holdApplicationUntilProxyStarts: "true"')),
    ...always(DENIED),
  },
  {
    name: 'a proxy configuration of no words',
    template: plain(config('')),
    ...INJECTED,
  },
  {
    name: 'a proxy configuration that is no mapping',
    template: plain(config('nonsense')),
    ...always(DENIED),
  },
  {
    name: 'proxyMetadata that is no string',
    template: plain(config('proxyMetadata: {DISABLE_ENVOY: true}')),
    ...always(DENIED),
  },
  {
    name: 'a misspelt key in the proxy configuration',
    template: plain(
      config('{proxyMetaData: {OUTPUT_CERTS: /etc/out}, holdApplicationUntilProxyStart: true}'),
    ),
    ...INJECTED,
  },
  {
    name: 'proxyMetadata with DISABLE_ENVOY and more, out of order',
    template: mounting({
      ...config(
        'proxyMetadata: {OUTPUT_CERTS: /etc/out, DISABLE_ENVOY: "true", ISTIO_META_X: "", A: $(POD_NAME)}',
      ),
      ...userMount('{"certs": {"mountPath": "/etc/out"}}'),
    }),
    ...INJECTED,
    output: '/etc/out on certs',
  },
  {
    name: 'interception mode NONE',
    template: plain({ 'sidecar.istio.io/interceptionMode': 'NONE' }),
    native: 'istio-proxy | prometheus',
    classic: '| prometheus istio-proxy',
  },
  {
    name: 'an interception mode that does not exist',
    template: plain({ 'sidecar.istio.io/interceptionMode': 'OFF' }),
    ...always(DENIED),
  },
  {
    name: 'the agent alone',
    template: plain({
      'sidecar.istio.io/interceptionMode': 'NONE',
      'status.sidecar.istio.io/port': '15021',
      ...config('{holdApplicationUntilProxyStarts: true, proxyMetadata: {DISABLE_ENVOY: "true"}}'),
    }),
    native: 'istio-proxy | prometheus',
    classic: '| istio-proxy prometheus',
  },
  {
    name: 'no status port, and probes of its own',
    template: plain({ 'status.sidecar.istio.io/port': '0' }),
    ...always('must be between 1 and 65535'),
  },
  {
    name: 'a tunnel and no status port',
    template: mounting({
      'status.sidecar.istio.io/port': '0',
      ...config('proxyMetadata: {ISTIO_META_ENABLE_HBONE: "true"}'),
    }),
    ...INJECTED,
  },
  {
    name: 'another image and other periods of the readiness probe',
    template: plain({
      'sidecar.istio.io/proxyImage': 'example.com/proxyv2:1.29.0',
      'readiness.status.sidecar.istio.io/periodSeconds': '2',
      'readiness.status.sidecar.istio.io/initialDelaySeconds': '7',
    }),
    ...INJECTED,
  },
  {
    name: 'an application that is held back',
    template: plain(config('holdApplicationUntilProxyStarts: true')),
    ...HELD,
  },
  {
    name: 'ports and ranges of its own',
    template: plain({
      'traffic.sidecar.istio.io/includeInboundPorts': '',
      'traffic.sidecar.istio.io/excludeInboundPorts': '9090',
      'traffic.sidecar.istio.io/includeOutboundIPRanges': '10.0.0.0/8',
      'traffic.sidecar.istio.io/includeOutboundPorts': '443',
    }),
    ...INJECTED,
  },
  {
    name: 'label true and annotation false',
    template: plain({ 'sidecar.istio.io/inject': 'false' }),
    ...INJECTED,
  },
  {
    name: 'label false and annotation true',
    template: {
      ...plain(),
      metadata: {
        labels: { 'sidecar.istio.io/inject': 'false' },
        annotations: { 'sidecar.istio.io/inject': 'true' },
      },
    },
    ...always('| prometheus'),
  },
  {
    name: 'annotation false',
    template: {
      ...plain(),
      metadata: { labels: {}, annotations: { 'sidecar.istio.io/inject': 'false' } },
    },
    ...always('| prometheus'),
  },
  {
    name: 'init containers and a native sidecar of its own',
    template: plain(
      {},
      {
        initContainers: [
          { name: 'first', image: 'busybox' },
          { name: 'beside', image: 'busybox', restartPolicy: 'Always' },
          { name: 'last', image: 'busybox' },
        ],
      },
    ),
    native: 'istio-init istio-proxy first beside last | prometheus',
    classic: 'first beside last istio-init | prometheus istio-proxy',
  },
];

/** What the injector does to the scraping and the probes of the pod itself. */
export const METRICS_AND_PROBES: readonly TemplateCase[] = [
  {
    name: 'metrics that are merged',
    template: plain({ 'prometheus.io/scrape': 'true', 'prometheus.io/port': '9090' }),
    ...INJECTED,
  },
  {
    name: 'metrics that may not be merged, and probes that may not be rewritten',
    template: plain({
      'prometheus.io/scrape': 'true',
      'prometheus.io/port': '9090',
      'prometheus.istio.io/merge-metrics': 'false',
      'sidecar.istio.io/rewriteAppHTTPProbers': 'false',
    }),
    ...INJECTED,
  },
  {
    name: 'metrics that nobody scrapes',
    template: plain({ 'prometheus.io/scrape': 'false' }),
    ...INJECTED,
  },
  {
    name: "metrics at a port of the proxy's",
    template: plain({ 'prometheus.io/port': '15090' }),
    ...always(DENIED),
  },
  {
    name: 'merge-metrics that is no boolean',
    template: plain({ 'prometheus.istio.io/merge-metrics': 'no' }),
    ...always(DENIED),
  },
];
