// Drifted fields and their records in status, as tests of drift write them, and the report that they lead to.
import type { DriftField, DriftStatus } from '../../src/api/prometheus-istio-scrape.gen.ts';
import type { DriftedField } from '../../src/plan/drift/drift.ts';
import type { Outcome } from '../../src/plan/model/outcome.ts';
import type { Evaluation, Plan } from '../../src/plan/plan.ts';
import { boundedDrift, recordDrift } from '../../src/report/drift.ts';
import type { Report } from '../../src/report/report.ts';
import { scrape } from '../support/scrape.ts';
import { ready, reportAfter } from './world.ts';

export const T0 = '2026-03-01T12:00:00Z';
export const T1 = '2026-03-01T13:00:00Z';

/** A world in which everything is in sync; tests lay their differences over it. */
function healthy(): { readonly plan: Plan; readonly evaluation: Evaluation } {
  const { plan } = reportAfter({ seen: ready });
  if (plan.evaluation === undefined) throw new Error('the healthy world is not evaluated');
  return { plan, evaluation: plan.evaluation };
}
export const HEALTHY = healthy();

export interface Given {
  readonly before?: DriftStatus;
  readonly drift?: readonly DriftedField[];
  readonly corrected?: readonly DriftedField[];
  readonly outcomes?: readonly Outcome[];
  readonly plan?: Partial<Plan>;
  readonly now?: string;
}

export function driftReport({
  before,
  drift = [],
  corrected = [],
  outcomes = [],
  now = T1,
  ...rest
}: Given): Report {
  return {
    resource: scrape({}, { status: before === undefined ? {} : { drift: before } }),
    plan: { ...HEALTHY.plan, drift, ...rest.plan },
    outcomes,
    corrected,
    now,
  };
}

export const driftedField = (path: string, rest: Partial<DriftedField> = {}): DriftedField => ({
  target: 'StatefulSet/prometheus',
  path,
  expected: 'right',
  actual: 'wrong',
  applyPath: `.${path}`,
  fieldPath: [],
  wasInSync: true,
  changedBy: { manager: 'kubectl-edit', operation: 'Update', confidence: 'Exact', atMs: 5 },
  ...rest,
});

export const recordOf = (path: string, rest: Partial<DriftField> = {}): DriftField => ({
  target: 'StatefulSet/prometheus',
  path,
  operation: 'Changed',
  expected: 'right',
  actual: 'wrong',
  changedBy: { manager: 'kubectl-edit', operation: 'Update', confidence: 'Exact' },
  firstSeenTime: T0,
  resolution: 'Active',
  count: 1,
  ...rest,
});

export const driftStatus = (fields: readonly DriftField[], rest: Partial<DriftStatus> = {}): DriftStatus => ({
  activeCount: fields.filter(({ resolution }) => resolution !== 'Corrected').length,
  detectedTotal: fields.length,
  truncated: false,
  fields,
  ...rest,
});

export const driftAfter = (given: Given, bytes = 16_000): DriftStatus =>
  boundedDrift(recordDrift(driftReport(given)), bytes);
export const CORRECTED = { resolution: 'Corrected' } as const;

export const conflictOn = (path: string): Outcome => ({
  kind: 'Conflict',
  action: {
    kind: 'ApplyOwned',
    target: { apiVersion: 'apps/v1', kind: 'StatefulSet', namespace: 'app-metrics', name: 'prometheus' },
    stage: 2,
    gates: true,
    reason: '',
    fieldManager: 'm',
    force: false,
    body: {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { name: 'prometheus', namespace: 'app-metrics' },
    },
  },
  conflicts: [{ manager: 'helm', path }],
});

export const parts = HEALTHY.evaluation.parts;
export const withParts = (changed: object): Partial<Plan> => ({
  evaluation: { ...HEALTHY.evaluation, parts: { ...parts, ...changed } },
});
export const unreadable = {
  ...parts.workload,
  fields: [],
  refusal: { reason: 'NotAuthorized', message: '', stalled: false },
};

export const manyFields = (count: number, rest: Partial<DriftedField> = {}) =>
  Array.from({ length: count }, (_, index) => driftedField(`spec.field-${index}`, rest));
