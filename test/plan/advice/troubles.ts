// What a plan complains of, with its weight, so that a world can be compared with what an advice makes of it.
import { UNDER_WAY } from '../../../src/api/reasons.ts';
import type { Refusal } from '../../../src/plan/model/assessment.ts';
import type { Action } from '../../../src/plan/model/action.ts';
import type { Outcome } from '../../../src/plan/model/outcome.ts';
import { PART_NAMES } from '../../../src/plan/model/part.ts';
import type { Snapshot } from '../../../src/plan/model/snapshot.ts';
import { plan, type Evaluation, type Plan } from '../../../src/plan/plan.ts';
import { conflictState } from '../../../src/report/part-state.ts';
import { conflictsOf, type Stored } from '../../support/object-writes.ts';

export interface Trouble {
  /** A reason or the code of a finding. */
  readonly code: string;
  /** 3: a person has to act. 2: the same, once another object has not come. 1: it is waited for. 0: a finding. */
  readonly weight: 0 | 1 | 2 | 3;
  readonly message: string;
}

/** Findings that say what is well. */
const WELL: ReadonlySet<string> = new Set(['SatisfiedBy', 'UpgradePending']);

/** Everything that is wrong in a world, most of all first. Throws where the world is only half seen. */
export function troublesOf(seen: Snapshot): readonly Trouble[] {
  const made = plan(seen);
  if (made.needs.length > 0) throw new Error(`half seen: ${JSON.stringify(made.needs)}`);
  const found =
    made.evaluation === undefined
      ? [made.halt].flatMap((halt) => (halt === undefined ? [] : [ofRefusal(halt)]))
      : [...evaluated(made.evaluation), ...conflicts(seen, made)];
  const distinct = new Map(found.map((each) => [`${each.code} ${each.message}`, each]));
  return [...distinct.values()].toSorted((a, b) => b.weight - a.weight);
}

function evaluated(evaluation: Evaluation): readonly Trouble[] {
  const parts = PART_NAMES.map((name) => evaluation.parts[name]).filter(({ mode }) => mode !== 'Ignore');
  const others = Object.values(evaluation).flatMap((each: unknown) => {
    const { refusal } = (each ?? {}) as { readonly refusal?: Refusal };
    return refusal === undefined ? [] : [refusal];
  });
  const refusals = [...parts.flatMap(({ refusal }) => refusal ?? []), ...others];
  const { certificates, gates, findings } = evaluation;
  const weight = certificates.kind === 'ProofImpossible' ? 3 : 1;
  return [
    ...refusals.map(ofRefusal),
    ...[certificates]
      .filter(({ kind, reason }) => kind !== 'Ready' && !UNDER_WAY.has(reason))
      .map(({ reason, message }): Trouble => ({ code: reason, weight, message })),
    ...Object.values(gates).flatMap((gate): readonly Trouble[] =>
      gate.kind === 'Closed' && isObstacle(gate.reason, refusals)
        ? [{ code: gate.reason, weight: 1, message: gate.message }]
        : [],
    ),
    ...findings
      .filter(({ code }) => !WELL.has(code))
      .map(({ code, message }): Trouble => ({ code, weight: 0, message })),
  ];
}

/** A gate that only repeats a refusal, or waits for what is under way, is none. */
function isObstacle(reason: string, refusals: readonly Refusal[]): boolean {
  const isWaiting = UNDER_WAY.has(reason) || reason === 'PendingChanges' || reason === 'PreflightFailed';
  return !isWaiting && !refusals.some((each) => each.reason === reason);
}

function ofRefusal({ reason, message, stalled }: Refusal): Trouble {
  return { code: reason, weight: stalled === true ? 3 : stalled === 'Later' ? 2 : 1, message };
}

/** What the API server would answer to the write of the template. */
function conflicts(seen: Snapshot, made: Plan): readonly Trouble[] {
  const outcomes = made.actions.flatMap((action) => conflictOf(seen, action));
  const report = {
    resource: seen.resource,
    plan: made,
    outcomes,
    corrected: [],
    now: '2026-03-01T12:00:00Z',
  };
  const { status, reason, message } = conflictState(report);
  return status === 'True' ? [{ code: reason, weight: 3, message }] : [];
}

function conflictOf({ workload }: Snapshot, action: Action): readonly Outcome[] {
  if (action.kind !== 'ApplyTemplate' || workload.kind !== 'present') return [];
  const { body, fieldManager, forceable } = action;
  const all = conflictsOf(workload.value as unknown as Stored, body, fieldManager);
  if (forceable === 'all' || all.every(({ path }) => forceable.includes(path))) return [];
  return [{ kind: 'Conflict', action, conflicts: all }];
}
