// What is asked of the API server: requests and their options.
import type { KubeList, KubeObject, Target } from './kube-object.ts';

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

export interface Request {
  readonly method: string;
  readonly path: string;
  readonly query?: Query | undefined;
  readonly body?: unknown;
  readonly contentType?: string;
  readonly accept?: string;
  readonly signal?: AbortSignal | undefined;
}

export interface ListOptions {
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly query?: Query;
}

export interface WatchOptions extends ListOptions {
  readonly resourceVersion?: string;
  readonly bookmarks?: boolean;
  readonly signal?: AbortSignal;
}

export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: KubeObject;
}

export interface WriteOptions {
  readonly fieldManager?: string;
  readonly dryRun?: boolean;
  readonly subresource?: string;
  readonly query?: Query;
}

export interface DeleteOptions {
  readonly propagationPolicy?: 'Foreground' | 'Background' | 'Orphan';
  readonly gracePeriodSeconds?: number;
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
  readonly dryRun?: boolean;
}

export interface WaitOptions extends ListOptions {
  readonly timeoutMs?: number;
  /** For the message of the error. */
  readonly what?: string;
}

export type ListPredicate = (items: readonly KubeObject[]) => boolean;

/** What waiting needs of a client. */
export interface ListWatch {
  list(collection: Target, options?: ListOptions): Promise<KubeList>;
  watch(collection: Target, options?: WatchOptions): AsyncGenerator<WatchEvent, void>;
}
