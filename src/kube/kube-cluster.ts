// The port `Cluster` on a real API server: caches kept by reflectors, single reads, writes whose answers enter the caches
// at once. That is the read-your-writes gate: no reconcile sees a cache older than our own last write.
import type { KubernetesObject, PeerAuthentication, Pod, Sidecar, StatefulSet } from '../api/kubernetes.ts';
import type { PrometheusIstioScrape } from '../api/resource.ts';
import type { Observed } from '../plan/snapshot.ts';
import type {
  ApplyBody,
  ApplyOptions,
  Cluster,
  ClusterEvent,
  JsonPatchOperation,
  ObjectRef,
  WriteResult,
} from '../reconcile/cluster.ts';
import type { Logger } from '../reconcile/context.ts';
import { EventRecorder } from './event-recorder.ts';
import { asKind } from './json.ts';
import { identity, whole, withoutManagedFields } from './keep.ts';
import { PodWatches, selectorText } from './pod-watches.ts';
import { PrometheusClient } from './prometheus-client.ts';
import { ProxyAgentClient } from './proxy-agent-client.ts';
import { Reads } from './reads.ts';
import { Reflector, type ReflectorPorts, type WatchState } from './reflector.ts';
import { cacheName, typeOf, type ResourceType } from './resource-path.ts';
import { readSecretFacts, readSecretType } from './secret-facts.ts';
import type { StoreChange } from './store.ts';
import { systemTimers, type Timers } from './timers.ts';
import type { Transport } from './transport.ts';
import { namedOf, Writes, type Named } from './writes.ts';

export type { WatchState } from './reflector.ts';

export interface WatchedResource extends ResourceType {
  /** Names and versions only. */
  readonly metadataOnly?: boolean;
  /** All namespaces if not given. */
  readonly namespace?: string;
}

export type WatchChange =
  StoreChange<KubernetesObject> | { readonly kind: 'state'; readonly state: WatchState };

export interface KubeClusterOptions {
  readonly transport: Transport;
  readonly log: Logger;
  readonly onPodEvent?: (namespace: string, statefulSet: string) => void;
  /** Names this process in events. */
  readonly instance?: string;
  readonly timers?: Timers;
  readonly random?: () => number;
}

const STATEFUL_SETS = 'statefulsets.apps';
const RESOURCES = 'prometheusistioscrapes.meshscrape.dev';
const SIDECARS = 'sidecars.networking.istio.io';
const PEER_AUTHENTICATIONS = 'peerauthentications.security.istio.io';
const CONFIG_MAPS = 'configmaps';

/** What each cache keeps of an object; what a plan asks for ownership keeps its managedFields. */
const KEEP: Readonly<Record<string, (object: KubernetesObject) => KubernetesObject>> = {
  [STATEFUL_SETS]: whole,
  [SIDECARS]: whole,
  [PEER_AUTHENTICATIONS]: whole,
  [CONFIG_MAPS]: identity('v1', 'ConfigMap'),
};

export class KubeCluster implements Cluster {
  readonly transport: Transport;
  readonly #ports: ReflectorPorts;
  readonly #caches = new Map<string, Reflector<KubernetesObject>>();
  readonly #pods: PodWatches;
  readonly #reads: Reads;
  readonly #writes: Writes;
  readonly #events: EventRecorder;
  readonly #prometheus = new PrometheusClient();
  readonly #proxyAgents: ProxyAgentClient;
  readonly prometheus: Cluster['prometheus'] = (endpoint) => this.#prometheus.ask(endpoint);
  readonly proxyAgent: Cluster['proxyAgent'] = (endpoint) => this.#proxyAgents.ask(endpoint);
  readonly reloadPrometheus: Cluster['reloadPrometheus'] = (endpoint) => this.#prometheus.reload(endpoint);

  constructor(options: KubeClusterOptions) {
    const { transport, log, timers = systemTimers, random = Math.random, instance = 'meshscrape' } = options;
    this.transport = transport;
    this.#ports = { transport, log, timers, random };
    this.#pods = new PodWatches(this.#ports, options.onPodEvent ?? (() => undefined));
    this.#proxyAgents = new ProxyAgentClient(() => timers.now());
    this.#reads = new Reads(transport, timers);
    this.#writes = new Writes(transport);
    this.#events = new EventRecorder({ transport, log, timers, instance });
  }

  /** Starts at once and goes on until `stop`. `onChange` must only enqueue. A second watch of the same resource is an error. */
  watch(resource: WatchedResource, onChange: (change: WatchChange) => void): void {
    const name = cacheName(resource);
    if (this.#caches.has(name)) throw new Error(`watch ${name}: it is watched already`);
    const cache = new Reflector<KubernetesObject>(this.#ports, {
      type: resource,
      namespace: resource.namespace,
      metadataOnly: resource.metadataOnly,
      keep: KEEP[name] ?? withoutManagedFields,
      onChange,
      onState: (state) => {
        onChange({ kind: 'state', state });
      },
    });
    this.#caches.set(name, cache);
    cache.start();
  }

  /** Every watch so far has its first list, or knows that it is absent or unreadable. */
  async whenSynced(): Promise<void> {
    await Promise.all([...this.#caches.values()].map((cache) => cache.whenSettled()));
  }

  /** Other kinds may be absent or unreadable, which status tells; without our own there is nothing to tell it in. */
  isSynced(): boolean {
    const isOursThere = this.#caches.get(RESOURCES)?.state.kind === 'synced';
    return isOursThere && [...this.#caches.values()].every((cache) => cache.isSettled);
  }

  /** Lists everything afresh; answers when the lists have been delivered. */
  async relist(): Promise<void> {
    await Promise.all([...[...this.#caches.values()].map((cache) => cache.relist()), this.#pods.relist()]);
  }

  /** Ends every watch. The transport stays open for writes in flight. */
  stop(): void {
    for (const cache of this.#caches.values()) cache.stop();
    this.#pods.stop();
    void this.#prometheus.close();
    void this.#proxyAgents.close();
  }

  resource(key: string): PrometheusIstioScrape | undefined {
    const [namespace = '', name = ''] = key.split('/');
    const object = this.#caches.get(RESOURCES)?.store.get(namespace, name);
    return object === undefined ? undefined : asKind<PrometheusIstioScrape>(object);
  }

  resources(namespace: string): readonly PrometheusIstioScrape[] {
    const objects = this.#caches.get(RESOURCES)?.store.inNamespace(namespace) ?? [];
    return objects.map((object) => asKind<PrometheusIstioScrape>(object));
  }

  statefulSet(namespace: string, name: string): Observed<StatefulSet> {
    const cache = this.#cached<StatefulSet>(STATEFUL_SETS, namespace);
    if (cache.kind !== 'present') return cache;
    const object = this.#caches.get(STATEFUL_SETS)?.store.get(namespace, name);
    return object === undefined
      ? { kind: 'absent' }
      : { kind: 'present', value: asKind<StatefulSet>(object) };
  }

  statefulSets(namespace: string): readonly StatefulSet[] {
    const cache = this.#cached<StatefulSet>(STATEFUL_SETS, namespace);
    return cache.kind === 'present' ? cache.value : [];
  }

  sidecars(namespace: string): Observed<readonly Sidecar[]> {
    return this.#cached<Sidecar>(SIDECARS, namespace);
  }

  peerAuthentications(namespace: string): Observed<readonly PeerAuthentication[]> {
    return this.#cached<PeerAuthentication>(PEER_AUTHENTICATIONS, namespace);
  }

  pods(statefulSet: StatefulSet): Promise<Observed<readonly Pod[]>> {
    const { metadata, spec, status } = statefulSet;
    const isScaledToZero = spec.replicas === 0 && (status?.replicas ?? 0) === 0;
    if (!isScaledToZero) return this.#pods.pods(statefulSet);
    // Nothing runs and nothing will until the StatefulSet changes: a watch would only cost memory.
    this.#pods.release(metadata.namespace, metadata.name);
    // Its controller has counted the pods of this very generation: there is nothing to ask for.
    const isCounted = status?.observedGeneration === metadata.generation;
    if (isCounted) return Promise.resolve({ kind: 'present', value: [] });
    return this.#reads.pods(metadata.namespace, selectorText(spec.selector));
  }

  releasePods(namespace: string, name: string): void {
    this.#pods.release(namespace, name);
  }

  readonly configMap: Cluster['configMap'] = (...which) => this.#reads.configMap(...which);
  readonly podsOfNamespace: Cluster['podsOfNamespace'] = (namespace) => this.#reads.pods(namespace);
  readonly inboundPolicies: Cluster['inboundPolicies'] = (namespace) =>
    this.#reads.inboundPolicies(namespace);
  readonly service: Cluster['service'] = (...which) => this.#reads.service(...which);
  readonly anyService: Cluster['anyService'] = (namespace) => this.#reads.anyService(namespace);
  readonly webhookConfigurations: Cluster['webhookConfigurations'] = () =>
    this.#reads.webhookConfigurations();
  readonly namespaceLabels: Cluster['namespaceLabels'] = (name) => this.#reads.namespaceLabels(name);
  readonly eventsAbout: Cluster['eventsAbout'] = (...which) => this.#reads.eventsAbout(...which);
  readonly secret: Cluster['secret'] = (...which) => readSecretFacts(this.transport, ...which);
  readonly secretType: Cluster['secretType'] = (...which) => readSecretType(this.transport, ...which);

  apply(body: ApplyBody, options: ApplyOptions): Promise<WriteResult> {
    const { apiVersion, kind } = body;
    const ref = { apiVersion, kind, namespace: body.metadata.namespace, name: body.metadata.name };
    return this.#cachingWrite(ref, () => this.#writes.apply(ref, body, options));
  }

  patch(
    ref: ObjectRef,
    operations: readonly JsonPatchOperation[],
    fieldManager: string,
  ): Promise<WriteResult> {
    return this.#cachingWrite(ref, () => this.#writes.patch(ref, operations, fieldManager));
  }

  async delete(ref: ObjectRef, precondition: { readonly uid: string }): Promise<WriteResult> {
    const result = await this.#cachingWrite(ref, () => this.#writes.delete(ref, precondition.uid));
    if (result.kind === 'written' && result.object.metadata.deletionTimestamp === undefined) {
      this.#storeOf(ref)?.drop(ref.namespace, ref.name, precondition.uid);
    }
    return result;
  }

  writeStatus(resource: PrometheusIstioScrape, status: object): Promise<WriteResult> {
    return this.writeStatusOf(namedOf(resource), status);
  }

  /** Absent without a request where the cache knows a namesake: the API server ignores the uid of a status. */
  async writeStatusOf(ref: Named, status: unknown): Promise<WriteResult> {
    const cached = this.#storeOf(ref)?.get(ref.namespace, ref.name);
    if (cached !== undefined && ref.uid !== undefined && cached.metadata.uid !== ref.uid) {
      return {
        kind: 'absent',
        message: `write status of ${ref.kind} ${ref.namespace}/${ref.name}: made anew`,
      };
    }
    return this.#cachingWrite(ref, () => this.#writes.status(ref, status));
  }

  mergeStatusOf(ref: Named, status: unknown): Promise<WriteResult> {
    return this.#cachingWrite(ref, () => this.#writes.mergeStatus(ref, status));
  }

  setFinalizers(resource: PrometheusIstioScrape, finalizers: readonly string[]): Promise<WriteResult> {
    return this.setFinalizersOf(namedOf(resource), finalizers);
  }

  async setFinalizersOf(ref: Named, finalizers: readonly string[]): Promise<WriteResult> {
    const result = await this.#cachingWrite(ref, () => this.#writes.finalizers(ref, finalizers));
    if (result.kind !== 'written') return result;
    const { deletionTimestamp, uid } = result.object.metadata;
    // The last finalizer of an object that is being deleted: it is gone, whatever the answer still shows.
    if (deletionTimestamp !== undefined && finalizers.length === 0) {
      this.#storeOf(ref)?.drop(ref.namespace, ref.name, uid);
    }
    return result;
  }

  emit(event: ClusterEvent): Promise<void> {
    return this.#events.emit(event);
  }

  /** The answer is in the cache before the caller sees it, and its echo from the watch wakes nobody. */
  async #cachingWrite(ref: ObjectRef, send: () => Promise<WriteResult>): Promise<WriteResult> {
    const store = this.#storeOf(ref);
    const release = store?.hold(ref.namespace, ref.name);
    try {
      const result = await send();
      if (result.kind === 'written' && result.object.metadata.resourceVersion !== '') {
        store?.put((KEEP[cacheName(typeOf(ref))] ?? withoutManagedFields)(result.object));
      }
      return result;
    } finally {
      release?.();
    }
  }

  #storeOf(ref: ObjectRef): Reflector<KubernetesObject>['store'] | undefined {
    return this.#caches.get(cacheName(typeOf(ref)))?.store;
  }

  #cached<T extends KubernetesObject>(name: string, namespace: string): Observed<readonly T[]> {
    const cache = this.#caches.get(name);
    const state: WatchState = cache?.state ?? { kind: 'starting' };
    switch (state.kind) {
      case 'absent':
      case 'unreadable':
        return state;
      case 'starting':
        return { kind: 'unreadable', message: `${name}: not watched, or not synced yet` };
      case 'synced':
        return {
          kind: 'present',
          value: (cache?.store.inNamespace(namespace) ?? []).map((object) => asKind<T>(object)),
        };
    }
  }
}
