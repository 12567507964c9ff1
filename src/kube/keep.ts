// What a cache holds of an object: memory is decided here, nothing else.
import type { KubernetesObject } from '../api/kubernetes.ts';

/** All but `managedFields`, which is the larger half of many objects and which nobody reads on custom resources and pods. */
export function withoutManagedFields(object: KubernetesObject): KubernetesObject {
  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- `delete` would turn every cached object into a slow map
  const { managedFields, ...metadata } = object.metadata;
  return { ...object, metadata };
}

/** As it came: the plan reads field ownership. */
export function whole(object: KubernetesObject): KubernetesObject {
  return object;
}

/** Name and version, for waking only: ConfigMaps hold no secrets but much text. */
export function identity(apiVersion: string, kind: string): (object: KubernetesObject) => KubernetesObject {
  return ({ metadata: { name, namespace, uid, resourceVersion } }) => ({
    apiVersion,
    kind,
    metadata: { name, namespace, uid, resourceVersion },
  });
}
