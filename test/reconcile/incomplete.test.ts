import { describe, expect, it } from 'vitest';
import type { DriftedField } from '../../src/plan/drift/drift.ts';
import type { Action } from '../../src/plan/model/action.ts';
import type { Outcome } from '../../src/plan/model/outcome.ts';
import type { Convergence } from '../../src/reconcile/convergence.ts';
import { logReconciliation, ReconcileIncomplete } from '../../src/reconcile/incomplete.ts';
import { RecordedLog } from '../support/recorded-log.ts';

const action: Action = {
  kind: 'DeleteObject',
  target: { apiVersion: 'v1', kind: 'Sidecar', namespace: 'ns', name: 'a' },
  stage: 1,
  gates: true,
  reason: 'Delete Sidecar a',
  fieldManager: 'm',
  uid: 'u',
};

describe('ReconcileIncomplete', () => {
  const rows: readonly {
    readonly name: string;
    readonly cause: Outcome | { readonly kind: 'Status'; readonly message: string };
    readonly says: string;
  }[] = [
    { name: 'a refused status', cause: { kind: 'Status', message: 'no' }, says: 'status was refused: no' },
    { name: 'a lost race', cause: { kind: 'Stale', action }, says: 'Sidecar/a changed meanwhile' },
    {
      name: 'a write without an answer',
      cause: { kind: 'Failed', action, message: 'reset' },
      says: 'Sidecar/a: reset',
    },
    {
      name: 'a refused write',
      cause: { kind: 'Refused', action, forbidden: true, message: 'forbidden' },
      says: 'Sidecar/a: forbidden',
    },
  ];
  it.each(rows)('says which resource and why after $name', ({ cause, says }) => {
    const error = new ReconcileIncomplete('ns/a', cause);
    expect([error.name, error.code, error.message]).toEqual([
      'ReconcileIncomplete',
      'ReconcileIncomplete',
      `reconcile of PrometheusIstioScrape ns/a is incomplete: ${says}`,
    ]);
  });
});

describe('logReconciliation', () => {
  const written: readonly Outcome[] = [{ kind: 'Written', action, object: undefined }];
  const field = { target: 'Sidecar/a', path: 'spec', changedBy: { manager: 'helm', confidence: 'Exact' } };
  const logged = (convergence: Partial<Convergence>): RecordedLog['lines'] => {
    const log = new RecordedLog();
    const plan = { pending: ['one', 'two'] };
    logReconciliation(log, { written: [], corrected: [], plan, ...convergence } as unknown as Convergence);
    return log.lines;
  };

  it('says nothing where nothing was written', () => {
    expect(logged({ corrected: [field as DriftedField] })).toEqual([]);
  });

  it('says what was written and how much is pending', () => {
    expect(logged({ written })).toStrictEqual([
      {
        level: 'info',
        message: 'changed',
        fields: { changes: ['Sidecar/a: Delete Sidecar a'], pending: 2 },
      },
    ]);
  });

  it('says what was corrected and who had made it', () => {
    expect(logged({ written, corrected: [field as DriftedField] })).toMatchObject([
      { fields: { driftCorrected: 'Sidecar/a: 1 field, last by helm' } },
    ]);
  });
});
