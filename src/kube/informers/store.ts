// The cache of one watched resource, by namespace and name, and who must hear of a change.
// Own writes go in at once and their echo from the watch wakes nobody; a foreign change between them does.
import type { KubernetesObject } from '../../api/kubernetes.ts';

export type StoreChange<T> =
  /** `previous` is undefined for an object new to the cache, or where what stood before is not known. */
  | { readonly kind: 'changed'; readonly object: T; readonly previous: T | undefined }
  | { readonly kind: 'deleted'; readonly object: T };

/** Below zero if `a` is older. Decimal strings of any length: no number type holds every one. */
export function compareVersions(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : Number(a > b);
}

/** In place of a version: no echo of ours, whatever version the list shows. */
const LISTED = '';

/** What is known of our own writes to one object: writes in flight, versions whose echo is to be swallowed. */
interface OwnWrites<T> {
  inFlight: number;
  readonly versions: Set<string>;
  waiting: { readonly version: string; readonly change: StoreChange<T> }[];
}

export class Store<T extends KubernetesObject> {
  readonly #notify: (change: StoreChange<T>) => void;
  readonly #namespaces = new Map<string, Map<string, T>>();
  readonly #own = new Map<string, OwnWrites<T>>();
  /** Objects that we deleted and the watch has not seen go. */
  readonly #gone = new Set<string>();
  /** The newest version that the watch has delivered: whatever is older is in the cache already, or was deleted. */
  #seen = '0';

  constructor(notify: (change: StoreChange<T>) => void) {
    this.#notify = notify;
  }

  get(namespace: string, name: string): T | undefined {
    return this.#namespaces.get(namespace)?.get(name);
  }

  inNamespace(namespace: string): readonly T[] {
    return [...(this.#namespaces.get(namespace)?.values() ?? [])];
  }

  get size(): number {
    let size = 0;
    for (const objects of this.#namespaces.values()) size += objects.size;
    return size;
  }

  /** Call before a write of ours; events of that object wait until the answer is in. Call the answer when it is. */
  hold(namespace: string, name: string): () => void {
    const key = keyOf(namespace, name);
    const own = this.#ownOf(key);
    own.inFlight += 1;
    return () => {
      own.inFlight -= 1;
      if (own.inFlight > 0) return;
      const waiting = own.waiting.filter((event) => !own.versions.has(event.version));
      own.waiting = [];
      this.#forget(key, own, this.#seen);
      for (const event of waiting) this.#notify(event.change);
    };
  }

  /** The answer of our own write: cached unless the watch is past it already. */
  put(object: T): void {
    const { namespace, name, resourceVersion } = object.metadata;
    const key = keyOf(namespace, name);
    this.#ownOf(key).versions.add(resourceVersion);
    const cached = this.get(namespace, name);
    if (compareVersions(resourceVersion, this.#seen) > 0) {
      if (cached === undefined || isNewer(object, cached)) this.#set(object);
    } else if (cached === undefined) {
      // Deleted since; a list that came meanwhile could not tell of what the cache never held.
      this.#deliver(key, LISTED, { kind: 'deleted', object });
    }
  }

  /** An object that we deleted: out of the cache now; its last event still notifies. */
  drop(namespace: string, name: string, uid: string): void {
    if (this.get(namespace, name)?.metadata.uid !== uid) return;
    this.#gone.add(uid);
    this.#unset(namespace, name);
  }

  /** An ADDED or MODIFIED event. */
  upsert(object: T): void {
    const { namespace, name, resourceVersion, uid } = object.metadata;
    this.bookmark(resourceVersion);
    if (this.#gone.has(uid)) return;
    const cached = this.get(namespace, name);
    const key = keyOf(namespace, name);
    const isOwn = this.#own.get(key)?.versions.has(resourceVersion) === true;
    if (cached === undefined || isNewer(object, cached)) {
      this.#set(object);
      this.#deliver(key, resourceVersion, { kind: 'changed', object, previous: cached });
    } else if (!isOwn && cached.metadata.resourceVersion !== resourceVersion) {
      // Someone changed it before our last write: that write was planned without knowing it.
      this.#deliver(key, resourceVersion, { kind: 'changed', object: cached, previous: undefined });
    } else {
      this.#deliver(key, resourceVersion, undefined);
    }
  }

  /** A DELETED event. */
  remove(object: T): void {
    const { namespace, name, resourceVersion, uid } = object.metadata;
    this.bookmark(resourceVersion);
    this.#gone.delete(uid);
    if (this.get(namespace, name)?.metadata.uid === uid) this.#unset(namespace, name);
    this.#deliver(keyOf(namespace, name), resourceVersion, { kind: 'deleted', object });
  }

  /** The watch has delivered everything up to this version. */
  bookmark(resourceVersion: string): void {
    if (compareVersions(resourceVersion, this.#seen) > 0) this.#seen = resourceVersion;
  }

  /** A fresh list at `resourceVersion`: delivers what differs, deletions too. Own writes newer than the list stay. */
  replace(objects: readonly T[], resourceVersion: string): void {
    // A consistent list older than what the watch delivered: etcd was restored from a backup, no comparison holds.
    const restored = compareVersions(resourceVersion, this.#seen) < 0;
    const isSuperseded = (cached: T): boolean =>
      restored || compareVersions(cached.metadata.resourceVersion, resourceVersion) <= 0;
    const former = this.#all();
    this.#seen = resourceVersion;
    this.#gone.clear();
    if (restored) this.#own.clear();
    for (const object of objects) {
      const cached = former.get(object.metadata.uid);
      former.delete(object.metadata.uid);
      if (cached === undefined || isSuperseded(cached)) this.#list(object, cached);
    }
    for (const object of former.values()) if (isSuperseded(object)) this.#removeListed(object);
  }

  #list(object: T, cached: T | undefined): void {
    const { namespace, name, resourceVersion } = object.metadata;
    const key = keyOf(namespace, name);
    const isSame = cached?.metadata.resourceVersion === resourceVersion;
    // A list shows only the last version: where an echo is missing, a foreign change may be hidden before it.
    if (isSame && !this.#own.has(key)) return;
    const previous = isSame ? undefined : (cached ?? this.get(namespace, name));
    if (!isSame) this.#set(object);
    this.#deliver(key, LISTED, { kind: 'changed', object, previous });
  }

  #removeListed(object: T): void {
    const { namespace, name, uid } = object.metadata;
    // Recreated under the same name: the new one is in place already.
    if (this.get(namespace, name)?.metadata.uid === uid) this.#unset(namespace, name);
    this.#deliver(keyOf(namespace, name), LISTED, { kind: 'deleted', object });
  }

  #all(): Map<string, T> {
    const all = new Map<string, T>();
    for (const objects of this.#namespaces.values()) {
      for (const object of objects.values()) all.set(object.metadata.uid, object);
    }
    return all;
  }

  #deliver(key: string, version: string, change: StoreChange<T> | undefined): void {
    const own = this.#own.get(key);
    if (own === undefined) {
      if (change !== undefined) this.#notify(change);
      return;
    }
    if (change !== undefined) {
      if (own.inFlight > 0) own.waiting.push({ version, change });
      else this.#notify(change);
    }
    this.#forget(key, own, this.#seen);
  }

  /** Own versions up to `version` have had their echo, or will never have one. */
  #forget(key: string, own: OwnWrites<T>, version: string): void {
    if (own.inFlight > 0) return;
    for (const known of own.versions) if (compareVersions(known, version) <= 0) own.versions.delete(known);
    if (own.versions.size === 0 && this.#own.get(key) === own) this.#own.delete(key);
  }

  #ownOf(key: string): OwnWrites<T> {
    const known = this.#own.get(key);
    if (known !== undefined) return known;
    const own: OwnWrites<T> = { inFlight: 0, versions: new Set(), waiting: [] };
    this.#own.set(key, own);
    return own;
  }

  #set(object: T): void {
    const { namespace, name } = object.metadata;
    const objects = this.#namespaces.get(namespace);
    if (objects === undefined) this.#namespaces.set(namespace, new Map([[name, object]]));
    else objects.set(name, object);
  }

  #unset(namespace: string, name: string): void {
    const objects = this.#namespaces.get(namespace);
    objects?.delete(name);
    if (objects?.size === 0) this.#namespaces.delete(namespace);
  }
}

function isNewer(object: KubernetesObject, cached: KubernetesObject): boolean {
  return compareVersions(object.metadata.resourceVersion, cached.metadata.resourceVersion) > 0;
}

function keyOf(namespace: string, name: string): string {
  return `${namespace}/${name}`;
}
