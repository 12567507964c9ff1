import { describe, expect, it } from 'vitest';
import type { Pod } from '../../../src/api/kubernetes.ts';
import type { PrometheusSeen } from '../../../src/plan/model/prometheus-seen.ts';
import { undoReload, type UndoReload } from '../../../src/plan/undo/reload.ts';
import { reads, type Answers } from '../../support/answers.ts';
import { podOf } from '../../support/pod.ts';
import { scrape } from '../../support/scrape.ts';
import { NOW_MS, subject } from '../../support/snapshot.ts';
import { statefulSet } from '../../support/stateful-set.ts';
import { PROMETHEUS_YAML, REWRITTEN_YAML } from '../../support/world.ts';

const workload = statefulSet();
const running = podOf(workload);
const pod: Pod = { ...running, status: { ...running.status, podIP: '10.0.0.7' } };
const url = 'http://10.0.0.7:9090';
const old: PrometheusSeen = {
  ...{ kind: 'answered', config: PROMETHEUS_YAML, reloadSucceeded: true, configLoadedMs: 1000 },
  ...{ pools: [], targets: [] },
};
const silent: PrometheusSeen = { kind: 'silent', message: 'no route' };

interface World {
  readonly seen?: PrometheusSeen;
  readonly read?: { readonly pods: Answers['pods'] | undefined };
  readonly pods?: number;
  readonly agoMs?: number;
  readonly reload?: 'Http' | 'None';
}

function decide({ seen, read, pods = 1, agoMs = 60_000, reload = 'Http' }: World): UndoReload {
  const resource = scrape(
    { config: { reload } },
    {
      status: { config: { configMap: 'prometheus', rewrittenJobs: ['a'] }, workload: { pods } },
      metadata: { deletionTimestamp: new Date(NOW_MS - agoMs).toISOString() },
    },
  );
  const prometheus = seen === undefined ? {} : { prometheus: { 'prometheus-0': seen } };
  const { pods: shown, ...others } = reads({ pods: [pod] });
  const found = read === undefined ? shown : read.pods;
  const all: Answers = { ...others, ...prometheus, ...(found === undefined ? {} : { pods: found }) };
  const { snapshot, workload } = subject({ resource, reads: all });
  return undoReload(snapshot, workload);
}
const short = ({ needs, action, waitMs }: UndoReload) => [
  needs.map(({ kind }) => kind),
  action?.endpoints.map((endpoint) => endpoint.url),
  waitMs,
];

describe('undoReload', () => {
  const rows: readonly { name: string; world: World; says: readonly unknown[] }[] = [
    { name: 'reads the pods first', world: { read: { pods: undefined } }, says: [['Pods'], undefined, 0] },
    { name: 'then asks every Prometheus', world: {}, says: [['Prometheus'], undefined, 0] },
    { name: 'is confirmed where it serves the old paths', world: { seen: old }, says: [[], undefined, 0] },
    {
      name: 'reloads one that serves the new paths, and asks again',
      world: { seen: { ...old, config: REWRITTEN_YAML } },
      says: [[], [url], 10_000],
    },
    {
      name: 'does not take the text of a load that failed for an answer',
      world: { seen: { ...old, reloadSucceeded: false } },
      says: [[], [url], 10_000],
    },
    {
      name: 'leaves the reload to whom spec.config.reload leaves it',
      world: { seen: { ...old, config: REWRITTEN_YAML }, reload: 'None' },
      says: [[], undefined, 10_000],
    },
    {
      name: 'asks one that is silent again, and reloads nothing',
      world: { seen: silent },
      says: [[], undefined, 10_000],
    },
    {
      name: 'asks for no longer than five minutes',
      world: { seen: silent, agoMs: 295_000 },
      says: [[], undefined, 5_000],
    },
    { name: 'goes on after that', world: { seen: silent, agoMs: 300_000 }, says: [[], undefined, 0] },
    {
      name: 'gives pods that may not be read the whole time',
      world: { read: { pods: { kind: 'unreadable', message: 'forbidden' } } },
      says: [[], undefined, 240_000],
    },
    {
      name: 'gives a Prometheus that cannot be asked the whole time',
      world: { read: { pods: { kind: 'present', value: [{ ...pod, status: {} }] } } },
      says: [[], undefined, 240_000],
    },
    { name: 'has nothing to wait for without pods', world: { pods: 0 }, says: [[], undefined, 0] },
  ];
  it.each(rows)('$name', ({ world, says }) => {
    expect(short(decide(world))).toEqual(says);
  });
});
