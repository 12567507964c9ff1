// Asks an injector what it makes of a template, by a dry run of the API server, and says it so that two injectors can be compared.
import { ApiError, type Api } from '../../testbed/api/client.ts';
import type { KubeObject } from '../../testbed/api/kube-object.ts';
import type { Template } from './templates/case.ts';

export type Answer =
  | { readonly kind: 'admitted'; readonly pod: KubeObject }
  | { readonly kind: 'refused'; readonly message: string };

export interface Question {
  readonly api: Api;
  /** Its labels say who injects. */
  readonly namespace: string;
  readonly native: boolean;
}

export async function askInjector(template: Template, question: Question): Promise<Answer> {
  const { api, namespace, native } = question;
  const annotations = { 'sidecar.istio.io/nativeSidecar': String(native), ...template.metadata.annotations };
  const metadata = { name: 'prometheus-0', namespace, labels: { ...template.metadata.labels }, annotations };
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata, spec: template.spec };
  try {
    return { kind: 'admitted', pod: await api.create(pod, { dryRun: true }) };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { kind: 'refused', message: error.message };
  }
}

interface Named {
  readonly name: string;
}
interface Container extends Named {
  readonly env?: readonly (Named & { readonly value?: string; readonly valueFrom?: object })[];
  readonly volumeMounts?: readonly (Named & { readonly mountPath: string })[];
}

/** Containers in order, init containers before the bar. */
export function orderOf({ spec }: KubeObject): string {
  const names = (list: readonly Named[] = []): string[] => list.map(({ name }) => name);
  return [...names(spec.initContainers), '|', ...names(spec.containers)].join(' ');
}

/** The last OUTPUT_CERTS of istio-proxy, and the volume that it mounts there; undefined where there is none. */
export function outputOf({ spec }: KubeObject): string | undefined {
  const containers = [...(spec.initContainers ?? []), ...spec.containers] as Container[];
  const proxy = containers.find(({ name }) => name === 'istio-proxy');
  const entry = proxy?.env?.findLast(({ name }) => name === 'OUTPUT_CERTS');
  if (entry?.value === undefined) return entry === undefined ? undefined : 'valueFrom';
  const mount = proxy?.volumeMounts?.find(({ mountPath }) => mountPath === entry.value);
  return `${entry.value} on ${mount?.name ?? 'nothing'}`;
}

/** Of the template's variables these two are not there, and of these two the value is another. */
const VARIABLES_LEFT_OUT = ['ISTIO_META_WORKLOAD_NAME', 'ISTIO_META_OWNER'];
const VALUES_LEFT_OUT = ['PROXY_CONFIG', 'ISTIO_META_POD_PORTS'];

/** What a refusal says, in words that do not depend on who wrote the template engine. */
const WORDS = [
  'denied the request: failed to run injection template: 1 error occurred',
  "range can't iterate over",
  'failed applying injection overlay: strategic merge: invalid JSON document',
  'denied the request: failed to process pod: invalid prometheus scrape configuration',
  'sidecar.istio.io/userVolumeMount',
  "annotation 'proxy.istio.io/config'",
  "annotation 'prometheus.istio.io/merge-metrics'",
  "annotation 'sidecar.istio.io/interceptionMode'",
  'port 15090 is reserved for Istio',
];

/** The whole answer, but for what no stand-in could know: names of chance, the registry, the owner. */
export function comparable(answer: Answer): unknown {
  if (answer.kind === 'refused') {
    const words = WORDS.filter((word) => answer.message.includes(word));
    const message = answer.message.replace(/^POST \S+: /, '').replaceAll(/env\[\d+\]/g, 'env[]');
    return words.length === 0 ? withoutChance(message) : words;
  }
  const { metadata, spec } = withoutChance(answer.pod) as KubeObject;
  const annotations = { ...metadata.annotations };
  const parsed = (name: string): unknown => JSON.parse(annotations[name] ?? 'null');
  return {
    metadata: {
      labels: without(metadata.labels ?? {}, [CANONICAL_NAME]),
      annotations: without(annotations, ['istio.io/rev', STATUS, OVERRIDES]),
    },
    // The one field in which two injectors of one cluster must differ.
    status: { ...(parsed(STATUS) as object | null), revision: undefined },
    overrides: parsed(OVERRIDES),
    spec: {
      ...spec,
      containers: (spec.containers as Container[]).map(withoutOwner),
      initContainers: ((spec.initContainers ?? []) as Container[]).map(withoutOwner),
    },
  };
}

const CANONICAL_NAME = 'service.istio.io/canonical-name';
const STATUS = 'sidecar.istio.io/status';
const OVERRIDES = 'proxy.istio.io/overrides';

function without(map: Readonly<Record<string, string>>, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(map).filter(([name]) => !names.includes(name)));
}

function withoutChance(value: unknown): unknown {
  const text = JSON.stringify(value)
    .replaceAll(/kube-api-access-[a-z0-9]{5}/g, 'kube-api-access')
    .replaceAll(/(registry\.istio\.io\/testing|docker\.io\/istio)\/proxyv2/g, 'proxyv2');
  return JSON.parse(text);
}

function withoutOwner(container: Container): Container {
  if (container.name !== 'istio-proxy' || container.env === undefined) return container;
  const env = container.env
    .filter(({ name }) => !VARIABLES_LEFT_OUT.includes(name))
    .map((entry) => (VALUES_LEFT_OUT.includes(entry.name) ? { name: entry.name } : entry));
  return { ...container, env };
}
