import { describe, expect, it } from 'vitest';
import type { KubernetesEvent, StatefulSet } from '../../../src/api/kubernetes.ts';
import type { Lack } from '../../../src/plan/certificates/pod-wiring.ts';
import { creationRefusal, heldBack } from '../../../src/plan/certificates/rollout.ts';
import { statefulSetWorkload } from '../../../src/plan/workload/stateful-set.ts';
import { present } from '../../support/answers.ts';
import { podOf, type PodOptions } from '../../support/pod.ts';
import { NAMESPACE } from '../../support/scrape.ts';
import { NOW_MS } from '../../support/snapshot.ts';
import { statefulSet, wired } from '../../support/stateful-set.ts';

const LACK: Lack = { reason: 'WaitingForCertificates', message: 'no volume' };
const at = (minutesAgo: number) => new Date(NOW_MS - minutesAgo * 60_000).toISOString();
const unready = (minutesAgo: number) => ({
  conditions: [{ type: 'Ready', status: 'False', lastTransitionTime: at(minutesAgo) }],
});
const ready = { conditions: [{ type: 'Ready', status: 'True' }] };
const partition = (count: number) => ({
  updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: count } },
});

describe('heldBack', () => {
  const rows: {
    name: string;
    spec?: Partial<StatefulSet['spec']>;
    pod?: PodOptions;
    /** Made from the template as it is now. */
    current?: boolean;
    want: Lack;
  }[] = [
    { name: 'a ready pod that will be replaced', pod: ready, want: LACK },
    {
      name: 'an old pod under OnDelete',
      spec: { updateStrategy: { type: 'OnDelete' } },
      want: {
        reason: 'RolloutOnDelete',
        message:
          'no volume; updateStrategy is OnDelete: delete the pod yourself when it suits you (kubectl delete pod -n app-metrics prometheus-0)',
      },
    },
    {
      name: 'a pod of the update revision under OnDelete, whose deletion would change nothing',
      spec: { updateStrategy: { type: 'OnDelete' } },
      current: true,
      want: LACK,
    },
    {
      name: 'a pod that is being deleted under OnDelete',
      spec: { updateStrategy: { type: 'OnDelete' } },
      pod: { metadata: { deletionTimestamp: 'now', labels: { 'controller-revision-hash': 'prometheus-1' } } },
      want: LACK,
    },
    {
      name: 'a pod without a revision under OnDelete',
      spec: { updateStrategy: { type: 'OnDelete' } },
      pod: { metadata: { labels: {} } },
      want: LACK,
    },
    {
      name: 'a pod below the partition',
      spec: partition(1),
      want: {
        reason: 'RolloutPartitioned',
        message: 'no volume; updateStrategy has partition 1: lower it to let the pods be replaced',
      },
    },
    {
      name: 'a pod at the partition',
      spec: partition(1),
      pod: { name: 'prometheus-1', ...ready },
      want: LACK,
    },
    {
      name: 'a pod below the partition, which counts from the first ordinal',
      spec: { ...partition(1), ordinals: { start: 5 } },
      pod: { name: 'prometheus-5' },
      want: {
        reason: 'RolloutPartitioned',
        message: 'no volume; updateStrategy has partition 1: lower it to let the pods be replaced',
      },
    },
    {
      name: 'an old pod that is not ready for long, under OrderedReady',
      pod: unready(2),
      want: {
        reason: 'RolloutBlocked',
        message:
          'it is of an earlier revision and not ready, so under OrderedReady nobody replaces it: kubectl delete pod -n app-metrics prometheus-0',
      },
    },
    {
      name: 'an old pod that is not ready yet',
      pod: unready(0.5),
      want: { ...LACK, retryAfterMs: 90_000 },
    },
    {
      name: 'an old pod that is not ready under Parallel, which is replaced all the same',
      spec: { podManagementPolicy: 'Parallel' },
      pod: unready(60),
      want: LACK,
    },
  ];
  it.each(rows)('gives $want.reason for $name', ({ spec, pod, current, want }) => {
    const of = wired(spec === undefined ? {} : { spec });
    const old = podOf(current === true ? of : statefulSet(), pod);
    const workload = statefulSetWorkload(of, present([old]));
    expect(heldBack(old, LACK, { workload, nowMs: NOW_MS })).toEqual(want);
  });
});

describe('creationRefusal', () => {
  const event = (
    reason: string,
    minutesAgo: number,
    rest: Partial<KubernetesEvent> = {},
  ): KubernetesEvent => ({
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { name: 'e', namespace: NAMESPACE, uid: 'u', resourceVersion: '1', creationTimestamp: at(600) },
    reason,
    note: 'Create Pod prometheus-0 in StatefulSet prometheus failed error: no',
    eventTime: null,
    deprecatedLastTimestamp: at(minutesAgo),
    ...rest,
  });
  const NOTE = 'Create Pod prometheus-0 in StatefulSet prometheus failed error: no';
  const rows = [
    { name: 'says nothing without an Event', events: [], says: undefined },
    { name: 'says why the last try failed', events: [event('FailedCreate', 1)], says: NOTE },
    {
      name: 'says why the last try failed after an earlier success',
      events: [event('SuccessfulCreate', 9), event('FailedCreate', 1)],
      says: NOTE,
    },
    {
      name: 'says why the last try failed in the second in which the old pod went',
      events: [event('SuccessfulDelete', 1), event('FailedCreate', 1)],
      says: NOTE,
    },
    {
      name: 'says nothing of an earlier failure where the pod was created since',
      events: [event('FailedCreate', 9), event('SuccessfulCreate', 5)],
      says: undefined,
    },
    {
      name: 'says nothing of an earlier failure where the pod has only just been deleted',
      events: [event('FailedCreate', 9), event('SuccessfulDelete', 0)],
      says: undefined,
    },
    {
      name: 'says nothing of a refusal that was not repeated for half an hour',
      events: [event('FailedCreate', 31)],
      says: undefined,
    },
    {
      name: 'says nothing where another pod was refused',
      events: [
        event('FailedCreate', 1, { note: 'Create Pod prometheus-01 in StatefulSet prometheus failed' }),
      ],
      says: undefined,
    },
    {
      name: 'says why the claim of the pod was refused',
      events: [
        event('FailedCreate', 1, {
          note: 'Create Claim data-prometheus-0 for Pod prometheus-0 in StatefulSet prometheus failed error: quota',
        }),
      ],
      says: 'Create Claim data-prometheus-0 for Pod prometheus-0 in StatefulSet prometheus failed error: quota',
    },
    {
      name: 'says nothing of another Event about the pod',
      events: [event('RecreatingFailedPod', 0), event('FailedCreate', 1)],
      says: NOTE,
    },
    {
      name: 'says the newer of two refusals',
      events: [event('FailedCreate', 1, { note: `${NOTE}!` }), event('FailedCreate', 5)],
      says: `${NOTE}!`,
    },
    {
      name: 'says the same one of two refusals of one second every time',
      events: [event('FailedCreate', 1, { note: `${NOTE}!` }), event('FailedCreate', 1)],
      says: NOTE,
    },
    {
      name: 'reads the Events of a recorder of the newer API',
      events: [
        event('FailedCreate', 1, { deprecatedLastTimestamp: null, series: { lastObservedTime: at(1) } }),
        event('SuccessfulCreate', 5, { deprecatedLastTimestamp: null, eventTime: at(5) }),
      ],
      says: NOTE,
    },
  ];
  it.each(rows)('$name', ({ events, says }) => {
    expect(creationRefusal('prometheus-0', present(events), NOW_MS)).toBe(says);
  });

  it('does not know where Events may not be read', () => {
    const events = { kind: 'unreadable' as const, message: 'forbidden' };
    expect(creationRefusal('prometheus-0', events, NOW_MS)).toBeUndefined();
  });
});
