// The shapes of writes, shared by the plan (which makes them) and the port (which sends them).
import type { KubernetesObject } from './kubernetes.ts';

/** Names one object for a write. */
export interface ObjectRef {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** The name of an object that was read, or is to be applied. */
export function refOf({ apiVersion, kind, metadata }: KubernetesObject | ApplyBody): ObjectRef {
  return { apiVersion, kind, namespace: metadata.namespace, name: metadata.name };
}

/** RFC 6902 operations that we use. */
export type JsonPatchOperation =
  | { readonly op: 'add' | 'replace' | 'test'; readonly path: string; readonly value: unknown }
  | { readonly op: 'remove'; readonly path: string };

/** The body of a server-side apply: only our own fields; a resourceVersion in metadata is a precondition. */
export interface ApplyBody {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly resourceVersion?: string;
    readonly uid?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: unknown;
}

/** A field that another manager holds, from the causes of a 409 answer: `path` as the API server spells it. */
export interface ApplyConflict {
  readonly manager: string;
  readonly path: string;
}
