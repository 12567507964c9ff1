// Reports what happens to the objects of one namespace while it happens: diffs, pods, conditions. It only watches.
import type { Api } from '../api/client.ts';
import type { KubeObject } from '../api/kube-object.ts';
import { follow } from '../api/wait.ts';
import type { Output } from './output.ts';
import type { Condition } from './text.ts';
import { difference, flips, metadataChanges, podState, yaml } from './text.ts';

type Ending = 'ready' | 'stalled';

export interface Story {
  /** Settles when the resource has become Ready, or Stalled; rejects when the watching itself fails. */
  readonly ended: Promise<Ending>;
  /** Seconds since the resource was first seen. */
  readonly seconds: () => string;
  /** The resource as last seen. */
  readonly resource: () => KubeObject | undefined;
  readonly stop: () => void;
}

const RESOURCES = 'apis/meshscrape.dev/v1alpha1/namespaces/%/prometheusistioscrapes';
const CAUSES = [
  'apis/apps/v1/namespaces/%/statefulsets',
  'api/v1/namespaces/%/configmaps',
  'api/v1/namespaces/%/pods',
  'apis/networking.istio.io/v1beta1/namespaces/%/sidecars',
  'apis/security.istio.io/v1beta1/namespaces/%/peerauthentications',
];

/** Starts watching; answers when every watch runs. What is there by then counts as known and is not reported. */
export async function reportStory(options: {
  readonly api: Api;
  readonly namespace: string;
  readonly output: Output;
}): Promise<Story> {
  const reporter = new Reporter(options);
  await reporter.begin();
  return {
    ended: reporter.ended.promise,
    seconds: () => reporter.seconds(),
    resource: () => reporter.resource,
    stop: () => {
      reporter.stopping.abort();
    },
  };
}

class Reporter {
  readonly ended = Promise.withResolvers<Ending>();
  readonly stopping = new AbortController();
  resource: KubeObject | undefined;
  readonly #api: Api;
  readonly #namespace: string;
  readonly #output: Output;
  readonly #known = new Map<string, KubeObject>();
  #startedAt: number | undefined;

  constructor(options: { readonly api: Api; readonly namespace: string; readonly output: Output }) {
    this.#api = options.api;
    this.#namespace = options.namespace;
    this.#output = options.output;
    // The caller may still be busy elsewhere when it rejects.
    this.ended.promise.catch(() => undefined);
  }

  async begin(): Promise<void> {
    for (const path of CAUSES) for (const object of await this.#list(path)) this.#know(object);
    await Promise.all([...CAUSES, RESOURCES].map((path) => this.#follow(path)));
  }

  seconds(): string {
    const now = performance.now();
    return ((now - (this.#startedAt ?? now)) / 1000).toFixed(2);
  }

  /** Resolves with the first list; goes on until stopped. */
  #follow(path: string): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    const run = async (): Promise<void> => {
      const { signal } = this.stopping;
      for await (const objects of follow(this.#api, this.#path(path), { signal })) {
        for (const object of objects.values()) await this.#see(object);
        resolve(undefined);
      }
    };
    run().catch((error: unknown) => {
      if (this.stopping.signal.aborted) return;
      reject(error);
      this.ended.reject(error);
    });
    return promise;
  }

  async #see(object: KubeObject): Promise<void> {
    const isResource = object.kind === 'PrometheusIstioScrape';
    // Watches are not in step with each other: the causes are reported before what a status says of them. Of its creation
    // there are none, and waiting for some would let the consequences come first.
    if (isResource && this.#known.has(key(object)) && !this.#isOld(object)) await this.#catchUp();
    if (this.#isOld(object)) return;
    const before = this.#known.get(key(object));
    this.#know(object);
    if (isResource) this.#reportConditions(before, object);
    else if (object.kind === 'Pod') this.#reportPod(before, object);
    else this.#reportChange(before, object);
  }

  async #catchUp(): Promise<void> {
    const lists = await Promise.all(CAUSES.map((path) => this.#list(path)));
    for (const object of lists.flat()) await this.#see(object);
  }

  #reportChange(before: KubeObject | undefined, after: KubeObject): void {
    const same = before?.metadata.uid === after.metadata.uid ? before : undefined;
    const { text, part } = shown(after);
    const lines = difference(same === undefined ? '' : shown(same).text, text);
    const created = before === undefined ? 'created' : 'created anew';
    const what = same === undefined ? created : `changed: ${part}`;
    if (lines.length > 0) this.#output.item(this.#time(), `${label(after)} ${what}`, 'bold');
    this.#output.diff(lines);
    if (same !== undefined) this.#reportMetadata(same, after);
  }

  /** Finalizers and annotations of its own: where meshscrape keeps what an undo needs. */
  #reportMetadata(before: KubeObject, after: KubeObject): void {
    const moved = metadataChanges(before.metadata, after.metadata);
    if (moved.length > 0)
      this.#output.item(this.#time(), `${label(after)} metadata: ${moved.join('; ')}`, 'bold');
  }

  #reportPod(before: KubeObject | undefined, after: KubeObject): void {
    const same = before?.metadata.uid === after.metadata.uid ? before : undefined;
    const state = podState(after);
    if (same === undefined || podState(same) !== state)
      this.#output.item(this.#time(), `${label(after)} ${state}`, 'bold');
  }

  #reportConditions(before: KubeObject | undefined, after: KubeObject): void {
    this.resource = after;
    this.#startedAt ??= performance.now();
    if (before !== undefined) this.#reportMetadata(before, after);
    for (const { type, from, status, reason, message } of flips(conditionsOf(before), conditionsOf(after))) {
      const why = [reason, message].filter((each) => each !== '').join(': ');
      const style = type === 'Ready' && status === 'True' ? 'green' : undefined;
      const lead = `${type} ${from} → ${status}`;
      this.#output.lead(this.#time(), { lead, rest: why === '' ? '' : `, ${why}` }, style);
    }
    const current = after.status?.observedGeneration === after.metadata.generation;
    if (current && isTrue(after, 'Ready')) this.ended.resolve('ready');
    else if (current && isTrue(after, 'Stalled')) this.ended.resolve('stalled');
  }

  #time(): string {
    return `${this.seconds()} s`.padStart(8);
  }

  #know(object: KubeObject): void {
    this.#known.set(key(object), object);
  }

  #isOld(object: KubeObject): boolean {
    const known = this.#known.get(key(object));
    return known !== undefined && version(known) >= version(object);
  }

  async #list(path: string): Promise<readonly KubeObject[]> {
    return (await this.#api.list(this.#path(path))).items;
  }

  #path(path: string): string {
    return `/${path.replace('%', this.#namespace)}`;
  }
}

/** The conditions of the resource; none before it exists. */
export function conditionsOf(object: KubeObject | undefined): readonly Condition[] {
  return (object?.status?.conditions ?? []) as readonly Condition[];
}

function isTrue(object: KubeObject, type: string): boolean {
  return conditionsOf(object).some((each) => each.type === type && each.status === 'True');
}

/** What of an object the demo compares, and what to call it. */
function shown(object: KubeObject): { readonly text: string; readonly part: string } {
  const { apiVersion, kind, metadata, spec, data } = object;
  if (kind === 'StatefulSet') return { text: yaml(spec.template), part: 'its pod template' };
  if (kind === 'ConfigMap') {
    const [name = '', text = ''] = Object.entries(data ?? {})[0] ?? [];
    return { text, part: `its ${name}` };
  }
  const { name, namespace, labels, annotations } = metadata;
  const own = JSON.parse(JSON.stringify({ name, namespace, labels, annotations })) as object;
  return { text: yaml({ apiVersion, kind, metadata: own, spec }), part: 'whole' };
}

function key(object: KubeObject): string {
  return label(object);
}

function label({ kind, metadata }: KubeObject): string {
  return `${kind}/${metadata.name ?? ''}`;
}

function version({ metadata }: KubeObject): bigint {
  return BigInt(metadata.resourceVersion ?? '0');
}
