// No hot loop where a rollout is stuck, a proof cannot be had or Prometheus does not do as it was told, on the real API
// server: what no-hot-loop.test.ts cannot build, since it moves the clock or a namespace's labels.
import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../testbed/api/kube-object.ts';
import { useTestBed, type TestBed } from '../support/control-plane.ts';
import { useController } from '../support/controller.ts';
import { comesAndGoes, useFlappingPrometheus, type Look } from '../support/flapping-prometheus.ts';
import { useStillMinute, type StillWorld } from '../support/still-minute.ts';
import { useStory } from '../support/story.ts';
import { PROMETHEUS_YAML, REWRITTEN_YAML } from '../support/world.ts';

const ALERT = 'remote error: tls: unknown certificate authority';
const MERGE = 'prometheus.istio.io/merge-metrics';

const [bed, refusing, optingOut] = [useTestBed(), useTestBed(), useTestBed()];
const optedOut = useTestBed({ labels: { 'istio-injection': 'disabled' } });
// One beyond all that is written here of itself, so that what was edited waits.
const controller = useController({ kubeconfig: () => bed.kubeconfig, templateWriteInterval: '1h' });
const flapping = useFlappingPrometheus();
const [story, refused, plain] = [useStory(bed), useStory(refusing), useStory(optingOut)];
const counters = new Map<string, () => number>();
const atStart = new Map<string, number>();

const podOf = (name: string, { namespace }: TestBed = bed): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: `${name}-0`, namespace },
});
const running = (pod: KubeObject): Promise<KubeObject | undefined> =>
  bed.api.waitForObject(pod, (seen) => seen?.status?.phase === 'Running');
const label = ({ namespace }: TestBed, labels: Record<string, string>): Promise<KubeObject> =>
  bed.api.patch(
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    { metadata: { labels } },
  );

/** A world that is done, and whose Prometheus then answers so. */
async function answers(name: string, config: string, look: Look): Promise<void> {
  await story.converged(name);
  const { podIP } = (await bed.api.get(podOf(name))).status as { podIP: string };
  counters.set(name, await flapping.start(podIP, config, look));
  await story.lookNow(name);
}

/** A world whose injected pod is changed before it is said to run. */
async function injected(name: string, change: (pod: KubeObject) => Promise<unknown>): Promise<() => void> {
  await story.world(name);
  const hasProxy = ({ metadata, spec }: KubeObject): boolean =>
    metadata.name === `${name}-0` &&
    (spec.containers as { name: string }[]).some((container) => container.name === 'istio-proxy');
  await running(podOf(name));
  const release = bed.kubelet.hold(hasProxy);
  await story.scrape(name);
  const pod = await bed.api.waitForObject(
    podOf(name),
    (seen) => seen !== undefined && hasProxy(seen) && seen.status?.containerStatuses !== undefined,
  );
  if (pod !== undefined) await change(pod);
  return release;
}

const PROMETHEUS_WORLDS: readonly StillWorld[] = [
  {
    name: 'never-reloaded',
    says: 'Reloaded False ConfigNotPropagated',
    build: async () => {
      await answers('never-reloaded', PROMETHEUS_YAML, comesAndGoes);
      await story.becomes('never-reloaded', 'Reloaded', { status: 'False', reason: 'WaitingForReload' });
      await controller.settled();
      controller.timers.advance(4 * 60_000);
    },
  },
  {
    // The same refused certificate, in another word at each look; the new target makes it look twice a minute.
    name: 'refused-by-targets',
    says: 'TargetsUp False CertificateFailure',
    build: () =>
      answers('refused-by-targets', REWRITTEN_YAML, (asked) =>
        asked % 2 === 1 ? [ALERT, 'EOF', undefined] : ['EOF', 'write: broken pipe', undefined],
      ),
  },
];

const ROLLOUT_WORLDS: readonly StillWorld[] = [
  {
    name: 'blocked',
    says: 'CertificatesReady False RolloutBlocked',
    build: async () => {
      const { statefulSet } = await story.world('blocked');
      const old = await running(podOf('blocked'));
      bed.kubelet.hold(({ metadata }) => metadata.uid === old?.metadata.uid);
      await bed.api.waitForObject(statefulSet, (set) => (set?.status?.readyReplicas ?? 0) === 0);
      await story.scrape('blocked');
      await story.becomes('blocked', 'WorkloadWired', { status: 'True' });
      await controller.settled();
      controller.timers.advance(2 * 60_000);
    },
  },
  {
    name: 'parted',
    says: 'CertificatesReady False RolloutPartitioned',
    build: async () => {
      const updateStrategy = { type: 'RollingUpdate', rollingUpdate: { partition: 1 } };
      await story.world('parted', { updateStrategy });
      await running(podOf('parted'));
      await story.scrape('parted');
    },
  },
  {
    name: 'crashing',
    says: 'CertificatesReady False ProxyCrashLooping',
    build: () =>
      injected('crashing', async (pod) => {
        const containerStatuses = (pod.status.containerStatuses as { name: string }[]).map((status) =>
          status.name === 'istio-proxy'
            ? { ...status, restartCount: 3, state: { waiting: { reason: 'CrashLoopBackOff' } } }
            : status,
        );
        await bed.api.patch(pod, { status: { containerStatuses } }, { subresource: 'status' });
      }),
  },
  {
    name: 'old-proxy',
    says: 'Ready False ProofImpossible',
    build: async () => {
      const release = await injected('old-proxy', async (pod) => {
        const containers = (pod.spec.containers as { name: string }[]).map((container) =>
          container.name === 'istio-proxy'
            ? { ...container, image: 'docker.io/istio/proxyv2:1.11.8' }
            : container,
        );
        await bed.api.patch(pod, { spec: { containers } });
      });
      release();
    },
  },
  {
    name: 'held',
    says: 'WorkloadWired False TemplateWriteInterval',
    build: async () => {
      const { statefulSet } = await story.converged('held', {}, { replicas: 0 });
      await bed.api.patch(
        statefulSet,
        { spec: { template: { metadata: { annotations: { [MERGE]: 'true' } } } } },
        { fieldManager: 'kubectl-edit' },
      );
    },
  },
];

const begins = (): void => {
  for (const [name, count] of counters) atStart.set(name, count());
};
const asked = (name: string): number => (counters.get(name)?.() ?? 0) - (atStart.get(name) ?? 0);

describe('a minute with what is stuck', () => {
  const worlds = [...PROMETHEUS_WORLDS, ...ROLLOUT_WORLDS];
  useStillMinute({ controller, story, worlds, begins });

  it('was lived through', () => {
    expect(asked('refused-by-targets')).toBeGreaterThanOrEqual(2);
    expect(asked('never-reloaded')).toBeGreaterThanOrEqual(1);
  });
});

describe('a minute in a namespace that takes no such pod', () => {
  const build = async (): Promise<void> => {
    await refused.world('unwelcome');
    await running(podOf('unwelcome', refusing));
    await label(refusing, { 'pod-security.kubernetes.io/enforce': 'restricted' });
    await refused.scrape('unwelcome');
    await refused.becomes('unwelcome', 'CertificatesReady', { status: 'False' });
    await bed.api.waitForList(
      { apiVersion: 'events.k8s.io/v1', kind: 'Event', metadata: { namespace: refusing.namespace } },
      (events) => events.some((event) => (event as { reason?: string }).reason === 'FailedCreate'),
    );
    await controller.settled();
    controller.timers.advance(31_000);
  };
  const says = 'CertificatesReady False PodCreationRefused';
  useStillMinute({ controller, story: refused, worlds: [{ name: 'unwelcome', says, build }] });
});

describe('a minute in a namespace that opts out of injection after the template was wired', () => {
  const build = async (): Promise<void> => {
    await plain.world('bare', { updateStrategy: { type: 'OnDelete' } });
    await running(podOf('bare', optingOut));
    await plain.scrape('bare');
    await plain.becomes('bare', 'CertificatesReady', { reason: 'RolloutOnDelete' });
    await label(optingOut, { 'istio-injection': 'disabled' });
    await bed.api.delete(podOf('bare', optingOut));
  };
  const says = 'CertificatesReady False PodNotInjected';
  useStillMinute({ controller, story: plain, worlds: [{ name: 'bare', says, build }] });
});

describe('a minute in a namespace that has opted out of injection', () => {
  const told = useStory(optedOut);
  const build = async (): Promise<void> => {
    await told.world('told', { replicas: 0 });
    await told.scrape('told');
  };
  const says = 'Ready False InjectionWouldNotHappen';
  useStillMinute({ controller, story: told, worlds: [{ name: 'told', says, build }] });
});
