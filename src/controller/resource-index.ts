// The custom resources that the controller has seen, by namespace: what `triggers.ts` matches events with. Names only:
// what a resource says is always read from the cache.
import type { KnownResource } from './triggers.ts';

export class ResourceIndex {
  readonly #byNamespace = new Map<string, Map<string, KnownResource>>();

  /** The resources of a namespace. */
  of(namespace: string): readonly KnownResource[] {
    return [...(this.#byNamespace.get(namespace)?.values() ?? [])];
  }

  /** Namespaces that have resources. */
  namespaces(): readonly string[] {
    return [...this.#byNamespace.keys()];
  }

  get(key: string): KnownResource | undefined {
    return this.#byNamespace.get(namespaceOfKey(key))?.get(key);
  }

  /** Every key, over all namespaces. */
  keys(): readonly string[] {
    return this.namespaces().flatMap((namespace) => this.of(namespace).map(({ key }) => key));
  }

  /** Remembers which workload a resource names; gives back what was known of it before. */
  claim(key: string, workload: string): KnownResource | undefined {
    const before = this.get(key);
    const name = key.slice(key.indexOf('/') + 1);
    this.#put({ key, name, workload, configMaps: before?.configMaps ?? [] });
    return before;
  }

  /** Remembers which ConfigMaps wake a resource; does nothing for one that is not known. */
  watchConfigMaps(key: string, configMaps: readonly string[]): void {
    const known = this.get(key);
    if (known !== undefined) this.#put({ ...known, configMaps });
  }

  /** Forgets a resource; gives back what was known of it. */
  remove(key: string): KnownResource | undefined {
    const namespace = namespaceOfKey(key);
    const resources = this.#byNamespace.get(namespace);
    const known = resources?.get(key);
    resources?.delete(key);
    if (resources?.size === 0) this.#byNamespace.delete(namespace);
    return known;
  }

  /** Whether any known resource names this workload. */
  hasClaim(namespace: string, workload: string): boolean {
    return this.of(namespace).some((resource) => resource.workload === workload);
  }

  #put(resource: KnownResource): void {
    const namespace = namespaceOfKey(resource.key);
    const resources = this.#byNamespace.get(namespace) ?? new Map<string, KnownResource>();
    this.#byNamespace.set(namespace, resources.set(resource.key, resource));
  }
}

/** `app-metrics` of `app-metrics/prometheus`. */
export function namespaceOfKey(key: string): string {
  return key.slice(0, key.indexOf('/'));
}
