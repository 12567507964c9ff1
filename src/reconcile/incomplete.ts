// What a reconciliation leaves behind beside status: one log line if anything changed, and the error that asks for a retry.
import type { Outcome } from '../plan/model/outcome.ts';
import { summarizeDrift } from '../report/drift-summary.ts';
import type { Logger } from './context.ts';
import type { Convergence } from './convergence.ts';

/** A write that has to be tried again; the queue backs off. Status shows it already. */
export class ReconcileIncomplete extends Error {
  readonly code = 'ReconcileIncomplete';

  constructor(key: string, cause: Outcome | { readonly kind: 'Status'; readonly message: string }) {
    super(`reconcile of PrometheusIstioScrape ${key} is incomplete: ${sentence(cause)}`);
    this.name = 'ReconcileIncomplete';
  }
}

function sentence(cause: Outcome | { readonly kind: 'Status'; readonly message: string }): string {
  if (cause.kind === 'Status') return `status was refused: ${cause.message}`;
  const { kind, name } = cause.action.target;
  return 'message' in cause ? `${kind}/${name}: ${cause.message}` : `${kind}/${name} changed meanwhile`;
}

/** One info line per reconciliation that changed something beside status; the log names the resource already. */
export function logReconciliation(log: Logger, { written, corrected, plan }: Convergence): void {
  if (written.length === 0) return;
  log.info(
    {
      changes: written.map(({ action }) => `${action.target.kind}/${action.target.name}: ${action.reason}`),
      ...(corrected.length === 0 ? {} : { driftCorrected: summarizeDrift(corrected) }),
      pending: plan.pending.length,
    },
    'changed',
  );
}
