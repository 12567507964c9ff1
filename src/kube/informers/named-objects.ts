// Objects of one kind by namespace and name; a namespace whose last object goes is forgotten.
import type { KubernetesObject } from '../../api/kubernetes.ts';

export class NamedObjects<T extends KubernetesObject> {
  readonly #byNamespace = new Map<string, Map<string, T>>();

  get(namespace: string, name: string): T | undefined {
    return this.#byNamespace.get(namespace)?.get(name);
  }

  namespaces(): readonly string[] {
    return [...this.#byNamespace.keys()];
  }

  inNamespace(namespace: string): readonly T[] {
    return [...(this.#byNamespace.get(namespace)?.values() ?? [])];
  }

  all(): readonly T[] {
    return this.namespaces().flatMap((namespace) => this.inNamespace(namespace));
  }

  set(object: T): void {
    const { namespace, name } = object.metadata;
    const objects = this.#byNamespace.get(namespace);
    if (objects === undefined) this.#byNamespace.set(namespace, new Map([[name, object]]));
    else objects.set(name, object);
  }

  delete(namespace: string, name: string): void {
    const objects = this.#byNamespace.get(namespace);
    objects?.delete(name);
    if (objects?.size === 0) this.#byNamespace.delete(namespace);
  }
}
