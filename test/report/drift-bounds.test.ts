import { describe, expect, it } from 'vitest';
import { recordDrift } from '../../src/report/drift.ts';
import { statusOf } from '../../src/report/status.ts';
import {
  CORRECTED,
  HEALTHY,
  T0,
  driftAfter,
  driftReport,
  driftStatus,
  driftedField,
  manyFields,
  recordOf,
} from './drift-records.ts';

describe('boundedDrift', () => {
  it('keeps 20 of 200 and counts them once, however often it is asked', () => {
    let seen = driftAfter({ drift: manyFields(200) });
    expect(seen).toMatchObject({ activeCount: 200, detectedTotal: 200, truncated: true });
    expect(seen.fields).toHaveLength(20);
    for (let times = 0; times < 3; times += 1) {
      const next = driftAfter({
        before: seen,
        drift: manyFields(200),
        now: `2026-04-0${times + 1}T00:00:00Z`,
      });
      expect(next).toStrictEqual(seen);
      seen = next;
    }
    const corrections = driftAfter({ before: seen, corrected: manyFields(200) });
    expect(corrections).toMatchObject({ activeCount: 0, detectedTotal: 200, truncated: true });
    expect(driftAfter({ before: corrections })).toStrictEqual(corrections);
    expect(corrections.fields.map(({ resolution }) => resolution)).toEqual(Array(20).fill('Corrected'));
  });

  it('counts one more where one more drifts beyond the bound', () => {
    const seen = driftAfter({ drift: manyFields(30) });
    expect(driftAfter({ before: seen, drift: manyFields(31) })).toMatchObject({
      activeCount: 31,
      detectedTotal: 31,
    });
    // Ten of before have no record in status: they are not new.
    const { detected } = recordDrift(driftReport({ before: seen, drift: manyFields(31) }));
    expect(detected.map(({ count }) => count)).toEqual([1]);
  });

  it('keeps what differs now rather than what was corrected later', () => {
    const before = driftStatus([
      ...manyFields(19).map(({ path }) => recordOf(path, CORRECTED)),
      recordOf('old', { firstSeenTime: T0 }),
    ]);
    const seen = driftAfter({
      before,
      drift: [driftedField('old')],
      corrected: [driftedField('new-1'), driftedField('new-2')],
    });
    expect(seen.fields).toHaveLength(20);
    expect(seen.fields.at(-1)).toEqual(recordOf('old'));
    expect(seen.fields.slice(0, 2).map(({ path }) => path)).toEqual(['new-1', 'new-2']);
    expect(seen).toMatchObject({ activeCount: 1, truncated: true });
  });

  it('keeps to its bytes, and does not move', () => {
    const drift = manyFields(20, { actual: 'ü'.repeat(300) });
    const seen = driftAfter({ drift }, 3000);
    expect(Buffer.byteLength(JSON.stringify(seen.fields))).toBeLessThanOrEqual(3001);
    expect(seen.fields.length).toBeGreaterThan(2);
    expect(seen).toMatchObject({ activeCount: 20, detectedTotal: 20, truncated: true });
    expect(driftAfter({ before: seen, drift }, 3000)).toStrictEqual(seen);
  });
});

describe('statusOf', () => {
  it('stays under 16 KB with 200 fields in drift, 200 pending and 200 findings, with values of any length', () => {
    const wide = manyFields(200, { expected: 'ü'.repeat(400), actual: '"'.repeat(400) });
    const pending = wide.map((each) => ({
      field: { ...each, target: `Sidecar/${'s'.repeat(200)}` },
      waitingFor: 'Observe',
    }));
    const findings = wide.map(({ path }) => ({
      code: 'StalePath' as const,
      target: `ConfigMap/${path}`,
      message: 'ü'.repeat(600),
    }));
    const evaluation = { ...HEALTHY.evaluation, findings };
    const report = driftReport({ drift: wide, plan: { pending, evaluation } });
    const made = statusOf(report);
    expect(Buffer.byteLength(JSON.stringify(made))).toBeLessThan(16 * 1024);
    expect([made.pendingCount, made.findingCount]).toEqual([200, 200]);
    expect(made.findings?.length).toBeGreaterThan(1);
    expect(made.drift?.fields.length).toBeGreaterThan(3);
    const again = driftReport({ drift: wide, plan: { pending, evaluation }, now: '2026-05-01T00:00:00Z' });
    const resource = { ...again.resource, status: made };
    expect(statusOf({ ...again, resource })).toStrictEqual(made);
  });

  it('has room for the certificates of ten pods beside them', () => {
    const certificates = Array.from({ length: 12 }, (_, index) => ({
      pod: `${'p'.repeat(60)}-${index}`,
      notAfterMs: 1e12 + index,
      firstSeenMs: 1e12,
    }));
    const renewal = { certificates, findings: [], needs: [], retryAfterMs: undefined };
    const wide = manyFields(200, { expected: 'ü'.repeat(400), actual: '"'.repeat(400) });
    const pending = wide.map((each) => ({ field: each, waitingFor: 'Observe' }));
    const evaluation = { ...HEALTHY.evaluation, renewal };
    const made = statusOf(driftReport({ drift: wide, plan: { pending, evaluation } }));
    expect(Buffer.byteLength(JSON.stringify(made))).toBeLessThan(16 * 1024);
    expect(made.certificates?.serving?.map(({ pod }) => pod)).toEqual(
      certificates.slice(0, 10).map(({ pod }) => pod),
    );
    expect(made.drift?.fields.length).toBeGreaterThan(3);
  });

  it('says in Drifted what was corrected, and goes on saying it', () => {
    const first = statusOf(driftReport({ corrected: [driftedField('a'), driftedField('b')] }));
    const drifted = first.conditions?.find(({ type }) => type === 'Drifted');
    expect(drifted).toMatchObject({
      status: 'False',
      reason: 'DriftCorrected',
      message: 'corrected: StatefulSet/prometheus: 2 fields, last by kubectl-edit',
    });
    const later = driftReport({ now: '2026-05-01T00:00:00Z' });
    expect(statusOf({ ...later, resource: { ...later.resource, status: first } })).toStrictEqual(first);
  });
});
