import { describe, expect, it } from 'vitest';
import type { Pod } from '../../../src/api/kubernetes.ts';
import type { Condition } from '../../../src/api/prometheus-istio-scrape.gen.ts';
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
const other = podOf(workload, { name: 'prometheus-1' });
const secondPod: Pod = { ...other, status: { ...other.status, podIP: '10.0.0.8' } };
const url = 'http://10.0.0.7:9090';
const old: PrometheusSeen = {
  ...{ kind: 'answered', config: PROMETHEUS_YAML, reloadSucceeded: true, configLoadedMs: 1000 },
  ...{ pools: [], targets: [] },
};
const silent: PrometheusSeen = { kind: 'silent', message: 'no route' };

const BACK: Condition = {
  ...{ type: 'ConfigRewritten', reason: 'Terminating', message: '' },
  ...{ status: 'False', lastTransitionTime: '2026-03-01T11:59:00Z' },
};

interface World {
  readonly seen?: PrometheusSeen;
  readonly read?: { readonly pods: Answers['pods'] | undefined };
  /** What a second replica says. */
  readonly second?: PrometheusSeen;
  readonly rewritten?: readonly string[];
  /** ConfigRewritten says that the jobs read their old files again. */
  readonly isBack?: boolean;
  readonly agoMs?: number;
  readonly reload?: 'Http' | 'None';
}

function decide({
  seen,
  second,
  read,
  rewritten = ['a'],
  isBack = false,
  agoMs = 60_000,
  reload = 'Http',
}: World): UndoReload {
  const resource = scrape(
    { config: { reload } },
    {
      status: {
        config: { configMap: 'prometheus', rewrittenJobs: rewritten },
        ...(isBack ? { conditions: [BACK] } : {}),
      },
      metadata: { deletionTimestamp: new Date(NOW_MS - agoMs).toISOString() },
    },
  );
  const answers = Object.fromEntries(
    [seen, second].flatMap((each, index) => (each === undefined ? [] : [[`prometheus-${index}`, each]])),
  );
  const prometheus = { prometheus: answers };
  const { pods: shown, ...others } = reads({ pods: second === undefined ? [pod] : [pod, secondPod] });
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
    { name: 'asks for the pods first', world: { read: { pods: undefined } }, says: [['Pods'], undefined, 0] },
    { name: 'asks every Prometheus once it knows the pods', world: {}, says: [['Prometheus'], undefined, 0] },
    {
      name: 'reloads those that serve the new paths, beside one that is silent',
      world: { seen: silent, second: { ...old, config: REWRITTEN_YAML } },
      says: [[], ['http://10.0.0.8:9090'], 10_000],
    },
    {
      name: 'reloads those that serve the new paths, beside one that is confirmed',
      world: { seen: old, second: { ...old, config: REWRITTEN_YAML } },
      says: [[], ['http://10.0.0.8:9090'], 10_000],
    },
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
      name: 'does not take a text without the jobs of scrape_config_files for an answer, and reloads it',
      world: { seen: { ...old, config: `scrape_config_files:\n- extra.yaml\n${PROMETHEUS_YAML}` } },
      says: [[], [url], 10_000],
    },
    {
      name: 'reloads such a one once a minute',
      world: {
        seen: { ...old, config: 'scrape_config_files:\n- extra.yaml\n', configLoadedMs: NOW_MS - 59_999 },
      },
      says: [[], undefined, 10_000],
    },
    {
      name: 'does not wait for such a one after five minutes',
      world: { seen: { ...old, config: 'scrape_config_files:\n- extra.yaml\n' }, agoMs: 300_000 },
      says: [[], undefined, 0],
    },
    {
      name: 'leaves the reload to the user under spec.config.reload None',
      world: { seen: { ...old, config: REWRITTEN_YAML }, reload: 'None' },
      says: [[], undefined, 10_000],
    },
    {
      name: 'asks one that is silent again, and reloads nothing',
      world: { seen: silent },
      says: [[], undefined, 10_000],
    },
    {
      name: 'waits for no longer than five minutes',
      world: { seen: silent, agoMs: 295_000 },
      says: [[], undefined, 5_000],
    },
    {
      name: 'does not wait after five minutes',
      world: { seen: silent, agoMs: 300_000 },
      says: [[], undefined, 0],
    },
    {
      name: 'waits the whole time for pods that may not be read',
      world: { read: { pods: { kind: 'unreadable', message: 'forbidden' } } },
      says: [[], undefined, 240_000],
    },
    {
      name: 'waits the whole time for a Prometheus that cannot be asked',
      world: { read: { pods: { kind: 'present', value: [{ ...pod, status: {} }] } } },
      says: [[], undefined, 240_000],
    },
    {
      name: 'does not wait without pods',
      world: { read: { pods: { kind: 'present', value: [] } } },
      says: [[], undefined, 0],
    },
    {
      name: 'does not wait where no job was rewritten',
      world: { seen: silent, rewritten: [] },
      says: [[], undefined, 0],
    },
    {
      name: 'waits where status says that the jobs are back',
      world: { seen: silent, rewritten: [], isBack: true },
      says: [[], undefined, 10_000],
    },
  ];
  it.each([
    { name: 'the pods that do not serve the old paths', seen: silent, second: old, says: 'prometheus-0' },
    { name: 'every one of them', seen: silent, second: silent, says: 'prometheus-0, prometheus-1' },
  ])('names $name, and until when it waits', ({ seen, second, says }) => {
    expect(decide({ seen, second }).wait).toEqual({
      message: `${says} to serve the old paths again`,
      untilMs: NOW_MS + 240_000,
    });
  });

  it.each(rows)('$name', ({ world, says }) => {
    expect(short(decide(world))).toEqual(says);
  });
});
