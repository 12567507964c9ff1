// A cluster for pure reconcile tests: server-side apply, JSON patch and their preconditions, as far as our own bodies need
// them. What a real API server does beyond that is tried in test/e2e, not here.
import { isDeepStrictEqual } from 'node:util';
import type { SecretFacts } from '../../src/api/certificate.ts';
import type { KubernetesEvent, KubernetesObject, Pod, StatefulSet } from '../../src/api/kubernetes.ts';
import type { PrometheusIstioScrape } from '../../src/api/resource.ts';
import type {
  FailedPoolsSeen,
  PrometheusSeen,
  ProxyAgentSeen,
} from '../../src/plan/model/prometheus-seen.ts';
import type { Observed } from '../../src/plan/model/observed.ts';
import type * as port from '../../src/reconcile/cluster.ts';
import { assertDocumented } from './documented.ts';
import type { FakeClock } from './fake-clock.ts';
import { ownableFields } from './field-set.ts';
import { conflictsOf, managed, merge, patchOne, type Stored, type Writer } from './object-writes.ts';

const STALE = { kind: 'stale', message: 'the object has been modified' } as const;
const ABSENT = { kind: 'absent', message: 'not found' } as const;

export class FakeCluster implements port.Cluster {
  readonly #objects = new Map<string, Stored>();
  readonly #clock: FakeClock;
  #version = 100;
  #isTrial = false;
  /** Every write but what a conflict kept from being stored, also those that a fault answered: `apply StatefulSet/prometheus`. */
  readonly writes: string[] = [];
  /** Every request that reads. */
  readonly reads: string[] = [];
  readonly events: port.ClusterEvent[] = [];
  /** Kinds that may not be read, and kinds whose CRD is not installed. */
  readonly forbidden = new Set<string>(['Secret', 'Deployment']);
  readonly uninstalled = new Set<string>();
  podAdmission: port.WriteResult = {
    kind: 'refused',
    status: 403,
    reason: 'Forbidden',
    message: 'pods is forbidden: User "meshscrape" cannot create resource "pods" in API group ""',
  };
  /** Answers a write in place of the cluster, or throws; `undefined`: the cluster answers. */
  fault: (write: string) => port.WriteResult | undefined = () => undefined;

  constructor(clock: FakeClock) {
    this.#clock = clock;
  }

  /** What a person or another controller writes: a whole object. */
  put(object: KubernetesObject, manager = 'kubectl-client-side-apply'): void {
    this.#commit({ ...structuredClone(object) }, { manager, operation: 'Update' });
  }
  remove(kind: string, name: string): void {
    this.#objects.delete(`${kind}/${name}`);
  }
  get(kind: string, name: string): Stored | undefined {
    return this.#objects.get(`${kind}/${name}`);
  }
  /** The resourceVersion of everything. */
  versions(): Readonly<Record<string, string>> {
    const all = [...this.#objects].map(([key, { metadata }]) => [key, metadata.resourceVersion]);
    return Object.fromEntries(all);
  }

  resource = (key: string) =>
    this.get('PrometheusIstioScrape', key.split('/')[1] ?? '') as PrometheusIstioScrape | undefined;
  resources = () => this.#all('PrometheusIstioScrape') as unknown as PrometheusIstioScrape[];
  workload = ({ kind, name }: port.WorkloadRef) =>
    this.#seen(kind, this.get(kind, name)) as Observed<StatefulSet>;
  workloads = () => this.#all('StatefulSet') as unknown as StatefulSet[];
  sidecars = () => this.#seen('Sidecar', this.#all('Sidecar'));
  peerAuthentications = () => this.#seen('PeerAuthentication', this.#all('PeerAuthentication'));
  releasePods = () => undefined;
  pods = ({ spec }: StatefulSet) => {
    const selected = Object.entries(spec.selector.matchLabels ?? {});
    const matches = ({ metadata }: Stored) =>
      selected.every(([key, value]) => metadata.labels?.[key] === value);
    return this.#read('Pod', 'pods', this.#all('Pod').filter(matches)) as Promise<Observed<readonly Pod[]>>;
  };
  podsOfNamespace = () =>
    this.#read('Pod', 'podsOfNamespace', this.#all('Pod')) as Promise<Observed<readonly Pod[]>>;
  configMap = (_: string, name: string) =>
    this.#read('ConfigMap', `configMap ${name}`, this.get('ConfigMap', name));
  configMapNames = () =>
    this.#seen(
      'ConfigMap',
      this.#all('ConfigMap').map(({ metadata }) => metadata.name),
    );
  namesakes = () => this.#read<never>('Deployment', 'namesakes', undefined);
  service = (_: string, name: string) =>
    this.#read(
      'Service',
      `service ${name}`,
      this.get('Service', name) === undefined ? undefined : (true as const),
    );
  anyService = () =>
    this.#read('Service', 'anyService', this.#all('Service').length === 0 ? undefined : (true as const));
  webhookConfigurations = () =>
    this.#read(
      'MutatingWebhookConfiguration',
      'webhookConfigurations',
      this.#all('MutatingWebhookConfiguration'),
    );
  namespaceLabels = (name: string) =>
    this.#read('Namespace', `namespace ${name}`, this.get('Namespace', name)?.metadata.labels ?? {});
  namespace = (name: string) => this.#read('Namespace', `namespace ${name}`, this.get('Namespace', name));
  /** As in the default install: nobody may. */
  admitPod = () => {
    this.reads.push('admitPod');
    return Promise.resolve(this.podAdmission);
  };
  eventsAbout = () =>
    this.#read('Event', 'events', this.#all('Event')) as Promise<Observed<readonly KubernetesEvent[]>>;
  inboundPolicies = () => this.#read('AuthorizationPolicy', 'policies', this.#all('AuthorizationPolicy'));
  prometheus = () => Promise.resolve<PrometheusSeen>({ kind: 'silent', message: 'no Prometheus here' });
  failedPools = () => Promise.resolve<FailedPoolsSeen>({ count: undefined });
  proxyAgent = () => Promise.resolve<ProxyAgentSeen>({ kind: 'silent', message: 'no agent here' });
  reloadPrometheus = () => Promise.resolve();
  /** As in the default install: nobody may. */
  secret = (_: string, name: string) => this.#read<SecretFacts>('Secret', `secret ${name}`, undefined);
  secretType = (_: string, name: string) => this.#read<never>('Secret', `secretType ${name}`, undefined);
  emit = (event: port.ClusterEvent) => {
    assertDocumented(event);
    this.events.push(event);
    return Promise.resolve();
  };

  /** Answers as the write would, and stores nothing. */
  dryRun: port.ObjectWrites = {
    apply: (...args) =>
      this.#tried(`dry-run apply ${args[0].kind}/${args[0].metadata.name}`, () => this.apply(...args)),
    patch: (...args) =>
      this.#tried(`dry-run patch ${args[0].kind}/${args[0].name}`, () => this.patch(...args)),
  };
  apply = (body: port.ApplyBody, { fieldManager: manager, force }: port.ApplyOptions) =>
    this.#write('apply', body.kind, body.metadata.name, (live) => {
      const { uid, resourceVersion, ...metadata } = body.metadata;
      if (resourceVersion !== undefined && resourceVersion !== live?.metadata.resourceVersion) return STALE;
      if (uid !== undefined && uid !== live?.metadata.uid) return STALE;
      const conflicts = conflictsOf(live, body, manager);
      if (conflicts.length > 0 && !force) return { kind: 'conflict', conflicts, message: 'conflicts' };
      const merged = merge(live ?? {}, { ...body, metadata }) as Stored;
      const by: Writer = { manager, operation: 'Apply', paths: [...ownableFields(body).keys()] };
      return { kind: 'written', object: this.#commit(merged, by) };
    });
  patch = (ref: port.ObjectRef, operations: readonly port.JsonPatchOperation[], manager: string) =>
    this.#write('patch', ref.kind, ref.name, (live) => {
      if (live === undefined) return ABSENT;
      const next = structuredClone(live);
      for (const operation of operations) patchOne(next, operation);
      if (next.metadata.resourceVersion !== live.metadata.resourceVersion) return STALE;
      return { kind: 'written', object: this.#commit(next, { manager, operation: 'Update' }) };
    });
  delete = (ref: port.ObjectRef, { uid }: { readonly uid: string }) =>
    this.#write('delete', ref.kind, ref.name, (live) => {
      if (live?.metadata.uid !== uid) return ABSENT;
      this.remove(ref.kind, ref.name);
      return { kind: 'written', object: live };
    });
  writeStatus = ({ kind, metadata }: PrometheusIstioScrape, status: object) =>
    this.#write('writeStatus', kind, metadata.name, (live) =>
      live === undefined ? ABSENT : { kind: 'written', object: this.#commit({ ...live, status }) },
    );
  setFinalizers = ({ kind, metadata }: PrometheusIstioScrape, finalizers: readonly string[]) =>
    this.#write('setFinalizers', kind, metadata.name, (live) =>
      live === undefined
        ? ABSENT
        : { kind: 'written', object: this.#commit({ ...live, metadata: { ...live.metadata, finalizers } }) },
    );

  /** Reads count it: nothing is written. A write runs at once, so that only it is a trial. */
  #tried(what: string, write: () => Promise<port.WriteResult>): Promise<port.WriteResult> {
    this.reads.push(what);
    this.#isTrial = true;
    const result = write();
    this.#isTrial = false;
    return result;
  }
  #all(kind: string): readonly Stored[] {
    return [...this.#objects.values()].filter((object) => object.kind === kind);
  }
  #seen<T>(kind: string, value: T | undefined): Observed<T> {
    if (this.forbidden.has(kind)) return { kind: 'unreadable', message: `cannot read ${kind}: forbidden` };
    if (this.uninstalled.has(kind) || value === undefined) return { kind: 'absent' };
    return { kind: 'present', value };
  }
  #read<T>(kind: string, what: string, value: T | undefined): Promise<Observed<T>> {
    this.reads.push(what);
    return Promise.resolve(this.#seen(kind, value));
  }
  // eslint-disable-next-line max-params -- private, and each of them is one word
  async #write(verb: string, kind: string, name: string, run: (live?: Stored) => port.WriteResult) {
    const write = `${verb} ${kind}/${name}`;
    const isTrial = this.#isTrial;
    const result = this.fault(write) ?? run(this.get(kind, name));
    if (result.kind !== 'conflict' && !isTrial) this.writes.push(write);
    return Promise.resolve(result);
  }
  /** Stores an object; its resourceVersion moves if anything else did. */
  #commit(next: Stored, by?: Writer): Stored {
    const key = `${next.kind}/${next.metadata.name}`;
    const live = this.#objects.get(key);
    const object = managed(next, live, { by, time: this.#clock.text });
    if (this.#isTrial || isDeepStrictEqual(object, live)) return object;
    this.#version += 1;
    const stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(this.#version) } };
    this.#objects.set(key, stored);
    return stored;
  }
}
