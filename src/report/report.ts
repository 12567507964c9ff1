// What every report is made from, and the state that a condition shows.
import type { ReasonName } from '../api/reasons.ts';
import type { PrometheusIstioScrape } from '../api/resource.ts';
import type { DriftedField } from '../plan/drift/drift.ts';
import type { Outcome } from '../plan/model/outcome.ts';
import type { Trial } from '../plan/model/trial.ts';
import type { Plan } from '../plan/plan.ts';

/** What a reconciliation came to: all that a report is made from. */
export interface Report {
  readonly resource: PrometheusIstioScrape;
  readonly plan: Plan;
  /** Of the last round of writes, and of writes that were tried. */
  readonly outcomes: readonly Outcome[];
  /** Fields that had drifted and were corrected in this reconciliation, as they were before. */
  readonly corrected: readonly DriftedField[];
  /** While the resource is being deleted: its jobs were rewritten, and read their old files again. */
  readonly isConfigBack?: boolean;
  /** RFC 3339, whole seconds. */
  readonly now: string;
}

/** What would have come of writes that were tried only: it is reported as if they had been made. */
export function triedOutcomes(trials: readonly Trial[]): readonly Outcome[] {
  return trials.flatMap((trial) => (trial.kind === 'Answered' ? [trial.outcome] : []));
}

export interface State {
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: ReasonName;
  readonly message: string;
}
