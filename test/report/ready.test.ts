import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../src/plan/model/outcome.ts';
import type { PartName } from '../../src/plan/model/part.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { readyState } from '../../src/report/ready.ts';
import type { Report } from '../../src/report/report.ts';
import { scrape } from '../support/scrape.ts';
import { conflict, legacy, policies, ready, refused, reportAfter } from './world.ts';

const STALLED = { reason: 'NameTaken', message: 'stalled', stalled: true } as const;
const SOFT = { reason: 'IstioNotInstalled', message: 'soft', stalled: false } as const;

/** A report in which parts are refused, over what was planned from the snapshot. */
function refusing(
  refusals: Partial<Record<PartName, object>>,
  seen = ready,
  outcomes?: (plan: Plan) => readonly Outcome[],
): Report {
  const report = reportAfter({ seen, outcomes });
  const { evaluation } = report.plan;
  if (evaluation === undefined) throw new Error('the world is not evaluated');
  const parts = Object.fromEntries(
    Object.entries(evaluation.parts).map(([name, part]) => [
      name,
      { ...part, ...refusals[name as PartName] },
    ]),
  );
  return { ...report, plan: { ...report.plan, evaluation: { ...evaluation, parts } as never } };
}

const unwritten = { ...policies, ...legacy };
const rows: readonly { readonly name: string; readonly report: Report; readonly says: object }[] = [
  {
    name: 'a stalled refusal before a soft one of an earlier part',
    report: refusing({ peerAuthentication: { refusal: SOFT }, config: { refusal: STALLED } }),
    says: { state: { status: 'False', reason: 'NameTaken', message: 'stalled' }, stalled: true },
  },
  {
    name: 'a stalled refusal before a conflict',
    report: refusing({ config: { refusal: STALLED } }, unwritten, conflict),
    says: { state: { reason: 'NameTaken' }, stalled: true, reconciling: false },
  },
  {
    name: 'a conflict before a soft refusal',
    report: refusing({ sidecar: { refusal: SOFT } }, unwritten, conflict),
    says: { state: { status: 'False', reason: 'FieldConflict' }, stalled: true, reconciling: false },
  },
  {
    name: 'a refused write before a soft refusal',
    report: refusing({ sidecar: { refusal: SOFT } }, unwritten, refused('StatefulSet', false)),
    says: { state: { status: 'False', reason: 'WriteRefused' }, stalled: true, reconciling: false },
  },
  {
    name: 'a soft refusal where nothing is stalled',
    report: refusing({ sidecar: { refusal: SOFT } }),
    says: {
      state: { status: 'False', reason: 'IstioNotInstalled', message: 'soft' },
      stalled: false,
      reconciling: false,
    },
  },
  {
    name: 'no stalled refusal of a part that is ignored',
    report: refusing({ config: { refusal: STALLED, mode: 'Ignore' } }),
    says: { state: { status: 'True', reason: 'WiredOnly' }, stalled: false, reconciling: false },
  },
  {
    name: 'no soft refusal of a part that is ignored',
    report: refusing({ sidecar: { refusal: SOFT, mode: 'Ignore' } }),
    says: { state: { status: 'True', reason: 'AppliedUnverified' }, stalled: false, reconciling: false },
  },
];

const observing = reportAfter({ seen: { ...legacy, resource: scrape({ mode: 'Observe' }) } });
const suspended = reportAfter({ seen: { ...legacy, resource: scrape({ suspend: true }) } });
const twice = (report: Report): Report => ({
  ...report,
  plan: { ...report.plan, drift: report.plan.pending.slice(0, 2).map(({ field }) => field) },
});

describe('readyState', () => {
  it.each(rows)('says $name', ({ report, says }) => {
    expect(readyState(report)).toMatchObject(says);
  });

  it.each([
    {
      name: 'what is pending in Observe',
      report: observing,
      reason: 'PendingChanges',
      message: '24 changes are pending (Observe), see status.pending and status.drift',
    },
    {
      name: 'what has drifted beside it',
      report: twice(observing),
      reason: 'PendingChanges',
      message: '26 changes are pending (Observe), see status.pending and status.drift',
    },
    {
      name: 'what is pending under suspend',
      report: suspended,
      reason: 'Suspended',
      message: '24 changes are pending (spec.suspend is set), see status.pending and status.drift',
    },
  ])('counts $name', ({ report, reason, message }) => {
    expect(readyState(report)).toEqual({
      state: { status: 'False', reason, message },
      reconciling: false,
      stalled: false,
    });
  });
});
