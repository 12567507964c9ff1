// What a reconcile that threw means: a bug, a failure that a retry may help, or one that only a person can fix.
import { KubeError } from '../kube/http/kube-error.ts';
import { ReconcileIncomplete } from '../reconcile/incomplete.ts';
import type { ReconcileOutcome } from '../telemetry/reconcile-metrics.ts';

export interface ReconcileFailure {
  readonly outcome: Extract<ReconcileOutcome, 'error' | 'terminal_error' | 'panic'>;
  /** What the API server asked us to wait. */
  readonly retryAfterMs: number | undefined;
}

export function classifyFailure(error: unknown): ReconcileFailure {
  if (!(error instanceof KubeError)) {
    const isExpected = error instanceof ReconcileIncomplete;
    return { outcome: isExpected ? 'error' : 'panic', retryAfterMs: undefined };
  }
  return { outcome: error.retryable ? 'error' : 'terminal_error', retryAfterMs: error.retryAfterMs };
}
