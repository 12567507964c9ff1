import { describe, expect, it } from 'vitest';
import type { DriftField, DriftStatus } from '../../src/api/prometheus-istio-scrape.gen.ts';
import { driftDetections } from '../../src/report/drift.ts';
import {
  CORRECTED,
  type Given,
  T1,
  conflictOn,
  driftAfter,
  driftReport,
  driftStatus,
  driftedField,
  parts,
  recordOf,
  unreadable,
  withParts,
} from './drift-records.ts';

const rows: { name: string; given: Given; want: DriftStatus }[] = [
  { name: 'nothing of nothing', given: {}, want: driftStatus([]) },
  {
    name: 'a new difference as Active, seen now',
    given: { drift: [driftedField('a')] },
    want: driftStatus([recordOf('a', { firstSeenTime: T1 })]),
  },
  {
    name: 'what was corrected in the same reconciliation as it was',
    given: { corrected: [driftedField('a')] },
    want: driftStatus([recordOf('a', { ...CORRECTED, firstSeenTime: T1 })]),
  },
  {
    name: 'what still differs as it was, whatever managedFields say now',
    given: {
      before: driftStatus([recordOf('a')]),
      drift: [driftedField('a', { changedBy: { manager: 'helm', confidence: 'Exact', atMs: 9 } })],
    },
    want: driftStatus([recordOf('a')]),
  },
  {
    name: 'another value with its own maker, in front, not counted anew',
    given: {
      before: driftStatus([recordOf('b'), recordOf('a')]),
      drift: [
        driftedField('a', { actual: 'worse', changedBy: { manager: 'helm', confidence: 'Exact', atMs: 9 } }),
        driftedField('b'),
      ],
    },
    want: driftStatus([
      recordOf('a', { actual: 'worse', changedBy: { manager: 'helm', confidence: 'Exact' } }),
      recordOf('b'),
    ]),
  },
  {
    name: 'active drift that is corrected as the same drift',
    given: { before: driftStatus([recordOf('a')]), corrected: [driftedField('a')] },
    want: driftStatus([recordOf('a', CORRECTED)]),
  },
  {
    name: 'drift that comes back with a higher count, in front, first seen when it was',
    given: {
      before: driftStatus([recordOf('b', CORRECTED), recordOf('a', CORRECTED)]),
      corrected: [driftedField('a')],
    },
    want: driftStatus([recordOf('a', { ...CORRECTED, count: 2 }), recordOf('b', CORRECTED)], {
      detectedTotal: 3,
    }),
  },
  {
    name: 'drift that another manager corrected as Corrected',
    given: { before: driftStatus([recordOf('a')]) },
    want: driftStatus([recordOf('a', CORRECTED)]),
  },
  {
    name: 'drift of a part that cannot be read as still Active',
    given: { before: driftStatus([recordOf('a')]), plan: withParts({ workload: unreadable }) },
    want: driftStatus([recordOf('a')]),
  },
  {
    name: 'drift as still Active where nothing could be evaluated',
    given: { before: driftStatus([recordOf('a')], { activeCount: 30 }), plan: { evaluation: undefined } },
    want: driftStatus([recordOf('a')], { activeCount: 30, truncated: true }),
  },
  {
    name: 'no active drift of a part that is ignored, but what was corrected',
    given: {
      before: driftStatus([recordOf('a'), recordOf('b', CORRECTED)]),
      plan: withParts({ workload: { ...parts.workload, mode: 'Ignore' } }),
    },
    want: driftStatus([recordOf('b', CORRECTED)], { detectedTotal: 2 }),
  },
  {
    name: 'drift of a job that is skipped now as still Active',
    given: {
      before: driftStatus([
        recordOf('data[p].scrape_configs[j].tls_config.ca_file', { target: 'ConfigMap/p' }),
      ]),
      plan: withParts({ config: { ...parts.config, skippedJobs: [{ job: 'j' }] } }),
    },
    want: driftStatus([recordOf('data[p].scrape_configs[j].tls_config.ca_file', { target: 'ConfigMap/p' })]),
  },
  {
    name: 'Removed without actual and Added without expected',
    given: { drift: [driftedField('a', { actual: undefined }), driftedField('b', { expected: undefined })] },
    want: driftStatus(
      [
        { ...recordOf('a', { operation: 'Removed', firstSeenTime: T1 }), actual: undefined },
        { ...recordOf('b', { operation: 'Added', firstSeenTime: T1 }), expected: undefined },
      ].map((each) => JSON.parse(JSON.stringify(each)) as DriftField),
    ),
  },
  {
    name: 'the newest change first',
    given: {
      drift: [
        driftedField('a', { changedBy: { confidence: 'Unknown' } }),
        driftedField('b'),
        driftedField('c', { changedBy: { confidence: 'Exact', atMs: 9 } }),
      ],
    },
    want: driftStatus([
      recordOf('c', { firstSeenTime: T1, changedBy: { confidence: 'Exact' } }),
      recordOf('b', { firstSeenTime: T1 }),
      recordOf('a', { firstSeenTime: T1, changedBy: { confidence: 'Unknown' } }),
    ]),
  },
  {
    name: 'Conflict for the field that another manager holds, Active for its neighbour',
    given: {
      before: driftStatus([recordOf('spec.a'), recordOf('spec.b')]),
      drift: [driftedField('spec.a'), driftedField('spec.b')],
      outcomes: [conflictOn('.spec.a')],
    },
    want: driftStatus([recordOf('spec.a', { resolution: 'Conflict' }), recordOf('spec.b')]),
  },
  {
    name: 'Conflict as it was where nothing was tried',
    given: { before: driftStatus([recordOf('a', { resolution: 'Conflict' })]), drift: [driftedField('a')] },
    want: driftStatus([recordOf('a', { resolution: 'Conflict' })]),
  },
];

const OF_JOB = driftStatus([
  recordOf('data[p].scrape_configs[j].tls_config.ca_file', { target: 'ConfigMap/p' }),
]);
const OF_TEMPLATE = driftStatus([recordOf('a')]);
const REFUSED = { reason: 'VolumeNameTaken', message: '', stalled: true };

const ends: readonly {
  readonly name: string;
  readonly before: DriftStatus;
  readonly parts: object;
  readonly resolution: readonly string[];
}[] = [
  {
    name: 'keeps drift of a part that still needs reads',
    before: OF_TEMPLATE,
    parts: { workload: { ...parts.workload, needs: [{ kind: 'Pods' }] } },
    resolution: ['Active'],
  },
  {
    name: 'ends drift of a part that is refused although its fields are known',
    before: OF_TEMPLATE,
    parts: { workload: { ...parts.workload, refusal: REFUSED } },
    resolution: ['Corrected'],
  },
  {
    name: 'ends drift of a part that has no fields and is not refused',
    before: OF_TEMPLATE,
    parts: { workload: { ...parts.workload, fields: [] } },
    resolution: ['Corrected'],
  },
  {
    name: 'ends drift of a job beside one that is skipped',
    before: OF_JOB,
    parts: { config: { ...parts.config, skippedJobs: [{ job: 'other' }] } },
    resolution: ['Corrected'],
  },
  {
    name: 'keeps drift of a job beside others that are skipped',
    before: OF_JOB,
    parts: { config: { ...parts.config, skippedJobs: [{ job: 'other' }, { job: 'j' }] } },
    resolution: ['Active'],
  },
];

describe('recordDrift', () => {
  it.each(ends)('$name', ({ before, parts: changed, resolution }) => {
    const made = driftAfter({ before, plan: withParts(changed) });
    expect(made.fields.map((each) => each.resolution)).toEqual(resolution);
  });

  it.each([
    { name: 'counts drift without a record as gone where all was evaluated', changed: {}, activeCount: 0 },
    {
      name: 'counts it as gone where the rest is ignored',
      changed: { workload: { ...unreadable, mode: 'Ignore' } },
      activeCount: 0,
    },
    {
      name: 'goes on counting it where a part was not evaluated',
      changed: { workload: unreadable },
      activeCount: 10,
    },
  ])('$name', ({ changed, activeCount }) => {
    const before = driftStatus([], { activeCount: 10, detectedTotal: 10 });
    expect(driftAfter({ before, plan: withParts(changed) }).activeCount).toBe(activeCount);
  });

  it('goes on saying that records were cut off', () => {
    const before = driftStatus([], { truncated: true });
    expect(driftAfter({ before })).toMatchObject({ truncated: true, activeCount: 0 });
  });

  it.each(rows)('records $name', ({ given, want }) => {
    const seen = driftAfter(given);
    expect(seen).toStrictEqual(want);
  });

  it.each(rows)('records nothing new the second time: $name', ({ given, want }) => {
    const again = { before: want, drift: given.drift ?? [], now: '2026-03-02T00:00:00Z' };
    const rest = given.plan === undefined ? {} : { plan: given.plan };
    expect(driftAfter({ ...again, ...rest, outcomes: given.outcomes ?? [] })).toStrictEqual(want);
  });

  it('keeps two fields apart whose paths are too long for status', () => {
    const long = 'x'.repeat(300);
    const { fields } = driftAfter({ drift: [driftedField(`${long}.a`), driftedField(`${long}.b`)] });
    expect(fields.map(({ path }) => Array.from(path).length <= 256)).toEqual([true, true]);
    expect(new Set(fields.map(({ path }) => path)).size).toBe(2);
  });

  it('cuts values at 256 characters and names at 128', () => {
    const [seen] = driftAfter({
      drift: [
        driftedField('a', {
          actual: '😀'.repeat(300),
          changedBy: { manager: 'm'.repeat(200), confidence: 'Exact' },
        }),
      ],
    }).fields;
    expect([Array.from(seen?.actual ?? '').length, seen?.changedBy?.manager?.length]).toEqual([256, 128]);
  });
});

describe('driftDetections', () => {
  const detections = (given: Given) => Object.fromEntries(driftDetections(driftReport(given)));
  const none = {
    'PeerAuthentication/meshscrape-prometheus': 0,
    'Sidecar/meshscrape-prometheus': 0,
    'StatefulSet/prometheus': 0,
    'ConfigMap/prometheus': 0,
  };

  it('counts the fields of every managed object, 0 where all is well', () => {
    expect(detections({})).toEqual(none);
    expect(detections({ drift: [driftedField('a'), driftedField('b')] })).toEqual({
      ...none,
      'StatefulSet/prometheus': 2,
    });
  });

  it('leaves the ConfigMap out while nobody knows which', () => {
    const named = Object.entries(none).filter(([target]) => !target.startsWith('ConfigMap/'));
    const unnamed = withParts({ config: { ...parts.config, target: 'ConfigMap' } });
    expect(detections({ plan: unnamed })).toEqual(Object.fromEntries(named));
  });

  it('says nothing of what was not evaluated', () => {
    expect(detections({ plan: { evaluation: undefined } })).toEqual({});
  });
});
