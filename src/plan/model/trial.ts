// A write that is tried in a dry run, because this resource may not make it: what Enforce would meet.
import type { ApplyOwned, ApplyTemplate, PatchObject } from './action.ts';
import type { Outcome } from './outcome.ts';

/** The writes that a dry run says something about. */
export type TriableAction = ApplyTemplate | ApplyOwned | PatchObject;

export interface TrialQuestion {
  readonly action: TriableAction;
  /** What else the answer depends on: where all of it and the action are the same, nobody asks again. */
  readonly circumstances: string;
}

export type Trial =
  | { readonly kind: 'Answered'; readonly outcome: Outcome }
  /** No answer that says anything of the write itself, and why. */
  | {
      readonly kind: 'Unknown';
      readonly reason: 'NotAuthorized' | 'DryRunUnsupported' | 'ProgressingWithRetry';
      readonly message: string;
    };
