import { describe, expect, it } from 'vitest';
import type { Condition } from '../../../src/api/prometheus-istio-scrape.gen.ts';
import type { AnsweredPrometheus } from '../../../src/plan/verification/served.ts';
import { planMissingPools, type MissingPools } from '../../../src/plan/verification/missing-pools.ts';
import { reads } from '../../support/answers.ts';
import { podOf } from '../../support/pod.ts';
import { scrape } from '../../support/scrape.ts';
import { NOW_MS, subject } from '../../support/snapshot.ts';
import { statefulSet } from '../../support/stateful-set.ts';

const JOB = 'kubernetes-pods-istio-secure';
const LONG_MS = 3_600_000;

interface Seen {
  readonly pools?: readonly string[] | undefined;
  readonly loadedAgoMs?: number;
}

function answered({ loadedAgoMs, ...seen }: Seen): AnsweredPrometheus {
  return {
    ...{ kind: 'answered', config: '', reloadSucceeded: true, targets: [] },
    pools: 'pools' in seen ? seen.pools : [],
    configLoadedMs: loadedAgoMs === undefined ? undefined : NOW_MS - loadedAgoMs,
  };
}

interface World {
  /** Of each replica: its pools, and how long ago it loaded its configuration. */
  readonly replicas?: readonly Seen[];
  /** What status says already: `False PoolMissing`, and how long ago it flipped. */
  readonly before?: Readonly<Record<string, { readonly says: string; readonly agoMs: number }>>;
  readonly spec?: Parameters<typeof scrape>[0];
  readonly reloadAsked?: boolean;
  readonly failed?: readonly (number | undefined)[];
  readonly jobs?: readonly string[];
}

function decide({
  replicas = [{}],
  before = {},
  spec = {},
  reloadAsked = false,
  failed = [],
  jobs = [JOB],
}: World): MissingPools {
  const of = statefulSet();
  const conditions = Object.entries(before).map(([type, { says, agoMs }]): Condition => {
    const [status = '', reason = ''] = says.split(' ');
    const lastTransitionTime = new Date(NOW_MS - agoMs).toISOString();
    return { type, status: status as Condition['status'], reason, message: '', lastTransitionTime };
  });
  const serving = replicas.map((each, index) => ({
    endpoint: { pod: `prometheus-${index}`, url: `http://10.0.0.${index}:9090` },
    seen: answered(each),
  }));
  const pods = serving.map(({ endpoint: { pod: name } }, index) => {
    const pod = podOf(of, { name });
    return { ...pod, status: { ...pod.status, podIP: `10.0.0.${index}` } };
  });
  const prometheus = Object.fromEntries(serving.map(({ endpoint, seen }) => [endpoint.pod, seen]));
  const failedPools = Object.fromEntries(failed.map((count, index) => [`prometheus-${index}`, count]));
  const seen = subject({
    resource: scrape(spec, { status: { conditions } }),
    reloadAsked,
    reads: reads({ statefulSet: of, pods, prometheus, failedPools }),
  });
  return planMissingPools(seen, jobs, serving);
}

const HTTP = { config: { reload: 'Http' } } as const;
const seenBefore = (agoMs: number) => ({ TargetsUp: { says: 'False PoolMissing', agoMs } });
const reloaded = (agoMs: number) => ({ TargetsUp: { says: 'Unknown WaitingForReload', agoMs } });

describe('planMissingPools', () => {
  const rows: readonly {
    readonly name: string;
    readonly world: World;
    readonly kind: MissingPools['kind'];
    readonly reloads?: true;
    readonly retryAfterMs?: number;
  }[] = [
    { name: 'has nothing to say without replicas', world: { replicas: [] }, kind: 'None' },
    { name: 'has nothing to say of no job', world: { jobs: [] }, kind: 'None' },
    {
      name: 'has nothing to say where the pool exists',
      world: { replicas: [{ pools: [JOB] }] },
      kind: 'None',
    },
    {
      name: 'leaves a pool that only some replicas lack to TargetsUp',
      world: { replicas: [{ pools: [JOB] }, {}], before: seenBefore(LONG_MS) },
      kind: 'None',
    },
    {
      name: 'has nothing to say of a Prometheus that does not name its pools',
      world: { replicas: [{ pools: undefined }, {}], before: seenBefore(LONG_MS) },
      kind: 'None',
    },
    {
      name: 'suspects what it sees for the first time, however long ago the load was',
      world: { replicas: [{ loadedAgoMs: LONG_MS }] },
      ...{ kind: 'Suspected', retryAfterMs: 11_000 },
    },
    {
      name: 'takes no other reason of TargetsUp for a first sight',
      world: { before: { TargetsUp: { says: 'False TargetsDown', agoMs: LONG_MS } } },
      ...{ kind: 'Suspected', retryAfterMs: 11_000 },
    },
    {
      name: 'waits until the minute after the load is over',
      world: { replicas: [{ loadedAgoMs: 31_000 }], before: seenBefore(1_000) },
      ...{ kind: 'Suspected', retryAfterMs: 30_000 },
    },
    {
      name: 'waits for the replica that loaded last',
      world: { replicas: [{ loadedAgoMs: LONG_MS }, { loadedAgoMs: 50_000 }], before: seenBefore(LONG_MS) },
      ...{ kind: 'Suspected', retryAfterMs: 11_000 },
    },
    {
      name: 'does not take its own status of a moment ago for a second sight',
      world: { before: seenBefore(1_000) },
      ...{ kind: 'Suspected', retryAfterMs: 10_000 },
    },
    {
      name: 'believes it when it is seen again a minute after the load',
      world: { replicas: [{ loadedAgoMs: 60_000 }], before: seenBefore(30_000) },
      ...{ kind: 'Missing', retryAfterMs: 60_000 },
    },
    {
      name: 'believes it of a Prometheus whose clock is an hour ahead',
      world: { replicas: [{ loadedAgoMs: -LONG_MS }], before: seenBefore(30_000) },
      ...{ kind: 'Missing', retryAfterMs: 60_000 },
    },
    {
      name: 'reloads once more where that is ours, before it believes it',
      world: { spec: HTTP, replicas: [{ loadedAgoMs: 60_000 }], before: seenBefore(30_000) },
      ...{ kind: 'Reloading', reloads: true, retryAfterMs: 61_000 },
    },
    {
      name: 'does not reload what is only observed',
      world: { spec: { ...HTTP, mode: 'Observe' }, before: seenBefore(30_000) },
      ...{ kind: 'Missing', retryAfterMs: 60_000 },
    },
    {
      name: 'does not reload twice in one reconciliation',
      world: { spec: HTTP, before: seenBefore(30_000), reloadAsked: true },
      ...{ kind: 'Reloading', retryAfterMs: 61_000 },
    },
    {
      name: 'gives the reload a minute',
      world: { spec: HTTP, replicas: [{ loadedAgoMs: 40_000 }], before: reloaded(41_000) },
      ...{ kind: 'Reloading', retryAfterMs: 21_000 },
    },
    {
      name: 'gives it a minute by its own clock too, where the clock of Prometheus is far off',
      world: { spec: HTTP, replicas: [{ loadedAgoMs: LONG_MS }], before: reloaded(20_000) },
      ...{ kind: 'Reloading', retryAfterMs: 41_000 },
    },
    {
      name: 'believes it a minute after the reload, and reloads no more',
      world: { spec: HTTP, replicas: [{ loadedAgoMs: 61_000 }], before: reloaded(62_000) },
      ...{ kind: 'Missing', retryAfterMs: 60_000 },
    },
    {
      name: 'goes on believing what Ready says, also just after a load',
      world: {
        spec: HTTP,
        replicas: [{ loadedAgoMs: 0 }],
        before: { Ready: { says: 'False PoolMissing', agoMs: 1_000 }, ...seenBefore(1_000) },
      },
      ...{ kind: 'Missing', retryAfterMs: 60_000 },
    },
  ];
  it.each(rows)('$name', ({ world, kind, reloads, retryAfterMs }) => {
    const made = decide(world);
    expect([made.kind, made.action?.endpoints.map(({ pod }) => pod), made.retryAfterMs]).toEqual([
      kind,
      reloads === undefined ? undefined : ['prometheus-0'],
      retryAfterMs,
    ]);
  });

  it('names the jobs that every replica lacks', () => {
    const replicas = [{ pools: ['a'] }, { pools: ['b'] }];
    expect(decide({ jobs: ['a', 'b', 'c', 'd'], replicas }).jobs).toEqual(['c', 'd']);
  });

  it.each([
    { name: 'files where one replica has failed to make a pool', failed: [0, 2], cause: 'Files' },
    { name: 'discovery where none has failed', failed: [0, 0], cause: 'Discovery' },
    { name: 'nothing where one does not say', failed: [0, undefined], cause: undefined },
    { name: 'nothing where none says', failed: [], cause: undefined },
  ] as const)('says $name', ({ failed, cause }) => {
    expect(decide({ replicas: [{}, {}], failed }).cause).toBe(cause);
  });

  it('asks every replica for the number of pools that it could not make, once a pool is missing', () => {
    const endpoint = { pod: 'p', url: 'http://10.9.9.9:9090' };
    const replicas = [{ endpoint, seen: { configLoadedMs: undefined, pools: [] } }];
    expect(planMissingPools(subject(), [JOB], replicas).needs).toEqual([{ kind: 'FailedPools', endpoint }]);
    const whole = [{ endpoint, seen: { configLoadedMs: undefined, pools: [JOB] } }];
    expect(planMissingPools(subject(), [JOB], whole).needs).toEqual([]);
  });
});
