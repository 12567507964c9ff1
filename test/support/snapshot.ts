// What a plan is made from: everything read, nothing wired, unless said otherwise.
import type { StatefulSet } from '../../src/api/kubernetes.ts';
import { mainText } from '../../src/plan/config/main-text.ts';
import { decideAdoption } from '../../src/plan/hand-wiring/adoption.ts';
import type { Snapshot } from '../../src/plan/model/snapshot.ts';
import type { Subject } from '../../src/plan/model/subject.ts';
import { findTarget } from '../../src/plan/workload/target.ts';
import { present, reads, readsOf, type Answers } from './answers.ts';
import { scrape } from './scrape.ts';
import { statefulSet } from './stateful-set.ts';

export const NOW_MS = Date.parse('2026-03-01T12:00:00Z');

export interface SnapshotOptions extends Partial<
  Omit<Snapshot, 'workload' | 'workloads' | 'sidecars' | 'peerAuthentications' | 'reads'>
> {
  readonly statefulSet?: StatefulSet | Snapshot['workload'];
  readonly statefulSets?: readonly StatefulSet[];
  readonly sidecars?: Snapshot['sidecars'];
  readonly peerAuthentications?: Snapshot['peerAuthentications'];
  readonly reads?: Answers;
}

/** A snapshot in which everything was read and nothing is wired, unless said otherwise. */
export function snapshot(options: SnapshotOptions = {}): Snapshot {
  const { statefulSet: seen = statefulSet(), statefulSets, reads: given, ...rest } = options;
  const resource = options.resource ?? scrape();
  const workload = 'metadata' in seen ? present(seen) : seen;
  const all = workload.kind === 'present' ? [workload.value] : [];
  return {
    resources: [resource],
    sidecars: present([]),
    peerAuthentications: present([]),
    nowMs: NOW_MS,
    templateWriteIntervalMs: 600_000,
    reloadAsked: false,
    ...rest,
    reads: readsOf(given ?? reads(all[0] === undefined ? {} : { statefulSet: all[0] })),
    resource,
    workload,
    workloads: statefulSets ?? all,
  };
}

/** What concerns are evaluated from; throws where the snapshot has no workload to work on. */
export function subject(options: SnapshotOptions = {}): Subject {
  const seen = snapshot(options);
  const target = findTarget(seen);
  if (target.kind === 'refused') throw new Error(target.refusal.message);
  const found = { snapshot: seen, workload: target.workload, container: target.container };
  const { paths, isAdopted, isInherited, foreign, filled } = decideAdoption(found, mainText(found));
  return { ...found, paths, isAdopted, isInherited, foreign, filled };
}
