// Every stuck rollout by its own reason, in CertificatesReady and in Ready, while every gate stays where it was.
import { describe, expect, it } from 'vitest';
import type { KubernetesEvent, Pod } from '../../src/api/kubernetes.ts';
import type { Observed } from '../../src/plan/model/observed.ts';
import { plan } from '../../src/plan/plan.ts';
import { conditionsOf } from '../../src/report/conditions.ts';
import { present, reads } from '../support/answers.ts';
import { podOf } from '../support/pod.ts';
import { NAMESPACE, scrape } from '../support/scrape.ts';
import { NOW_MS, snapshot } from '../support/snapshot.ts';
import { type WorkloadOptions, statefulSet, wired } from '../support/stateful-set.ts';
import { reportAfter, rolled } from './world.ts';

const NOTE =
  'Create Pod prometheus-0 in StatefulSet prometheus failed error: pods "prometheus-0" is forbidden: violates PodSecurity';
const refused = (seconds: number): KubernetesEvent => ({
  apiVersion: 'events.k8s.io/v1',
  kind: 'Event',
  metadata: { name: 'e', namespace: NAMESPACE, uid: 'u', resourceVersion: '1' },
  reason: 'FailedCreate',
  note: NOTE,
  deprecatedLastTimestamp: new Date(NOW_MS - seconds * 1000).toISOString(),
});
const old = podOf(statefulSet(), { proxy: 'none' });
const crash = { state: { waiting: { reason: 'CrashLoopBackOff' } } };
const long = [{ type: 'Ready', status: 'False', lastTransitionTime: '2026-03-01T11:00:00Z' }];
const rolling = { currentRevision: 'prometheus-1', updateRevision: 'prometheus-2', observedGeneration: 1 };
const strategy = (type: string, rollingUpdate?: { partition: number }): WorkloadOptions => ({
  spec: { updateStrategy: { type, ...(rollingUpdate === undefined ? {} : { rollingUpdate }) } },
});

interface Row {
  readonly name: string;
  readonly of?: WorkloadOptions;
  readonly pods?: readonly Pod[];
  readonly events?: Observed<readonly KubernetesEvent[]>;
  readonly reason: string;
  readonly says: string;
  readonly retryAfterMs?: number;
}

const rows: readonly Row[] = [
  {
    name: 'OnDelete',
    of: strategy('OnDelete'),
    pods: [old],
    reason: 'RolloutOnDelete',
    says: 'kubectl delete pod -n app-metrics prometheus-0',
  },
  {
    name: 'a partition',
    of: strategy('RollingUpdate', { partition: 1 }),
    pods: [old],
    reason: 'RolloutPartitioned',
    says: 'partition 1',
  },
  {
    name: 'an old pod that nobody replaces',
    pods: [podOf(statefulSet(), { proxy: 'none', conditions: long })],
    reason: 'RolloutBlocked',
    says: 'kubectl delete pod -n app-metrics prometheus-0',
  },
  {
    name: 'a refused pod',
    pods: [],
    events: present([refused(10)]),
    reason: 'PodCreationRefused',
    says: `0 of 1 pods exist: ${NOTE}`,
    retryAfterMs: 300_000,
  },
  {
    name: 'a refused pod beside an old one: the refusal comes first',
    of: { spec: { replicas: 2 } },
    pods: [podOf(statefulSet(), { name: 'prometheus-1', proxy: 'none' })],
    events: present([refused(10)]),
    reason: 'PodCreationRefused',
    says: `1 of 2 pods exist: ${NOTE}`,
    retryAfterMs: 300_000,
  },
  {
    name: 'a pod that is missing and was refused long ago',
    pods: [],
    events: present([refused(3600)]),
    reason: 'WaitingForCertificates',
    says: '0 of 1 pods exist',
    retryAfterMs: 30_000,
  },
  {
    name: 'a pod that is missing where Events may not be read',
    pods: [],
    events: { kind: 'unreadable', message: 'list Event app-metrics: forbidden' },
    reason: 'WaitingForCertificates',
    says: '0 of 1 pods exist; why cannot be seen: list Event app-metrics: forbidden',
    retryAfterMs: 30_000,
  },
  {
    name: 'a pod that nobody injected',
    pods: [podOf(wired(), { proxy: 'none' })],
    reason: 'PodNotInjected',
    says: 'no istio-proxy container',
  },
  {
    name: 'a proxy that crashes',
    pods: [podOf(wired(), { proxy: 'starting', says: { 'istio-proxy': crash } })],
    reason: 'ProxyCrashLooping',
    says: '1 of 1 pods are not wired: prometheus-0: istio-proxy crashes again and again',
  },
  {
    name: 'a proxy that does not get ready',
    pods: [podOf(wired(), { proxy: 'starting', conditions: long })],
    reason: 'ProxyNotReady',
    says: 'istio-proxy is not ready',
  },
  {
    name: 'a pod that no node takes',
    pods: [podOf(wired(), { proxy: 'starting', conditions: [{ type: 'PodScheduled', status: 'False' }] })],
    reason: 'PodNotScheduled',
    says: 'no node takes it',
  },
  {
    name: 'a Prometheus that crashes',
    pods: [podOf(wired(), { running: false, says: { prometheus: crash } })],
    reason: 'PrometheusNotRunning',
    says: 'prometheus crashes again and again',
  },
  {
    name: 'the more urgent of two',
    of: { spec: { replicas: 2 } },
    pods: [
      podOf(wired(), { proxy: 'none' }),
      podOf(wired(), { name: 'prometheus-1', proxy: 'starting', says: { 'istio-proxy': crash } }),
    ],
    reason: 'ProxyCrashLooping',
    says: '2 of 2 pods are not wired: prometheus-1: istio-proxy crashes',
  },
  {
    name: 'a proxy that starts',
    pods: [
      podOf(wired(), {
        proxy: 'starting',
        conditions: [{ type: 'Ready', status: 'False', lastTransitionTime: '2026-03-01T11:59:00Z' }],
      }),
    ],
    reason: 'WaitingForCertificates',
    says: 'istio-proxy is not ready',
    retryAfterMs: 60_000,
  },
];

function evaluate({ of = {}, pods = [], events = present([]) }: Row, statefulSetStatus = {}) {
  const workload = wired({
    ...of,
    status: { ...rolling, currentRevision: 'prometheus-2', ...statefulSetStatus },
  });
  const resource = scrape({}, { status: { observedGeneration: 1 } });
  const report = reportAfter({ seen: { ...rolled(workload, { pods, events }), resource } });
  const all = conditionsOf(report);
  return { plan: report.plan, of: (type: string) => all.find((each) => each.type === type) };
}

describe('conditionsOf, with a stuck rollout', () => {
  it.each(rows)('is $reason with $name, and opens no gate', (row) => {
    const { plan: made, of } = evaluate(row);
    const { reason, says } = row;
    const message = expect.stringContaining(says) as string;
    expect(of('CertificatesReady')).toMatchObject({ status: 'False', reason, message });
    expect(of('Ready')).toMatchObject({ status: 'Unknown', reason, message });
    expect(of('Reconciling')).toMatchObject({ status: 'True', reason });
    expect(of('ConfigRewritten')).toMatchObject({
      status: 'False',
      reason: 'WaitingForCertificates',
      message,
    });
    expect([made.actions, made.evaluation?.gates.config]).toMatchObject([
      [],
      { kind: 'Closed', waitingFor: 'CertificatesReady' },
    ]);
    expect(made.retryAfterMs).toBe(row.retryAfterMs);
  });

  it('is said by Ready too where the template waits for the rollout', () => {
    const drifted = { labels: { 'sidecar.istio.io/inject': 'false' } };
    const stuck = { name: '', pods: [podOf(statefulSet(), { proxy: 'none', conditions: long })] };
    const row = { ...stuck, of: drifted, reason: '', says: '' };
    const { of } = evaluate(row, { currentRevision: 'prometheus-1' });
    expect(of('WorkloadWired')).toMatchObject({ status: 'False', reason: 'WaitingForRollout' });
    expect(of('Ready')).toMatchObject({ status: 'Unknown', reason: 'RolloutBlocked' });
    const running = evaluate({ ...row, pods: [old] }, { currentRevision: 'prometheus-1' });
    expect(running.of('Ready')).toMatchObject({ status: 'Unknown', reason: 'WaitingForRollout' });
  });
});

describe('plan, in need of Events', () => {
  it.each([
    { name: 'a pod is missing', pods: [], generation: 1, needs: ['Events'] },
    { name: 'the StatefulSet controller has not seen the template', pods: [], generation: 2, needs: [] },
    { name: 'every pod is there', pods: [old], generation: 1, needs: [] },
  ])('asks for $needs where $name', ({ pods, generation, needs }) => {
    const workload = wired({ metadata: { generation }, status: rolling });
    const seen = snapshot({
      statefulSet: workload,
      reads: { ...reads({ statefulSet: workload, pods }), events: undefined } as never,
    });
    expect(plan(seen).needs.map(({ kind }) => kind)).toEqual(needs);
  });
});
