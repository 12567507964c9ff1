// No hot loop, on the real API server, where a rollout is stuck, a proof cannot be had or Prometheus does not reload.
// The clock is moved here, and a namespace's labels are.
import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../testbed/api/kube-object.ts';
import { useTestBed, type TestBed } from '../support/control-plane.ts';
import { useController } from '../support/controller.ts';
import { useStillMinute, type StillWorld } from '../support/still-minute.ts';
import { useStillWorlds } from '../support/still-worlds.ts';
import { PROMETHEUS_YAML, REWRITTEN_YAML } from '../support/world.ts';

const ALERT = 'remote error: tls: unknown certificate authority';
const MERGE = 'prometheus.istio.io/merge-metrics';

const [bed, refusing, optingOut] = [useTestBed(), useTestBed(), useTestBed()];
const optedOut = useTestBed({ labels: { 'istio-injection': 'disabled' } });
const restricted = useTestBed({ labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } });
// One beyond all that is written here of itself, so that what was edited waits.
const controller = useController({ kubeconfig: () => bed.kubeconfig, templateWriteInterval: '1h' });
const [story, refused, plain] = [useStillWorlds(bed), useStillWorlds(refusing), useStillWorlds(optingOut)];
const { answers, asked, begins, edited, podOf, running } = story;

const label = ({ namespace }: TestBed, labels: Record<string, string>): Promise<KubeObject> =>
  bed.api.patch(
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    { metadata: { labels } },
  );

/** A world whose injected pod is changed before it is reported to run. */
async function injected(name: string, change: (pod: KubeObject) => Promise<unknown>): Promise<() => void> {
  await story.world(name);
  const hasProxy = ({ metadata, spec }: KubeObject): boolean =>
    metadata.name === `${name}-0` &&
    (spec.containers as { name: string }[]).some((container) => container.name === 'istio-proxy');
  await running(name);
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
      await answers('never-reloaded', PROMETHEUS_YAML);
      await story.becomes('never-reloaded', 'Reloaded', { status: 'False', reason: 'WaitingForReload' });
      await controller.advance(4 * 60_000);
    },
  },
  {
    // The same refused certificate, in other words each time; the new target makes it ask twice a minute.
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
      const old = await running('blocked');
      bed.kubelet.hold(({ metadata }) => metadata.uid === old?.metadata.uid);
      await bed.api.waitForObject(statefulSet, (set) => (set?.status?.readyReplicas ?? 0) === 0);
      await story.scrape('blocked');
      await story.becomes('blocked', 'WorkloadWired', { status: 'True' });
      await controller.advance(2 * 60_000);
    },
  },
  {
    name: 'parted',
    says: 'CertificatesReady False RolloutPartitioned',
    build: async () => {
      const updateStrategy = { type: 'RollingUpdate', rollingUpdate: { partition: 1 } };
      await story.world('parted', { updateStrategy });
      await running('parted');
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
      await story.converged('held', {}, { replicas: 0 });
      await edited('held', { spec: { template: { metadata: { annotations: { [MERGE]: 'true' } } } } });
    },
  },
];

describe('a minute with what is stuck', () => {
  const worlds = [...PROMETHEUS_WORLDS, ...ROLLOUT_WORLDS];
  useStillMinute({ controller, story, worlds, begins });

  it('asks Prometheus again in it', () => {
    expect(asked('refused-by-targets')).toBeGreaterThanOrEqual(2);
    expect(asked('never-reloaded')).toBeGreaterThanOrEqual(1);
  });
});

describe('a minute in a namespace that takes no such pod', () => {
  const build = async (): Promise<void> => {
    await refused.world('unwelcome', { updateStrategy: { type: 'OnDelete' } });
    await refused.running('unwelcome');
    await refused.scrape('unwelcome');
    await refused.becomes('unwelcome', 'CertificatesReady', { reason: 'RolloutOnDelete' });
    await label(refusing, { 'pod-security.kubernetes.io/enforce': 'restricted' });
    await bed.api.delete(refused.podOf('unwelcome'));
    await bed.api.waitForList(
      { apiVersion: 'events.k8s.io/v1', kind: 'Event', metadata: { namespace: refusing.namespace } },
      (events) => events.some((event) => (event as { reason?: string }).reason === 'FailedCreate'),
    );
    await controller.advance(31_000);
  };
  const says = 'CertificatesReady False PodCreationRefused';
  useStillMinute({ controller, story: refused, worlds: [{ name: 'unwelcome', says, build }] });
});

describe('a minute in a namespace that would take no such pod', () => {
  const outside = useStillWorlds(restricted);
  const build = async (): Promise<void> => {
    await outside.world('unwritten', { replicas: 0 });
    await outside.scrape('unwritten');
  };
  const says = 'Ready False PodWouldBeRefused';
  useStillMinute({ controller, story: outside, worlds: [{ name: 'unwritten', says, build }] });
});

describe('a minute in a namespace that opts out of injection after the template was wired', () => {
  const build = async (): Promise<void> => {
    await plain.world('bare', { updateStrategy: { type: 'OnDelete' } });
    await plain.running('bare');
    await plain.scrape('bare');
    await plain.becomes('bare', 'CertificatesReady', { reason: 'RolloutOnDelete' });
    await label(optingOut, { 'istio-injection': 'disabled' });
    await bed.api.delete(plain.podOf('bare'));
  };
  const says = 'CertificatesReady False PodNotInjected';
  useStillMinute({ controller, story: plain, worlds: [{ name: 'bare', says, build }] });
});

describe('a minute in a namespace that has opted out of injection', () => {
  const outside = useStillWorlds(optedOut);
  const build = async (): Promise<void> => {
    await outside.world('outside', { replicas: 0 });
    await outside.scrape('outside');
  };
  const says = 'Ready Unknown InjectionWouldNotHappen';
  useStillMinute({ controller, story: outside, worlds: [{ name: 'outside', says, build }] });
});
