// How far one part is, as the state of a condition: what was evaluated, then what came of the write.
import type { ReasonName } from '../api/reasons.ts';
import type { Refusal } from '../plan/model/assessment.ts';
import type { Action } from '../plan/model/action.ts';
import type { Outcome } from '../plan/model/outcome.ts';
import { isInSync, PART_NAMES, type PartName } from '../plan/model/part.ts';
import type { Evaluation } from '../plan/plan.ts';
import type { Report, State } from './report.ts';

/** The state of a part. */
export function partState(report: Report, evaluation: Evaluation, name: PartName): State {
  const part = evaluation.parts[name];
  if (part.mode === 'Ignore') {
    return { status: 'Unknown', reason: 'Ignored', message: `spec.manage.${name} is Ignore` };
  }
  const outcome = report.outcomes.find(
    (each) => each.action.target.kind === part.action?.target.kind && each.kind !== 'Written',
  );
  const failed = outcome === undefined ? undefined : outcomeState(outcome);
  if (failed !== undefined) return failed;
  if (part.refusal !== undefined) return refusalState(part.refusal);
  if (isInSync(part) && part.adopted !== undefined) {
    return { status: 'True', reason: 'Adopted', message: part.adopted };
  }
  if (isInSync(part)) {
    const count = part.fields.length;
    const message =
      count === 0 ? `${part.target}: nothing to do` : `${part.target}: all ${count} fields are in sync`;
    return { status: 'True', reason: 'Succeeded', message };
  }
  const gate = evaluation.gates[name];
  if (gate.kind === 'Closed') return refusalState(gate);
  return { status: 'False', reason: 'Progressing', message: `${part.target}: a write is on its way` };
}

/** What cannot be read, or is being undone: nobody knows how it ends. */
const OPEN_REASONS: ReadonlySet<string> = new Set<ReasonName>([
  'NotAuthorized',
  'ProgressingWithRetry',
  'Terminating',
  'IncludedFilesNotSeen',
]);

/** A refusal as a state: what is open is Unknown, everything else False. */
export function refusalState({ reason, message }: Pick<Refusal, 'reason' | 'message'>): State {
  const isOpen = OPEN_REASONS.has(reason);
  return { status: isOpen ? 'Unknown' : 'False', reason, message };
}

/** A write that did not succeed; `undefined` for those that say nothing about the part. */
export function outcomeState(outcome: Outcome): State | undefined {
  switch (outcome.kind) {
    case 'Conflict':
      return { status: 'False', reason: 'FieldConflict', message: conflictMessage(outcome) };
    case 'Refused': {
      const reason = outcome.forbidden ? 'NotAuthorized' : 'WriteRefused';
      return { status: outcome.forbidden ? 'Unknown' : 'False', reason, message: outcome.message };
    }
    case 'Failed':
      return { status: 'False', reason: 'ProgressingWithRetry', message: outcome.message };
    case 'Stale':
      return { status: 'False', reason: 'ProgressingWithRetry', message: 'the object changed meanwhile' };
    case 'Skipped':
      return {
        status: 'False',
        reason: 'WaitingForMeshPolicy',
        message: 'a write that comes first did not succeed',
      };
    case 'Written':
      return undefined;
  }
}

/** The FieldConflict condition. */
export function conflictState({ outcomes, plan, resource }: Report): State {
  const conflict = outcomes.find((outcome) => outcome.kind === 'Conflict');
  if (conflict !== undefined) {
    return { status: 'True', reason: 'FieldConflict', message: conflictMessage(conflict) };
  }
  const untried = plan.trials.find((trial) => trial.kind === 'Unknown');
  if (untried !== undefined) {
    return { status: 'Unknown', reason: untried.reason, message: untried.message };
  }
  if (resource.spec.suspend && plan.evaluation !== undefined && hasUntried(plan.evaluation)) {
    const message = 'spec.suspend is set, so nobody asks whether other managers hold what would be written';
    return { status: 'Unknown', reason: 'Suspended', message };
  }
  return { status: 'False', reason: 'NoConflict', message: 'nobody else holds a field that is needed' };
}

function hasUntried({ parts }: Evaluation): boolean {
  return PART_NAMES.some((name) => parts[name].mode === 'Observe' && parts[name].action !== undefined);
}

function conflictMessage({ action, conflicts }: Outcome & { readonly kind: 'Conflict' }): string {
  const managers = Map.groupBy(conflicts, ({ path }) => path);
  const held = [...managers]
    .map(([path, all]) => `${path} (${all.map(({ manager }) => manager).join(', ')})`)
    .join(', ');
  return `${action.target.kind}/${action.target.name}: other managers hold ${held}; ${adviceOf(action)}`;
}

/** Only pod templates are applied without the right to take everything. */
function adviceOf(action: Action): string {
  return action.kind === 'ApplyTemplate' ? action.onConflict : 'change it there';
}
