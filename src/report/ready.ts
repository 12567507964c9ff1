// Ready and its two helpers: the one sentence that sums everything up. Unknown goes with Reconciling, both ways: something
// is waited for, be it a permission to read. Stalled means that only a person can go on.
import type { CertificatesPlan } from '../plan/certificates/certificates.ts';
import type { Refusal } from '../plan/model/assessment.ts';
import { differs } from '../plan/model/field.ts';
import { PART_NAMES, isSatisfied, type PartName } from '../plan/model/part.ts';
import type { Evaluation, Plan } from '../plan/plan.ts';
import type { Gate } from '../plan/stage.ts';
import { doneState } from './done-state.ts';
import { summarizeDrift } from './drift-summary.ts';
import { recordDrift } from './drift.ts';
import { conflictState, outcomeState, partState, refusalState } from './part-state.ts';
import { unprovenState } from './proof-state.ts';
import type { Report, State } from './report.ts';

export interface Ready {
  readonly state: State;
  readonly reconciling: boolean;
  readonly stalled: boolean;
}

/** Sums everything up. */
export function readyState(report: Report): Ready {
  const { halt, evaluation } = report.plan;
  if (halt !== undefined) return fromRefusal(halt, report.plan);
  if (evaluation === undefined) return waitingReady({ reason: 'Progressing', message: 'not evaluated yet' });
  return (
    blocked(report, evaluation) ??
    observed(report, evaluation) ??
    underWay(report, evaluation) ??
    unproven(evaluation) ??
    done(doneState(evaluation))
  );
}

function blocked(report: Report, evaluation: Evaluation): Ready | undefined {
  const refusal = PART_NAMES.map((name) => partRefusal(evaluation, name)).find(
    (each) => each?.stalled === true,
  );
  if (refusal !== undefined) return fromRefusal(refusal, report.plan);
  const conflict = conflictState(report);
  if (conflict.status === 'True')
    return { state: { ...conflict, status: 'False' }, reconciling: false, stalled: true };
  const { certificates } = evaluation;
  if (certificates.kind === 'ProofImpossible') {
    const { message } = certificates;
    return fromRefusal({ reason: 'ProofImpossible', message, stalled: true }, report.plan);
  }
  const refused = report.outcomes.find(({ kind }) => kind === 'Refused');
  const state = refused === undefined ? undefined : outcomeState(refused);
  if (state !== undefined) return { state, ...helpersOf(state, true) };
  const soft = PART_NAMES.map((name) => partRefusal(evaluation, name)).find((each) => each !== undefined);
  return soft === undefined ? undefined : fromRefusal(soft, report.plan);
}

function partRefusal(evaluation: Evaluation, name: PartName): Refusal | undefined {
  const part = evaluation.parts[name];
  return part.mode === 'Ignore' ? undefined : part.refusal;
}

/** Differences that this resource may not, or not yet, correct. */
function observed(report: Report, evaluation: Evaluation): Ready | undefined {
  const { pending } = report.plan;
  const kept = PART_NAMES.map((name) => evaluation.parts[name]).filter(({ mode }) => mode === 'Observe');
  const drifts = kept.some(({ fields }) => fields.some((field) => field.wasInSync && differs(field)));
  if (drifts && !report.resource.spec.suspend) {
    const state: State = {
      status: 'False',
      reason: 'DriftDetected',
      message: summarizeDrift(recordDrift(report).active),
    };
    return { state, reconciling: false, stalled: false };
  }
  const only = PART_NAMES.some((name) => {
    const gate = evaluation.gates[name];
    const observes =
      gate.kind === 'Closed' && (gate.waitingFor === 'Observe' || gate.waitingFor === 'Suspended');
    return observes && !isSatisfied(evaluation.parts[name]);
  });
  if (!only) return undefined;
  const word = report.resource.spec.suspend ? 'spec.suspend is set' : 'Observe';
  const count = pending.length + report.plan.drift.length;
  const message = `${count} changes are pending (${word}), see status.pending and status.drift`;
  const reason = report.resource.spec.suspend ? 'Suspended' : 'PendingChanges';
  return { state: { status: 'False', reason, message }, reconciling: false, stalled: false };
}

/** What waits for the pods is explained by what the pods wait for. */
function underWay(report: Report, evaluation: Evaluation): Ready | undefined {
  const { certificates, gates, parts } = evaluation;
  const name = PART_NAMES.find((each) => !isSatisfied(parts[each]));
  if (name !== undefined && !waitsForPods(gates[name], certificates)) {
    return waitingReady(partState(report, evaluation, name));
  }
  return certificates.kind === 'Ready' ? undefined : waitingReady(certificates);
}

function waitsForPods(gate: Gate, { kind, reason }: CertificatesPlan): boolean {
  if (gate.kind !== 'Closed' || kind === 'Ready') return false;
  const isStuck = reason !== 'WaitingForCertificates';
  return gate.waitingFor === 'CertificatesReady' || (gate.waitingFor === 'Rollout' && isStuck);
}

/** What is known not to be served is not Ready. */
function unproven(evaluation: Evaluation): Ready | undefined {
  const found = unprovenState(evaluation);
  return found && { state: found.state, ...helpersOf(found.state, found.stalled) };
}

function done(state: State): Ready {
  return { state, reconciling: false, stalled: false };
}

/** What another object may still bring is waited for as long as the grace lasts; then a person has to act. */
function fromRefusal(refusal: Refusal, { graceMs }: Plan): Ready {
  if (refusal.stalled === 'Later' && graceMs > 0) return waitingReady(refusal);
  const state = refusalState(refusal);
  return { state, ...helpersOf(state, refusal.stalled !== false) };
}

/** What may not be read or written is tried again: a grant may come any time. */
function helpersOf({ status }: State, stalled: boolean): Pick<Ready, 'reconciling' | 'stalled'> {
  const reconciling = status === 'Unknown';
  return { reconciling, stalled: stalled && !reconciling };
}

function waitingReady({ reason, message }: Pick<State, 'reason' | 'message'>): Ready {
  return { state: { status: 'Unknown', reason, message }, reconciling: true, stalled: false };
}
