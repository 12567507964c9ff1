// Where a kind lives in the API: group, version and plural to a path, kinds to plurals. Holds no state.
import { KIND, PLURAL } from '../../api/resource.ts';
import type { ObjectRef } from '../../reconcile/cluster.ts';
import { KubeError } from './errors.ts';

export interface ResourceType {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly plural: string;
}

/** Every kind that meshscrape names by kind. A kind that is missing here cannot be written by accident. */
const PLURALS: Readonly<Record<string, string>> = {
  AuthorizationPolicy: 'authorizationpolicies',
  ConfigMap: 'configmaps',
  CustomResourceDefinition: 'customresourcedefinitions',
  Event: 'events',
  MutatingWebhookConfiguration: 'mutatingwebhookconfigurations',
  Namespace: 'namespaces',
  PeerAuthentication: 'peerauthentications',
  Pod: 'pods',
  [KIND]: PLURAL,
  RequestAuthentication: 'requestauthentications',
  Service: 'services',
  Sidecar: 'sidecars',
  StatefulSet: 'statefulsets',
};

/** `/apis/apps/v1/namespaces/<namespace>/statefulsets`; without a namespace the path of all of them. */
export function collectionPath(type: ResourceType, namespace?: string): string {
  const root = type.group === '' ? `/api/${type.version}` : `/apis/${type.group}/${type.version}`;
  const scope = namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  return `${root}${scope}/${type.plural}`;
}

export function objectPath(type: ResourceType, namespace: string, name: string): string {
  return `${collectionPath(type, namespace)}/${encodeURIComponent(name)}`;
}

/** Throws a terminal KubeError for a kind that meshscrape does not handle. */
export function typeOf(ref: { readonly apiVersion: string; readonly kind: string }): ResourceType {
  const plural = PLURALS[ref.kind];
  if (plural === undefined) {
    throw new KubeError('Misconfigured', `no path is known for kind ${ref.kind} of ${ref.apiVersion}`);
  }
  const [first = '', second] = ref.apiVersion.split('/');
  return second === undefined
    ? { group: '', version: first, plural }
    : { group: first, version: second, plural };
}

export function refPath(ref: ObjectRef): string {
  return objectPath(typeOf(ref), ref.namespace, ref.name);
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
