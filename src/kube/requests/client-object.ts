// Raw JSON under the types of client-node, for the library's callbacks: the same object, nothing converted or dropped.
// Times are strings, whatever those types say; the library only asks whether they are there.
import type {
  KubernetesObject as ClientObject,
  V1CustomResourceDefinitionVersion,
} from '@kubernetes/client-node';
import type { JsonMap } from '../../api/json-map.ts';
import type { KubernetesObject } from '../../api/kubernetes.ts';

/** A copy as far down as the library changes it (`metadata.finalizers`): cached objects are never changed. */
export function asClientObject(object: KubernetesObject): ClientObject {
  const { finalizers } = object.metadata;
  const metadata = {
    ...object.metadata,
    ...(finalizers === undefined ? {} : { finalizers: [...finalizers] }),
  };
  // eslint-disable-next-line @typescript-eslint/consistent-type-assertions -- raw JSON at the library's edge
  return { ...object, metadata } as unknown as ClientObject;
}

export function asDefinitionVersion(version: JsonMap): V1CustomResourceDefinitionVersion {
  // eslint-disable-next-line @typescript-eslint/consistent-type-assertions -- raw JSON at the library's edge
  return version as unknown as V1CustomResourceDefinitionVersion;
}
