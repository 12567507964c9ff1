// What is watched: one reflector and its cache for each kind, the views of the port on them, and the gate through which
// every write of ours goes. Decides nothing; a cache is never older than our own last write.
import type { KubernetesObject, PeerAuthentication, Sidecar, StatefulSet } from '../../api/kubernetes.ts';
import { CRD_NAME, type PrometheusIstioScrape } from '../../api/resource.ts';
import type { Observed } from '../../plan/model/observed.ts';
import type { ObjectRef, WriteResult } from '../../reconcile/cluster.ts';
import { asKind } from '../http/json.ts';
import { cacheName, typeOf, type ResourceType } from '../http/resource-path.ts';
import { identity, whole, withoutManagedFields } from './transform.ts';
import { Reflector, type ReflectorPorts, type WatchState } from './reflector.ts';
import type { StoreChange } from './store.ts';

export type { WatchState } from './reflector.ts';

export interface WatchedResource extends ResourceType {
  /** Names and versions only. */
  readonly metadataOnly?: boolean;
  /** All namespaces if not given. */
  readonly namespace?: string;
}

export type WatchChange =
  StoreChange<KubernetesObject> | { readonly kind: 'state'; readonly state: WatchState };

const STATEFUL_SETS = 'statefulsets.apps';
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
      keep: KEEP[name] ?? withoutManagedFields,
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

  /** Other kinds may be absent or unreadable, which status tells; without our own there is nothing to tell it in. */
  isSynced(): boolean {
    const isOursThere = this.#reflectors.get(CRD_NAME)?.state.kind === 'synced';
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
    const object = this.#reflectors.get(CRD_NAME)?.store.get(namespace, name);
    return object === undefined ? undefined : asKind<PrometheusIstioScrape>(object);
  }

  resources(namespace: string): readonly PrometheusIstioScrape[] {
    const objects = this.#reflectors.get(CRD_NAME)?.store.inNamespace(namespace) ?? [];
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

  /** The answer is in the cache before the caller sees it, and its echo from the watch wakes nobody. */
  async write(ref: ObjectRef, send: () => Promise<WriteResult>): Promise<WriteResult> {
    const store = this.storeOf(ref);
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

  storeOf(ref: ObjectRef): Reflector<KubernetesObject>['store'] | undefined {
    return this.#reflectors.get(cacheName(typeOf(ref)))?.store;
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
