import { describe, expect, it } from 'vitest';
import type { Pod, StatefulSet } from '../../../src/api/kubernetes.ts';
import { selectorRefusal } from '../../../src/plan/mesh-policy/selector-guard.ts';
import { otherWorkloads } from '../../../src/plan/workload/target.ts';
import { podOf } from '../../support/pod.ts';
import { subject } from '../../support/snapshot.ts';
import { statefulSet } from '../../support/stateful-set.ts';

describe('selectorRefusal', () => {
  const own = statefulSet();
  const twin = statefulSet({ metadata: { name: 'twin', uid: 'uid-twin' } });
  const other = statefulSet({ metadata: { name: 'other', uid: 'uid-other' }, labels: { app: 'other' } });
  const tail =
    ": a Sidecar and a PeerAuthentication made from it would reach another workload's pods, so neither is created; give the pods a label of their own";

  const refusal = (of: StatefulSet, sets: readonly StatefulSet[], pods: readonly Pod[]) => {
    const { snapshot, workload } = subject({ statefulSet: of, statefulSets: sets });
    return selectorRefusal(workload, { workloads: otherWorkloads(snapshot, workload), pods });
  };

  it.each([
    { name: 'only this workload', sets: [own], pods: [podOf(own)] },
    { name: 'another workload with other labels', sets: [own, other], pods: [podOf(own)] },
    { name: 'no pods at all', sets: [own], pods: [] },
  ])('accepts $name', ({ sets, pods }) => {
    expect(refusal(own, sets, pods)).toBeUndefined();
  });

  it.each([
    {
      name: 'a selector without labels',
      of: statefulSet({ spec: { selector: {} } }),
      sets: [own],
      pods: [],
      says: 'the StatefulSet has no spec.selector.matchLabels',
    },
    {
      name: 'another template with the same labels',
      of: own,
      sets: [own, twin],
      pods: [],
      says: 'app=prometheus also selects pods of StatefulSet/twin',
    },
    {
      name: 'a pod of another workload',
      of: own,
      sets: [own],
      pods: [podOf(own), podOf(twin)],
      says: 'app=prometheus also selects Pod/twin-0',
    },
    {
      name: 'a pod without an owner',
      of: own,
      sets: [own],
      pods: [podOf(own, { name: 'loose', metadata: { ownerReferences: [] } })],
      says: 'app=prometheus also selects Pod/loose',
    },
  ])('refuses $name', ({ of, sets, pods, says }) => {
    expect(refusal(of, sets, pods)).toEqual({
      reason: 'SelectorTooWide',
      message: says + tail,
      stalled: true,
    });
  });
});
