import { describe, expect, it } from 'vitest';
import { conditionsOf } from '../../src/report/conditions.ts';
import { present } from '../support/answers.ts';
import { scrape } from '../support/scrape.ts';
import { wired } from '../support/stateful-set.ts';
import { REWRITTEN_YAML } from '../support/world.ts';
import {
  actionOn,
  configured,
  conflict,
  driftedTemplate,
  legacy,
  policies,
  ready,
  refused,
  reportAfter,
  saidBy,
  type Reconciled,
} from './world.ts';

interface Row extends Reconciled {
  readonly name: string;
  /** `undefined`: the condition is not there. */
  readonly says: Readonly<Record<string, string | undefined>>;
}

const rows: readonly Row[] = [
  {
    name: 'Observe sees differences',
    seen: { resource: scrape({ mode: 'Observe' }), ...legacy },
    says: {
      Ready: 'False PendingChanges',
      Reconciling: undefined,
      Stalled: undefined,
      MeshPolicyApplied: 'False PendingChanges',
      WorkloadWired: 'False WaitingForMeshPolicy',
    },
  },
  {
    name: 'Observe waits for pods',
    seen: { ...policies, statefulSet: wired(), ...legacy, resource: scrape({ mode: 'Observe' }) },
    says: { Ready: 'Unknown WaitingForCertificates', Reconciling: 'True WaitingForCertificates' },
  },
  {
    name: 'Observe sees everything in sync',
    seen: { ...ready, resource: scrape({ mode: 'Observe' }) },
    says: { Ready: 'True AppliedUnverified', WorkloadWired: 'True Succeeded' },
  },
  {
    name: 'a suspended resource has differences',
    seen: { resource: scrape({ suspend: true }), ...legacy },
    says: { Ready: 'False Suspended', Reconciling: undefined },
  },
  {
    name: 'drift waits for a rollout',
    seen: {
      ...configured(
        REWRITTEN_YAML,
        driftedTemplate({ observedGeneration: 1, currentRevision: 'a', updateRevision: 'b' }),
      ),
      resource: scrape({}, { status: { observedGeneration: 1 } }),
    },
    says: {
      Ready: 'Unknown WaitingForRollout',
      Reconciling: 'True WaitingForRollout',
      WorkloadWired: 'False WaitingForRollout',
      Drifted: 'True DriftDetected',
    },
  },
  {
    name: 'Observe sees drift',
    seen: {
      ...configured(REWRITTEN_YAML, driftedTemplate()),
      resource: scrape({ mode: 'Observe' }),
    },
    says: {
      Ready: 'False DriftDetected',
      Reconciling: undefined,
      WorkloadWired: 'False DriftDetected',
      Drifted: 'True DriftDetected',
    },
  },
  {
    name: 'a suspended resource has drift',
    seen: {
      ...configured(REWRITTEN_YAML, driftedTemplate()),
      resource: scrape({ suspend: true }),
    },
    says: { Ready: 'False Suspended', Drifted: 'True DriftDetected' },
  },
  {
    name: 'admission refuses a write',
    seen: { ...policies, ...legacy },
    outcomes: refused('StatefulSet', false),
    says: {
      Ready: 'False WriteRefused',
      Stalled: 'True WriteRefused',
      WorkloadWired: 'False WriteRefused',
    },
  },
  {
    name: 'a write is forbidden',
    seen: { ...policies, ...legacy },
    outcomes: refused('StatefulSet', true),
    says: { Ready: 'Unknown NotAuthorized', Stalled: undefined, WorkloadWired: 'Unknown NotAuthorized' },
  },
  {
    name: 'admission refuses the Sidecar',
    seen: { ...ready, sidecars: present([]) },
    outcomes: refused('Sidecar', false),
    says: {
      Ready: 'False WriteRefused',
      MeshPolicyApplied: 'False WriteRefused',
      WorkloadWired: 'True Succeeded',
    },
  },
  {
    name: 'another manager holds a field',
    seen: { ...policies, ...legacy },
    outcomes: conflict,
    says: {
      Ready: 'False FieldConflict',
      Stalled: 'True FieldConflict',
      WorkloadWired: 'False FieldConflict',
      FieldConflict: 'True FieldConflict',
    },
  },
  {
    name: 'a write gets no answer and holds the next one back',
    seen: legacy,
    outcomes: (made) => [
      { kind: 'Failed', action: actionOn(made, 'PeerAuthentication'), message: 'connection reset' },
      { kind: 'Skipped', action: actionOn(made, 'StatefulSet') },
    ],
    says: {
      Ready: 'Unknown ProgressingWithRetry',
      Reconciling: 'True ProgressingWithRetry',
      MeshPolicyApplied: 'False ProgressingWithRetry',
      WorkloadWired: 'False WaitingForMeshPolicy',
    },
  },
];

describe('conditionsOf', () => {
  it.each(rows)('says what came of it where $name', ({ says, ...reconciled }) => {
    const all = saidBy(conditionsOf(reportAfter(reconciled)));
    expect(Object.fromEntries(Object.keys(says).map((type) => [type, all[type]]))).toEqual(says);
  });
});
