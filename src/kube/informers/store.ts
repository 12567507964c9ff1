// The cache of one watched resource, and which changes of it are reported.
// Own writes go in at once and their echo from the watch wakes nobody; a foreign change between them does.
import type { KubernetesObject } from '../../api/kubernetes.ts';
import { NamedObjects } from './named-objects.ts';
import { LISTED, OwnWrites } from './own-writes.ts';
import { compareVersions, isNewer } from './resource-version.ts';

export type StoreChange<T> =
  /** `previous` is undefined for an object new to the cache, or where it is not known what was there before. */
  | { readonly kind: 'changed'; readonly object: T; readonly previous: T | undefined }
  | { readonly kind: 'deleted'; readonly object: T };

export class Store<T extends KubernetesObject> {
  readonly #objects = new NamedObjects<T>();
  readonly #own: OwnWrites<StoreChange<T>>;
  /** Objects that we deleted and the watch has not seen go. */
  readonly #gone = new Set<string>();
  /** The newest version that the watch has delivered: whatever is older is in the cache already, or was deleted. */
  #seen = '0';

  constructor(notify: (change: StoreChange<T>) => void) {
    this.#own = new OwnWrites(notify, () => this.#seen);
  }

  get(namespace: string, name: string): T | undefined {
    return this.#objects.get(namespace, name);
  }

  inNamespace(namespace: string): readonly T[] {
    return this.#objects.inNamespace(namespace);
  }

  /** Call before a write of ours; events of that object wait until the answer is in. Call the answer when it is. */
  hold(namespace: string, name: string): () => void {
    return this.#own.hold(cacheKey(namespace, name));
  }

  /** The answer of our own write: cached unless the watch is past it already. */
  put(object: T): void {
    const { namespace, name, resourceVersion } = object.metadata;
    const key = cacheKey(namespace, name);
    this.#own.add(key, resourceVersion);
    const cached = this.get(namespace, name);
    if (compareVersions(resourceVersion, this.#seen) > 0) {
      if (cached === undefined || isNewer(object, cached)) this.#objects.set(object);
    } else if (cached === undefined) {
      // Deleted since; a list that came meanwhile could not show the end of what the cache never held.
      this.#own.deliver(key, LISTED, { kind: 'deleted', object });
    }
  }

  /** An object that we deleted: out of the cache now; its last event still notifies. */
  drop(namespace: string, name: string, uid: string): void {
    if (this.get(namespace, name)?.metadata.uid !== uid) return;
    this.#gone.add(uid);
    this.#objects.delete(namespace, name);
  }

  /** An ADDED or MODIFIED event. */
  upsert(object: T): void {
    const { namespace, name, resourceVersion, uid } = object.metadata;
    this.bookmark(resourceVersion);
    if (this.#gone.has(uid)) return;
    const cached = this.get(namespace, name);
    const key = cacheKey(namespace, name);
    const isOwn = this.#own.isOwn(key, resourceVersion);
    if (cached === undefined || isNewer(object, cached)) {
      this.#objects.set(object);
      this.#own.deliver(key, resourceVersion, { kind: 'changed', object, previous: cached });
    } else if (!isOwn && cached.metadata.resourceVersion !== resourceVersion) {
      // Someone changed it before our last write: that write was planned without knowing it.
      this.#own.deliver(key, resourceVersion, { kind: 'changed', object: cached, previous: undefined });
    } else {
      this.#own.deliver(key, resourceVersion, undefined);
    }
  }

  /** A DELETED event. */
  remove(object: T): void {
    const { namespace, name, resourceVersion, uid } = object.metadata;
    this.bookmark(resourceVersion);
    this.#gone.delete(uid);
    if (this.get(namespace, name)?.metadata.uid === uid) this.#objects.delete(namespace, name);
    this.#own.deliver(cacheKey(namespace, name), resourceVersion, { kind: 'deleted', object });
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
    const former = new Map(this.#objects.all().map((object) => [object.metadata.uid, object]));
    this.#seen = resourceVersion;
    this.#gone.clear();
    if (restored) this.#own.clear();
    for (const object of objects) {
      const cached = former.get(object.metadata.uid);
      former.delete(object.metadata.uid);
      if (cached === undefined || isSuperseded(cached)) this.#putListed(object, cached);
    }
    for (const object of former.values()) if (isSuperseded(object)) this.#removeListed(object);
  }

  #putListed(object: T, cached: T | undefined): void {
    const { namespace, name, resourceVersion } = object.metadata;
    const key = cacheKey(namespace, name);
    const isSame = cached?.metadata.resourceVersion === resourceVersion;
    // A list shows only the last version: where an echo is missing, a foreign change may be hidden before it.
    if (isSame && !this.#own.has(key)) return;
    const previous = isSame ? undefined : (cached ?? this.get(namespace, name));
    if (!isSame) this.#objects.set(object);
    this.#own.deliver(key, LISTED, { kind: 'changed', object, previous });
  }

  #removeListed(object: T): void {
    const { namespace, name, uid } = object.metadata;
    // Recreated under the same name: the new one is in place already.
    if (this.get(namespace, name)?.metadata.uid === uid) this.#objects.delete(namespace, name);
    this.#own.deliver(cacheKey(namespace, name), LISTED, { kind: 'deleted', object });
  }
}

function cacheKey(namespace: string, name: string): string {
  return `${namespace}/${name}`;
}
