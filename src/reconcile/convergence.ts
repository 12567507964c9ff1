// What a reconciliation came to.
import type { PrometheusIstioScrape } from '../api/resource.ts';
import type { DriftedField } from '../plan/drift/drift.ts';
import type { Outcome } from '../plan/model/outcome.ts';
import type { Plan } from '../plan/plan.ts';

export interface Convergence {
  readonly resource: PrometheusIstioScrape;
  readonly plan: Plan;
  /** Of the last round that wrote; empty if nothing was asked for. */
  readonly outcomes: readonly Outcome[];
  /** Everything that was written, in order. */
  readonly written: readonly Outcome[];
  /** Drift that was corrected, as it was before, with who had made it. */
  readonly corrected: readonly DriftedField[];
}
