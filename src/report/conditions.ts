// The conditions of docs/design/contract.md, section 6: one function of what was planned and what came of it.
// All are always there and restamped together, except Reconciling and Stalled, which are present only while True (kstatus).
import type { ConditionType } from '../api/conditions.ts';
import type { Condition } from '../api/prometheus-istio-scrape.gen.ts';
import { UNDER_WAY } from '../api/reasons.ts';
import type { Evaluation } from '../plan/plan.ts';
import { summarizeDrift } from './drift-summary.ts';
import { recordDrift } from './drift.ts';
import { conflictState, partState } from './part-state.ts';
import { reloadedState, targetsState } from './proof-state.ts';
import { readyState } from './ready.ts';
import { renewalNote } from './renewal.ts';
import type { Report, State } from './report.ts';
import { staleSecretsState } from './stale-secrets.ts';
import { clip, withDocsAddress } from './text.ts';

/** Every condition, in a fixed order. */
export function conditionsOf(report: Report): readonly Condition[] {
  const ready = readyState(report);
  const states: readonly (readonly [ConditionType, State | undefined])[] = [
    ['Ready', explainedState(ready.state)],
    ['Reconciling', ready.reconciling ? { ...ready.state, status: 'True' } : undefined],
    ['Stalled', ready.stalled ? { ...ready.state, status: 'True' } : undefined],
    ...details(report),
  ];
  return states.flatMap(([type, state]) => (state === undefined ? [] : [stamp(report, type, state)]));
}

/** Where a person has something to do, Ready names what explains it. No other condition does: a status says it once. */
function explainedState(state: State): State {
  if (state.status === 'True' || UNDER_WAY.has(state.reason)) return state;
  return { ...state, message: withDocsAddress(state.message, state.reason) };
}

/** Restore waits for Prometheus by it: the record is gone. */
const CONFIG_IS_BACK: State = {
  ...{ status: 'False', reason: 'Terminating', message: 'the jobs read their old files again' },
};

function details(report: Report): readonly (readonly [ConditionType, State])[] {
  const { evaluation, halt } = report.plan;
  if (evaluation === undefined) {
    const unknown: State = {
      status: 'Unknown',
      reason: halt?.reason ?? 'Progressing',
      message: 'not evaluated, see Ready',
    };
    return [
      ['MeshPolicyApplied', unknown],
      ['WorkloadWired', unknown],
      ['CertificatesReady', unknown],
      ['ConfigRewritten', report.isConfigBack === true ? CONFIG_IS_BACK : unknown],
      ['Reloaded', unknown],
      ['TargetsUp', unknown],
      ['Drifted', unknown],
      ['FieldConflict', unknown],
      ['SecretsStale', unknown],
    ];
  }
  return [
    ['MeshPolicyApplied', meshPolicyState(report, evaluation)],
    ['WorkloadWired', partState(report, evaluation, 'workload')],
    ['CertificatesReady', certificatesState(evaluation)],
    ['ConfigRewritten', partState(report, evaluation, 'config')],
    ['Reloaded', reloadedState(evaluation)],
    ['TargetsUp', targetsState(evaluation)],
    ['Drifted', driftState(report)],
    ['FieldConflict', conflictState(report)],
    ['SecretsStale', staleSecretsState(evaluation, report.resource.metadata.namespace)],
  ];
}

/** The PeerAuthentication decides; the Sidecar is reported, but only an applied one makes both true. */
function meshPolicyState(report: Report, evaluation: Evaluation): State {
  const policy = partState(report, evaluation, 'peerAuthentication');
  const sidecar = partState(report, evaluation, 'sidecar');
  const {
    peerAuthentication,
    sidecar: { findings: more },
  } = evaluation.parts;
  const notes = [...peerAuthentication.findings, ...more].map(({ message }) => message);
  const counts = evaluation.parts.sidecar.mode !== 'Ignore';
  const state = policy.status === 'True' && counts ? sidecar : policy;
  return notes.length === 0 ? state : { ...state, message: `${state.message}; ${notes.join('; ')}` };
}

function certificatesState(evaluation: Evaluation): State {
  const { certificates } = evaluation;
  const { reason } = certificates;
  const message = `${certificates.message}${renewalNote(evaluation)}`;
  switch (certificates.kind) {
    case 'Ready':
      return { status: 'True', reason, message };
    case 'Waiting':
      return { status: 'False', reason, message };
    case 'ProofImpossible':
    case 'Unreadable':
      return { status: 'Unknown', reason, message };
  }
}

function driftState(report: Report): State {
  const { active, corrected } = recordDrift(report);
  if (active.length > 0) {
    return { status: 'True', reason: 'DriftDetected', message: summarizeDrift(active) };
  }
  if (corrected.length > 0) {
    return { status: 'False', reason: 'DriftCorrected', message: `corrected: ${summarizeDrift(corrected)}` };
  }
  // What was corrected stays visible: the next reconciliation must not write a status only to forget it.
  const before = report.resource.status?.conditions?.find(({ type }) => type === 'Drifted');
  if (before?.reason === 'DriftCorrected') {
    return { status: 'False', reason: 'DriftCorrected', message: before.message };
  }
  return { status: 'False', reason: 'NoDriftDetected', message: 'nothing that was in sync differs' };
}

/** lastTransitionTime moves only when the status flips; every condition carries the generation that was evaluated. */
function stamp({ resource, now }: Report, type: ConditionType, state: State): Condition {
  const before = resource.status?.conditions?.find((condition) => condition.type === type);
  return {
    type,
    status: state.status,
    reason: state.reason,
    message: clip(state.message, 1024),
    observedGeneration: resource.metadata.generation ?? 0,
    lastTransitionTime: before?.status === state.status ? before.lastTransitionTime : now,
  };
}
