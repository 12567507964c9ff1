import { describe, expect, it } from 'vitest';
import type { DriftField, DriftStatus } from '../../src/api/prometheus-istio-scrape.gen.ts';
import type { DriftedField } from '../../src/plan/drift/drift.ts';
import type { Outcome } from '../../src/plan/model/outcome.ts';
import { plan, type Evaluation, type Plan } from '../../src/plan/plan.ts';
import { boundedDrift, recordDrift } from '../../src/report/drift.ts';
import type { Report } from '../../src/report/report.ts';
import { statusOf } from '../../src/report/status.ts';
import { present, reads } from '../support/answers.ts';
import { configMap } from '../support/config-map.ts';
import { owned } from '../support/owned-objects.ts';
import { podOf } from '../support/pod.ts';
import { scrape } from '../support/scrape.ts';
import { snapshot } from '../support/snapshot.ts';
import { wired } from '../support/stateful-set.ts';
import { REWRITTEN_YAML } from '../support/world.ts';

const T0 = '2026-03-01T12:00:00Z';
const T1 = '2026-03-01T13:00:00Z';

/** A world in which everything is right; rows lay their differences over it. */
function healthy(): { readonly plan: Plan; readonly evaluation: Evaluation } {
  const of = wired();
  const made = plan(
    snapshot({
      statefulSet: of,
      peerAuthentications: present([owned('PeerAuthentication')]),
      sidecars: present([owned('Sidecar')]),
      reads: reads({
        statefulSet: of,
        pods: [podOf(of)],
        configMaps: { prometheus: present(configMap(REWRITTEN_YAML)) },
      }),
    }),
  );
  if (made.evaluation === undefined) throw new Error('the healthy world is not evaluated');
  return { plan: made, evaluation: made.evaluation };
}
const HEALTHY = healthy();

interface Given {
  readonly before?: DriftStatus;
  readonly drift?: readonly DriftedField[];
  readonly corrected?: readonly DriftedField[];
  readonly outcomes?: readonly Outcome[];
  readonly plan?: Partial<Plan>;
  readonly now?: string;
}

function reportOf({ before, drift = [], corrected = [], outcomes = [], now = T1, ...rest }: Given): Report {
  return {
    resource: scrape({}, { status: before === undefined ? {} : { drift: before } }),
    plan: { ...HEALTHY.plan, drift, ...rest.plan },
    outcomes,
    corrected,
    now,
  };
}

const field = (path: string, rest: Partial<DriftedField> = {}): DriftedField => ({
  target: 'StatefulSet/prometheus',
  path,
  expected: 'right',
  actual: 'wrong',
  applyPath: `.${path}`,
  wasInSync: true,
  changedBy: { manager: 'kubectl-edit', operation: 'Update', confidence: 'Exact', atMs: 5 },
  ...rest,
});

const entry = (path: string, rest: Partial<DriftField> = {}): DriftField => ({
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

const status = (fields: readonly DriftField[], rest: Partial<DriftStatus> = {}): DriftStatus => ({
  activeCount: fields.filter(({ resolution }) => resolution !== 'Corrected').length,
  detectedTotal: fields.length,
  truncated: false,
  fields,
  ...rest,
});

const after = (given: Given, bytes = 16_000): DriftStatus =>
  boundedDrift(recordDrift(reportOf(given)), bytes);
const corrected = { resolution: 'Corrected' } as const;

const conflict = (path: string): Outcome => ({
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

const { parts } = HEALTHY.evaluation;
const withParts = (changed: object): Partial<Plan> => ({
  evaluation: { ...HEALTHY.evaluation, parts: { ...parts, ...changed } },
});
const unreadable = {
  ...parts.workload,
  fields: [],
  refusal: { reason: 'NotAuthorized', message: '', stalled: false },
};

const rows: { name: string; given: Given; want: DriftStatus }[] = [
  { name: 'nothing of nothing', given: {}, want: status([]) },
  {
    name: 'a new difference as Active, seen now',
    given: { drift: [field('a')] },
    want: status([entry('a', { firstSeenTime: T1 })]),
  },
  {
    name: 'what was corrected in the same reconciliation as it was',
    given: { corrected: [field('a')] },
    want: status([entry('a', { ...corrected, firstSeenTime: T1 })]),
  },
  {
    name: 'what still differs as it was, whatever managedFields say now',
    given: {
      before: status([entry('a')]),
      drift: [field('a', { changedBy: { manager: 'helm', confidence: 'Exact', atMs: 9 } })],
    },
    want: status([entry('a')]),
  },
  {
    name: 'another value with its own maker, in front, not counted anew',
    given: {
      before: status([entry('b'), entry('a')]),
      drift: [
        field('a', { actual: 'worse', changedBy: { manager: 'helm', confidence: 'Exact', atMs: 9 } }),
        field('b'),
      ],
    },
    want: status([
      entry('a', { actual: 'worse', changedBy: { manager: 'helm', confidence: 'Exact' } }),
      entry('b'),
    ]),
  },
  {
    name: 'active drift that is corrected as the same drift',
    given: { before: status([entry('a')]), corrected: [field('a')] },
    want: status([entry('a', corrected)]),
  },
  {
    name: 'drift that comes back with a higher count, in front, first seen when it was',
    given: { before: status([entry('b', corrected), entry('a', corrected)]), corrected: [field('a')] },
    want: status([entry('a', { ...corrected, count: 2 }), entry('b', corrected)], { detectedTotal: 3 }),
  },
  {
    name: 'drift that another manager corrected as Corrected',
    given: { before: status([entry('a')]) },
    want: status([entry('a', corrected)]),
  },
  {
    name: 'drift of a part that cannot be read as still Active',
    given: { before: status([entry('a')]), plan: withParts({ workload: unreadable }) },
    want: status([entry('a')]),
  },
  {
    name: 'drift as still Active where nothing could be evaluated',
    given: { before: status([entry('a')], { activeCount: 30 }), plan: { evaluation: undefined } },
    want: status([entry('a')], { activeCount: 30, truncated: true }),
  },
  {
    name: 'no active drift of a part that is ignored, but what was corrected',
    given: {
      before: status([entry('a'), entry('b', corrected)]),
      plan: withParts({ workload: { ...parts.workload, mode: 'Ignore' } }),
    },
    want: status([entry('b', corrected)], { detectedTotal: 2 }),
  },
  {
    name: 'drift of a job that is skipped now as still Active',
    given: {
      before: status([entry('data[p].scrape_configs[j].tls_config.ca_file', { target: 'ConfigMap/p' })]),
      plan: withParts({ config: { ...parts.config, skippedJobs: [{ job: 'j' }] } }),
    },
    want: status([entry('data[p].scrape_configs[j].tls_config.ca_file', { target: 'ConfigMap/p' })]),
  },
  {
    name: 'Removed without actual and Added without expected',
    given: { drift: [field('a', { actual: undefined }), field('b', { expected: undefined })] },
    want: status(
      [
        { ...entry('a', { operation: 'Removed', firstSeenTime: T1 }), actual: undefined },
        { ...entry('b', { operation: 'Added', firstSeenTime: T1 }), expected: undefined },
      ].map((each) => JSON.parse(JSON.stringify(each)) as DriftField),
    ),
  },
  {
    name: 'the newest change first',
    given: {
      drift: [
        field('a', { changedBy: { confidence: 'Unknown' } }),
        field('b'),
        field('c', { changedBy: { confidence: 'Exact', atMs: 9 } }),
      ],
    },
    want: status([
      entry('c', { firstSeenTime: T1, changedBy: { confidence: 'Exact' } }),
      entry('b', { firstSeenTime: T1 }),
      entry('a', { firstSeenTime: T1, changedBy: { confidence: 'Unknown' } }),
    ]),
  },
  {
    name: 'Conflict for the field that another manager holds, Active for its neighbour',
    given: {
      before: status([entry('spec.a'), entry('spec.b')]),
      drift: [field('spec.a'), field('spec.b')],
      outcomes: [conflict('.spec.a')],
    },
    want: status([entry('spec.a', { resolution: 'Conflict' }), entry('spec.b')]),
  },
  {
    name: 'Conflict as it was where nothing was tried',
    given: { before: status([entry('a', { resolution: 'Conflict' })]), drift: [field('a')] },
    want: status([entry('a', { resolution: 'Conflict' })]),
  },
];

describe('recordDrift', () => {
  it.each(rows)('records $name', ({ given, want }) => {
    const seen = after(given);
    expect(seen).toStrictEqual(want);
  });

  it.each(rows)('records nothing new the second time: $name', ({ given, want }) => {
    const again = { before: want, drift: given.drift ?? [], now: '2026-03-02T00:00:00Z' };
    const rest = given.plan === undefined ? {} : { plan: given.plan };
    expect(after({ ...again, ...rest, outcomes: given.outcomes ?? [] })).toStrictEqual(want);
  });

  it('keeps two fields apart whose paths are too long for status', () => {
    const long = 'x'.repeat(300);
    const { fields } = after({ drift: [field(`${long}.a`), field(`${long}.b`)] });
    expect(fields.map(({ path }) => Array.from(path).length <= 256)).toEqual([true, true]);
    expect(new Set(fields.map(({ path }) => path)).size).toBe(2);
  });

  it('cuts values at 256 characters and names at 128', () => {
    const [seen] = after({
      drift: [
        field('a', {
          actual: '😀'.repeat(300),
          changedBy: { manager: 'm'.repeat(200), confidence: 'Exact' },
        }),
      ],
    }).fields;
    expect([Array.from(seen?.actual ?? '').length, seen?.changedBy?.manager?.length]).toEqual([256, 128]);
  });
});

const many = (count: number, rest: Partial<DriftedField> = {}) =>
  Array.from({ length: count }, (_, index) => field(`spec.field-${index}`, rest));

describe('boundedDrift', () => {
  it('keeps 20 of 200 and counts them once, however often it is asked', () => {
    let seen = after({ drift: many(200) });
    expect(seen).toMatchObject({ activeCount: 200, detectedTotal: 200, truncated: true });
    expect(seen.fields).toHaveLength(20);
    for (let times = 0; times < 3; times += 1) {
      const next = after({ before: seen, drift: many(200), now: `2026-04-0${times + 1}T00:00:00Z` });
      expect(next).toStrictEqual(seen);
      seen = next;
    }
    const corrections = after({ before: seen, corrected: many(200) });
    expect(corrections).toMatchObject({ activeCount: 0, detectedTotal: 200, truncated: true });
    expect(after({ before: corrections })).toStrictEqual(corrections);
    expect(corrections.fields.map(({ resolution }) => resolution)).toEqual(Array(20).fill('Corrected'));
  });

  it('counts one more where one more drifts beyond the bound', () => {
    const seen = after({ drift: many(30) });
    expect(after({ before: seen, drift: many(31) })).toMatchObject({ activeCount: 31, detectedTotal: 31 });
    // Ten of before have no record in status: they are not new.
    const { detected } = recordDrift(reportOf({ before: seen, drift: many(31) }));
    expect(detected.map(({ count }) => count)).toEqual([1]);
  });

  it('keeps what differs now rather than what was corrected later', () => {
    const before = status([
      ...many(19).map(({ path }) => entry(path, corrected)),
      entry('old', { firstSeenTime: T0 }),
    ]);
    const seen = after({ before, drift: [field('old')], corrected: [field('new-1'), field('new-2')] });
    expect(seen.fields).toHaveLength(20);
    expect(seen.fields.at(-1)).toEqual(entry('old'));
    expect(seen.fields.slice(0, 2).map(({ path }) => path)).toEqual(['new-1', 'new-2']);
    expect(seen).toMatchObject({ activeCount: 1, truncated: true });
  });

  it('keeps to its bytes, and does not move', () => {
    const drift = many(20, { actual: 'ü'.repeat(300) });
    const seen = after({ drift }, 3000);
    expect(Buffer.byteLength(JSON.stringify(seen.fields))).toBeLessThanOrEqual(3001);
    expect(seen.fields.length).toBeGreaterThan(2);
    expect(seen).toMatchObject({ activeCount: 20, detectedTotal: 20, truncated: true });
    expect(after({ before: seen, drift }, 3000)).toStrictEqual(seen);
  });
});

describe('statusOf', () => {
  it('stays under 16 KB with 200 fields in drift, 200 pending and 200 findings, with values of any length', () => {
    const wide = many(200, { expected: 'ü'.repeat(400), actual: '"'.repeat(400) });
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
    const report = reportOf({ drift: wide, plan: { pending, evaluation } });
    const made = statusOf(report);
    expect(Buffer.byteLength(JSON.stringify(made))).toBeLessThan(16 * 1024);
    expect([made.pendingCount, made.findingCount]).toEqual([200, 200]);
    expect(made.findings?.length).toBeGreaterThan(1);
    expect(made.drift?.fields.length).toBeGreaterThan(3);
    const again = reportOf({ drift: wide, plan: { pending, evaluation }, now: '2026-05-01T00:00:00Z' });
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
    const wide = many(200, { expected: 'ü'.repeat(400), actual: '"'.repeat(400) });
    const pending = wide.map((each) => ({ field: each, waitingFor: 'Observe' }));
    const evaluation = { ...HEALTHY.evaluation, renewal };
    const made = statusOf(reportOf({ drift: wide, plan: { pending, evaluation } }));
    expect(Buffer.byteLength(JSON.stringify(made))).toBeLessThan(16 * 1024);
    expect(made.certificates?.serving?.map(({ pod }) => pod)).toEqual(
      certificates.slice(0, 10).map(({ pod }) => pod),
    );
    expect(made.drift?.fields.length).toBeGreaterThan(3);
  });

  it('says in Drifted what was corrected, and goes on saying it', () => {
    const first = statusOf(reportOf({ corrected: [field('a'), field('b')] }));
    const drifted = first.conditions?.find(({ type }) => type === 'Drifted');
    expect(drifted).toMatchObject({
      status: 'False',
      reason: 'DriftCorrected',
      message: 'corrected: StatefulSet/prometheus: 2 fields, last by kubectl-edit',
    });
    const later = reportOf({ now: '2026-05-01T00:00:00Z' });
    expect(statusOf({ ...later, resource: { ...later.resource, status: first } })).toStrictEqual(first);
  });
});
