// Paths of the API: of a kind, of one object, with a query.
import { KINDS, type ResourceType } from '../../api/kinds.ts';
import type { ObjectRef } from '../../reconcile/cluster.ts';
import { KubeError } from './kube-error.ts';

const BY_NAME: Readonly<Record<string, ResourceType>> = KINDS;

/** `/apis/apps/v1/namespaces/<namespace>/statefulsets`; without a namespace the path of all of them. */
export function collectionPath(type: ResourceType, namespace?: string): string {
  const root = type.group === '' ? `/api/${type.version}` : `/apis/${type.group}/${type.version}`;
  const scope = namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  return `${root}${scope}/${type.plural}`;
}

/** Without a namespace: a cluster-scoped object. */
export function objectPath(type: ResourceType, namespace: string | undefined, name: string): string {
  return `${collectionPath(type, namespace)}/${encodeURIComponent(name)}`;
}

/** In the version that the reference names. Throws a terminal KubeError for a kind that meshscrape does not handle. */
export function resourceTypeOf(ref: { readonly apiVersion: string; readonly kind: string }): ResourceType {
  const plural = BY_NAME[ref.kind]?.plural;
  if (plural === undefined) {
    throw new KubeError('Misconfigured', `no path is known for kind ${ref.kind} of ${ref.apiVersion}`);
  }
  const [first = '', second] = ref.apiVersion.split('/');
  return second === undefined
    ? { group: '', version: first, plural }
    : { group: first, version: second, plural };
}

export function refPath(ref: ObjectRef): string {
  return objectPath(resourceTypeOf(ref), ref.namespace, ref.name);
}

/** Finds a cache whatever the version: `statefulsets.apps`, `configmaps`. */
export function cacheName(type: { readonly group: string; readonly plural: string }): string {
  return type.group === '' ? type.plural : `${type.plural}.${type.group}`;
}

/** The path with its query; parameters that are `undefined` are left out. */
export function withQuery(path: string, query: Readonly<Record<string, string | undefined>>): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) parameters.set(name, value);
  }
  const encoded = parameters.toString();
  return encoded === '' ? path : `${path}?${encoded}`;
}
