// The template is wired and the pods are not: one situation for each way in which a rollout can be stuck.
import type { KubernetesEvent, Pod, StatefulSet } from '../../../src/api/kubernetes.ts';
import { present } from '../../support/answers.ts';
import { podOf, type PodOptions } from '../../support/pod.ts';
import { NAMESPACE } from '../../support/scrape.ts';
import { statefulSet, wired } from '../../support/stateful-set.ts';
import { rolled } from '../world.ts';
import type { Situation, Situations } from './situation.ts';

interface Stuck {
  readonly spec?: Partial<StatefulSet['spec']>;
  readonly pods?: readonly Pod[];
  readonly events?: readonly KubernetesEvent[];
}

function stuck(name: string, { spec = {}, pods = [], events = [] }: Stuck): readonly [Situation] {
  const seen = rolled(wired({ spec }), { pods, events: present(events) });
  return [{ name, on: 'CertificatesReady', status: 'False', kstatus: 'InProgress', seen }];
}

const old = (rest: PodOptions = {}): Pod => podOf(statefulSet(), { proxy: 'none', ...rest });
const made = (rest: PodOptions): Pod => podOf(wired(), { proxy: 'starting', ...rest });
const misdirected = (pod: Pod): Pod => ({
  ...pod,
  spec: {
    ...pod.spec,
    containers: pod.spec.containers.map((each) =>
      each.name === 'istio-proxy' ? { ...each, env: [{ name: 'OUTPUT_CERTS', value: '/elsewhere' }] } : each,
    ),
  },
});
const crashes = { state: { waiting: { reason: 'CrashLoopBackOff' } } };
const unready = [{ type: 'Ready', status: 'False', lastTransitionTime: '2026-03-01T11:00:00Z' }];
const refused: KubernetesEvent = {
  apiVersion: 'events.k8s.io/v1',
  kind: 'Event',
  metadata: { name: 'e', namespace: NAMESPACE, uid: 'u', resourceVersion: '1' },
  reason: 'FailedCreate',
  note: 'Create Pod prometheus-0 in StatefulSet prometheus failed error: violates PodSecurity',
  deprecatedLastTimestamp: '2026-03-01T11:59:50Z',
};

export const ROLLOUT_SITUATIONS = {
  RolloutOnDelete: stuck('nobody deletes the old pod', {
    spec: { updateStrategy: { type: 'OnDelete' } },
    pods: [old()],
  }),
  RolloutPartitioned: stuck('the old pod is below the partition', {
    spec: { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 1 } } },
    pods: [old()],
  }),
  RolloutBlocked: stuck('the old pod is not ready', { pods: [old({ conditions: unready })] }),
  PodCreationRefused: stuck('the API server refuses the pod', { events: [refused] }),
  PodNotScheduled: stuck('no node takes the pod', {
    pods: [made({ conditions: [{ type: 'PodScheduled', status: 'False' }] })],
  }),
  PodNotInjected: stuck('nobody injected the pod', { pods: [made({ proxy: 'none' })] }),
  WiringIncoherent: stuck('a ProxyConfig of the mesh sets OUTPUT_CERTS to something else', {
    pods: [misdirected(made({ proxy: 'ready' }))],
  }),
  ProxyCrashLooping: stuck('the proxy crashes', { pods: [made({ says: { 'istio-proxy': crashes } })] }),
  ProxyNotReady: stuck('the proxy does not get ready', { pods: [made({ conditions: unready })] }),
  PrometheusNotRunning: stuck('Prometheus crashes', {
    pods: [made({ proxy: 'ready', running: false, says: { prometheus: crashes } })],
  }),
} as const satisfies Situations;
