// What carrying out an action came to: plain data, one per action, in the plan's order.
import type { KubernetesObject } from '../../api/kubernetes.ts';
import type { ApplyConflict } from '../../api/write.ts';
import type { Action } from './action.ts';

export type Outcome =
  | { readonly kind: 'Written'; readonly action: Action; readonly object: KubernetesObject | undefined }
  /** Fields that other managers hold and that we may not take. Nothing was written. */
  | { readonly kind: 'Conflict'; readonly action: Action; readonly conflicts: readonly ApplyConflict[] }
  /** The object changed meanwhile: read again. */
  | { readonly kind: 'Stale'; readonly action: Action }
  /** The API server or an admission webhook said no, in its own words. */
  | {
      readonly kind: 'Refused';
      readonly action: Action;
      readonly forbidden: boolean;
      readonly message: string;
    }
  /** No answer, or one that says nothing about the write: it is tried again. */
  | { readonly kind: 'Failed'; readonly action: Action; readonly message: string }
  /** Not tried, because an earlier stage failed. */
  | { readonly kind: 'Skipped'; readonly action: Action };
