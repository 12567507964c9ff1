import { describe, expect, it } from 'vitest';
import type { ObjectMeta } from '../../../src/api/kubernetes.ts';
import { statefulSetWorkload } from '../../../src/plan/workload/stateful-set.ts';
import { present } from '../../support/answers.ts';
import { podOf } from '../../support/pod.ts';
import { wired } from '../../support/stateful-set.ts';

describe('statefulSetWorkload', () => {
  const two = wired({ spec: { replicas: 2 } });
  it.each([
    { name: 'no pod of two exists', of: two, names: [], missing: 'prometheus-0' },
    { name: 'the first of two exists', of: two, names: ['prometheus-0'], missing: 'prometheus-1' },
    {
      name: 'one in between is missing',
      of: two,
      names: ['prometheus-0', 'prometheus-2'],
      missing: 'prometheus-1',
    },
    { name: 'every pod exists', of: two, names: ['prometheus-0', 'prometheus-1'], missing: undefined },
    { name: 'no pod is desired', of: wired({ spec: { replicas: 0 } }), names: [], missing: undefined },
    {
      name: 'more replicas are desired than anybody has',
      of: wired({ spec: { replicas: 2_147_483_647 } }),
      names: [],
      missing: 'prometheus-0',
    },
    {
      name: 'ordinals start later',
      of: wired({ spec: { ordinals: { start: 3 } } }),
      names: ['prometheus-0'],
      missing: 'prometheus-3',
    },
  ])('gives $missing as the first missing pod where $name', ({ of, names, missing }) => {
    const pods = names.map((name) => podOf(of, { name }));
    expect(statefulSetWorkload(of, present(pods)).rollout.missingPod).toBe(missing);
  });

  const revised = { observedGeneration: 2, currentRevision: 'a', updateRevision: 'b' };
  const rollouts = [
    { name: 'runs while its revisions differ', of: wired({ status: revised }), isRunning: true },
    {
      name: 'has ended where its revisions are equal',
      of: wired({ status: { ...revised, currentRevision: 'b' } }),
      isRunning: false,
    },
    {
      name: 'runs while the template has not been observed',
      of: wired({ metadata: { generation: 3 }, status: { ...revised, currentRevision: 'b' } }),
      isRunning: true,
    },
    {
      name: 'does not run under OnDelete',
      of: wired({ status: revised, spec: { updateStrategy: { type: 'OnDelete' } } }),
      isRunning: false,
    },
    {
      name: 'does not run under a partition',
      of: wired({ status: revised, spec: { updateStrategy: { rollingUpdate: { partition: 1 } } } }),
      isRunning: false,
    },
    {
      name: 'runs under partition 0',
      of: wired({ status: revised, spec: { updateStrategy: { rollingUpdate: { partition: 0 } } } }),
      isRunning: true,
    },
  ];
  it.each(rollouts)('says of a rollout that it $name', ({ of, isRunning }) => {
    expect(statefulSetWorkload(of, undefined).rollout.isRunning).toBe(isRunning);
  });

  const old = { metadata: { labels: { 'controller-revision-hash': 'a' } } };
  const held: readonly {
    name: string;
    of?: object;
    pod?: { readonly name?: string; readonly metadata?: Partial<ObjectMeta> };
    by: string | undefined;
  }[] = [
    { name: 'a pod of the update revision', pod: {}, by: undefined },
    {
      name: 'an old pod under OnDelete',
      of: { updateStrategy: { type: 'OnDelete' } },
      by: 'RolloutOnDelete',
    },
    {
      name: 'an old pod below the partition',
      of: { updateStrategy: { rollingUpdate: { partition: 1 } } },
      by: 'RolloutPartitioned',
    },
    {
      name: 'an old pod at the partition',
      of: { updateStrategy: { rollingUpdate: { partition: 1 } } },
      pod: { ...old, name: 'prometheus-1' },
      by: 'RolloutBlocked',
    },
    {
      name: 'an old pod below a partition of later ordinals',
      of: { ordinals: { start: 3 }, updateStrategy: { rollingUpdate: { partition: 1 } } },
      pod: { ...old, name: 'prometheus-3' },
      by: 'RolloutPartitioned',
    },
    { name: 'an old pod under OrderedReady', by: 'RolloutBlocked' },
    { name: 'an old pod under Parallel', of: { podManagementPolicy: 'Parallel' }, by: undefined },
    {
      name: 'an old pod that is being deleted',
      pod: { metadata: { ...old.metadata, deletionTimestamp: '2026-03-01T11:59:00Z' } },
      by: undefined,
    },
    { name: 'a pod without a revision', pod: { metadata: { labels: {} } }, by: undefined },
  ];
  it.each(held)('gives $by as what holds $name back', ({ of = {}, pod = old, by }) => {
    const live = wired({ status: revised, spec: of });
    const { rollout } = statefulSetWorkload(live, present([podOf(live, pod)]));
    expect(Object.values(rollout.heldBack).map(({ reason }) => reason)).toEqual(by === undefined ? [] : [by]);
  });

  it('counts the pods of the update revision, and of no other owner', () => {
    const live = wired({ status: revised });
    const pods = [
      podOf(live),
      podOf(live, { ...old, name: 'prometheus-1' }),
      podOf(live, { name: 'prometheus-2', metadata: { ownerReferences: [] } }),
    ];
    expect(statefulSetWorkload(live, present(pods)).rollout.currentPods).toEqual(['prometheus-0']);
  });

  it.each(['Succeeded', 'Failed'])(
    'counts no pod that has %s, since another is made in its place',
    (phase) => {
      const ended = { ...podOf(two, { name: 'prometheus-0' }), status: { phase } };
      const runs = podOf(two, { name: 'prometheus-1' });
      const workload = statefulSetWorkload(two, present([ended, runs]));
      expect(workload.pods).toEqual(present([runs]));
      expect(workload.rollout.missingPod).toBe('prometheus-0');
    },
  );

  it('counts no pod as current while no update revision is known', () => {
    const live = wired({ status: { observedGeneration: 1 } });
    const pod = podOf(live, { metadata: { labels: {} } });
    expect(statefulSetWorkload(live, present([pod])).rollout.currentPods).toEqual([]);
  });

  it.each([
    { generation: 2, isObserved: true },
    { generation: 3, isObserved: false },
  ])(
    'is observed: $isObserved, at generation $generation where status knows 2',
    ({ generation, isObserved }) => {
      const live = wired({ metadata: { generation }, status: revised });
      expect(statefulSetWorkload(live, undefined).rollout.isObserved).toBe(isObserved);
    },
  );
});
