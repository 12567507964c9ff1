// The shape in which tests hold what the API server answers: its raw JSON, nothing added and nothing dropped.

interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
  readonly blockOwnerDeletion?: boolean;
}

export interface ObjectMeta {
  name?: string;
  generateName?: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  deletionGracePeriodSeconds?: number;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  finalizers?: string[];
  ownerReferences?: OwnerReference[];
  managedFields?: { manager: string; operation: string; subresource?: string; fieldsV1?: unknown }[];
}

export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  /* eslint-disable @typescript-eslint/no-explicit-any -- tests reach into specs of any kind; the API server validates them */
  spec?: any;
  status?: any;
  webhooks?: any;
  /* eslint-enable @typescript-eslint/no-explicit-any */
  data?: Record<string, string>;
  [field: string]: unknown;
}

export interface KubeList {
  metadata: { resourceVersion: string; continue?: string };
  items: KubeObject[];
}

/** What a request is about: a path, or anything with a kind; without a name it means the collection. */
export type Target =
  | string
  | {
      readonly apiVersion: string;
      readonly kind: string;
      readonly metadata?: { readonly name?: string; readonly namespace?: string };
    };

const clusterScoped = new Set(
  [
    'APIService ClusterRole ClusterRoleBinding CustomResourceDefinition MutatingWebhookConfiguration Namespace Node',
    'PersistentVolume PriorityClass StorageClass ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding',
    'ValidatingWebhookConfiguration IngressClass ClusterTrustBundle',
    'TokenReview SubjectAccessReview SelfSubjectAccessReview SelfSubjectRulesReview',
  ].flatMap((line) => line.split(' ')),
);

/** The URL path of a target. A namespaced kind without a namespace means all namespaces, or `default` with a name. */
export function pathOf(target: Target): string {
  if (typeof target === 'string') return target.startsWith('/') ? target : `/${target}`;
  const root = target.apiVersion.includes('/') ? `/apis/${target.apiVersion}` : `/api/${target.apiVersion}`;
  const { name, namespace = name === undefined ? undefined : 'default' } = target.metadata ?? {};
  const scope =
    clusterScoped.has(target.kind) || namespace === undefined
      ? ''
      : `/namespaces/${encodeURIComponent(namespace)}`;
  const collection = `${root}${scope}/${plural(target.kind)}`;
  return name === undefined ? collection : `${collection}/${encodeURIComponent(name)}`;
}

/** The path of a target's collection and the name in it. */
export function collectionAndName(target: Target): { readonly collection: string; readonly name: string } {
  const path = pathOf(target);
  const slash = path.lastIndexOf('/');
  return { collection: path.slice(0, slash), name: decodeURIComponent(path.slice(slash + 1)) };
}

function plural(kind: string): string {
  const word = kind.toLowerCase();
  if (word === 'endpoints') return word;
  if (/[^aeiou]y$/.test(word)) return `${word.slice(0, -1)}ies`;
  return /(s|x|ch|sh)$/.test(word) ? `${word}es` : `${word}s`;
}
