// What Istio's injector does to a pod after the proxy is in it: metrics and probes are led through the agent, and the pod says
// what was injected. Life-cycle handlers are left alone here.
import type { KubeObject } from '../api/kube-object.ts';
import type { Annotations } from './injection-annotations.ts';
import { BadAnnotation, mergesMetrics, parseBool } from './injection-annotations.ts';
import type { Container, Rendered } from './injection-template.ts';
import type { Fields } from './strategic-merge.ts';

const AGENT_PORT = '15020';
/** Ports of Istio that nobody may have merged into the agent's metrics. */
const RESERVED_PORTS = ['15000', '15001', '15004', '15006', '15008', '15020', '15021', '15053', '15090'];

/** All of it, in Istio's order. */
export function finished(pod: KubeObject, rendered: Rendered, revision: string): KubeObject {
  const done = withAgentProbes(withMergedMetrics(pod));
  const names = (list: readonly { readonly name: string }[]): readonly string[] | null =>
    list.length === 0 ? null : [...new Set(list.map(({ name }) => name))];
  const status = {
    initContainers: names(rendered.spec.initContainers),
    containers: names(rendered.spec.containers),
    volumes: names(rendered.spec.volumes),
    imagePullSecrets: null,
    revision,
  };
  const annotations = { ...done.metadata.annotations, 'sidecar.istio.io/status': JSON.stringify(status) };
  return { ...done, metadata: { ...done.metadata, annotations } };
}

/** Unless an annotation forbids it, every pod says that it is scraped at the agent's port: also one that said nothing. */
function withMergedMetrics(pod: KubeObject): KubeObject {
  const annotations = pod.metadata.annotations ?? {};
  const of = (name: string): string | undefined =>
    Object.entries(annotations).find(([key]) => labelName(key) === `prometheus_io_${name}`)?.[1];
  const scraped = parseBool(of('scrape') ?? 'true') ?? true;
  if (!scraped || !mergesMetrics(annotations) || of('port') === AGENT_PORT) return pod;
  refuseReserved(of('port'));
  const said = { scrape: of('scrape') ?? '', path: of('path') ?? '', port: of('port') ?? '' };
  const isSaid = Object.values(said).some((value) => value !== '');
  const others = Object.entries(annotations).filter(
    ([key]) => !/^prometheus_io_(scrape|path|port)$/.test(labelName(key)),
  );
  const metrics = {
    'prometheus.io/port': AGENT_PORT,
    'prometheus.io/path': '/stats/prometheus',
    'prometheus.io/scrape': 'true',
  };
  const merged = { ...pod.metadata, annotations: { ...Object.fromEntries(others), ...metrics } };
  const variable = { name: 'ISTIO_PROMETHEUS_ANNOTATIONS', value: JSON.stringify(said) };
  return { ...(isSaid ? withVariable(pod, variable) : pod), metadata: merged };
}

function refuseReserved(port: string | undefined): void {
  if (port === undefined || port === '') return;
  const isPort = /^\d+$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535;
  if (isPort && !RESERVED_PORTS.includes(port)) return;
  throw new BadAnnotation(
    `failed to process pod: invalid prometheus scrape configuration: ${isPort ? `port ${port} is reserved for Istio` : `invalid port "${port}"`}`,
  );
}

/** As Prometheus' discovery makes a label's name of an annotation's. */
function labelName(key: string): string {
  return key.replaceAll(/[^a-zA-Z0-9_]/g, '_');
}

const PROBES = { readinessProbe: 'readyz', livenessProbe: 'livez', startupProbe: 'startupz' };
const HANDLERS = ['httpGet', 'tcpSocket', 'grpc'];

/** The applications' probes go to the agent, which asks in their place; the proxy's own stay. */
function withAgentProbes(pod: KubeObject): KubeObject {
  const annotations: Annotations = pod.metadata.annotations ?? {};
  if (parseBool(annotations['sidecar.istio.io/rewriteAppHTTPProbers'] ?? 'true') === false) return pod;
  const port = Number(annotations['status.sidecar.istio.io/port'] ?? AGENT_PORT);
  const asked = new Map<string, unknown>();
  const rewritten = (container: Container): Container =>
    container.name === 'istio-proxy' ? container : rewrittenContainer(container, { port, asked });
  const containers = (pod.spec.containers as Container[]).map(rewritten);
  const initContainers = (pod.spec.initContainers as Container[]).map(rewritten);
  const done = { ...pod, spec: { ...pod.spec, containers, initContainers } };
  if (asked.size === 0) return done;
  const probers = [...asked].sort(([a], [b]) => (a < b ? -1 : 1));
  const value = JSON.stringify(Object.fromEntries(probers));
  return withVariable(done, { name: 'ISTIO_KUBE_APP_PROBERS', value });
}

interface Rewriting {
  readonly port: number;
  /** What the agent is to ask, by the path at which it is asked itself. */
  readonly asked: Map<string, unknown>;
}

function rewrittenContainer(container: Container, { port, asked }: Rewriting): Container {
  const changed: Record<string, Fields> = {};
  for (const [field, word] of Object.entries(PROBES)) {
    const probe = container[field] as Fields | undefined;
    const handler = HANDLERS.find((name) => probe?.[name] !== undefined);
    if (probe === undefined || handler === undefined) continue;
    const path = `/app-health/${container.name}/${word}`;
    const action = probe[handler] as Fields;
    const askedPort = numberOf(container, action['port']);
    if (askedPort !== undefined && askedPort !== Number(AGENT_PORT)) {
      asked.set(path, {
        [handler]: { ...action, port: askedPort },
        timeoutSeconds: probe['timeoutSeconds'],
      });
    }
    const rest = Object.fromEntries(Object.entries(probe).filter(([name]) => name !== handler));
    const http = handler === 'httpGet' ? action : {};
    const scheme = http['scheme'] === 'HTTPS' ? { scheme: 'HTTP' } : {};
    changed[field] = { ...rest, httpGet: { ...http, ...scheme, path, port } };
  }
  return { ...container, ...changed };
}

function numberOf({ ports = [] }: Container, port: unknown): number | undefined {
  if (typeof port === 'number') return port;
  return ports.find(({ name }) => name === port)?.['containerPort'] as number | undefined;
}

/** Appended to the environment of the first istio-proxy. */
function withVariable(
  pod: KubeObject,
  variable: { readonly name: string; readonly value: string },
): KubeObject {
  const isProxy = ({ name }: Container): boolean => name === 'istio-proxy';
  const field = (pod.spec.containers as Container[]).some(isProxy) ? 'containers' : 'initContainers';
  const list = ((pod.spec[field] ?? []) as Container[]).map((container) =>
    isProxy(container)
      ? { ...container, env: [...((container['env'] ?? []) as Fields[]), variable] }
      : container,
  );
  return { ...pod, spec: { ...pod.spec, [field]: list } };
}
