// What is watched: one reflector and its cache for each kind, and what each cache holds of an object.
// Every write of ours goes through here, so that no cache is older than our own last write.
import { apiVersionOf, KINDS, type ResourceType } from '../../api/kinds.ts';
import type { KubernetesObject, PeerAuthentication, Sidecar, StatefulSet } from '../../api/kubernetes.ts';
import type { PrometheusIstioScrape } from '../../api/resource.ts';
import { mapObserved, type Observed } from '../../plan/model/observed.ts';
import type { ObjectRef, WriteResult } from '../../reconcile/cluster.ts';
import { asKind } from '../http/json.ts';
import { cacheName, resourceTypeOf } from '../http/resource-path.ts';
import { Reflector, type ReflectorPorts } from './reflector.ts';
import type { StoreChange } from './store.ts';
import { namesOnly, whole, withoutManagedFields, type Transform } from './transform.ts';
import type { WatchState } from './watch-state.ts';

export interface WatchedResource extends ResourceType {
  /** Names and versions only. */
  readonly metadataOnly?: boolean;
  /** All namespaces if not given. */
  readonly namespace?: string;
}

export type WatchChange =
  StoreChange<KubernetesObject> | { readonly kind: 'state'; readonly state: WatchState };

const RESOURCES = cacheName(KINDS.PrometheusIstioScrape);
const STATEFUL_SETS = cacheName(KINDS.StatefulSet);
const SIDECARS = cacheName(KINDS.Sidecar);
const PEER_AUTHENTICATIONS = cacheName(KINDS.PeerAuthentication);
const CONFIG_MAPS = cacheName(KINDS.ConfigMap);

/** What a plan reads field ownership of is cached with its managedFields; other kinds without. */
const TRANSFORMS: Readonly<Record<string, Transform>> = {
  [STATEFUL_SETS]: whole,
  [SIDECARS]: whole,
  [PEER_AUTHENTICATIONS]: whole,
  [CONFIG_MAPS]: namesOnly(apiVersionOf(KINDS.ConfigMap), 'ConfigMap'),
};

export class Caches {
  readonly #ports: ReflectorPorts;
  readonly #reflectors = new Map<string, Reflector<KubernetesObject>>();

  constructor(ports: ReflectorPorts) {
    this.#ports = ports;
  }

  /** Starts at once and goes on until `stop`. `onChange` must only enqueue. A second watch of the same resource is an error. */
  watch(resource: WatchedResource, onChange: (change: WatchChange) => void): void {
    const name = cacheName(resource);
    if (this.#reflectors.has(name)) throw new Error(`watch ${name}: it is watched already`);
    const cache = new Reflector<KubernetesObject>(this.#ports, {
      type: resource,
      namespace: resource.namespace,
      metadataOnly: resource.metadataOnly,
      transform: transformOf(name),
      onChange,
      onState: (state) => {
        onChange({ kind: 'state', state });
      },
    });
    this.#reflectors.set(name, cache);
    cache.start();
  }

  /** Every watch so far has its first list, or knows that it is absent or unreadable. */
  async whenSynced(): Promise<void> {
    await Promise.all([...this.#reflectors.values()].map((cache) => cache.whenSettled()));
  }

  /** Other kinds may be absent or unreadable, which status reports; without our own kind there is no status to report it in. */
  isSynced(): boolean {
    const isOursThere = this.#reflectors.get(RESOURCES)?.state.kind === 'synced';
    return isOursThere && [...this.#reflectors.values()].every((cache) => cache.isSettled);
  }

  /** Lists everything afresh; answers when the lists have been delivered. */
  async relist(): Promise<void> {
    await Promise.all([...this.#reflectors.values()].map((cache) => cache.relist()));
  }

  stop(): void {
    for (const cache of this.#reflectors.values()) cache.stop();
  }

  resource(key: string): PrometheusIstioScrape | undefined {
    const [namespace = '', name = ''] = key.split('/');
    const object = this.#reflectors.get(RESOURCES)?.store.get(namespace, name);
    return object === undefined ? undefined : asKind<PrometheusIstioScrape>(object);
  }

  resources(namespace: string): readonly PrometheusIstioScrape[] {
    const objects = this.#reflectors.get(RESOURCES)?.store.inNamespace(namespace) ?? [];
    return objects.map((object) => asKind<PrometheusIstioScrape>(object));
  }

  statefulSet(namespace: string, name: string): Observed<StatefulSet> {
    const cache = this.#cached<StatefulSet>(STATEFUL_SETS, namespace);
    if (cache.kind !== 'present') return cache;
    const object = this.#reflectors.get(STATEFUL_SETS)?.store.get(namespace, name);
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

  configMapNames(namespace: string): Observed<readonly string[]> {
    const names = (all: readonly KubernetesObject[]): readonly string[] =>
      all.map(({ metadata }) => metadata.name);
    return mapObserved(this.#cached<KubernetesObject>(CONFIG_MAPS, namespace), names);
  }

  /** The answer is in the cache before the caller sees it, and its echo from the watch wakes nobody. */
  async write(ref: ObjectRef, send: () => Promise<WriteResult>): Promise<WriteResult> {
    const store = this.storeOf(ref);
    const release = store?.hold(ref.namespace, ref.name);
    try {
      const result = await send();
      if (result.kind === 'written' && result.object.metadata.resourceVersion !== '') {
        store?.put(transformOf(cacheName(resourceTypeOf(ref)))(result.object));
      }
      return result;
    } finally {
      release?.();
    }
  }

  storeOf(ref: ObjectRef): Reflector<KubernetesObject>['store'] | undefined {
    return this.#reflectors.get(cacheName(resourceTypeOf(ref)))?.store;
  }

  #cached<T extends KubernetesObject>(name: string, namespace: string): Observed<readonly T[]> {
    const cache = this.#reflectors.get(name);
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

function transformOf(name: string): Transform {
  return TRANSFORMS[name] ?? withoutManagedFields;
}
