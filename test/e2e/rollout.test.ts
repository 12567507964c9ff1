// A rollout that is stuck, on the real StatefulSet controller: each fault has its own reason, the fix that status names
// is the fix, and the config waits until it was made.
import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../testbed/api/kube-object.ts';
import { useTestBed } from '../support/control-plane.ts';
import { useController } from '../support/controller.ts';
import { condition, useStory } from '../support/story.ts';
import { PROMETHEUS_YAML, REWRITTEN_YAML } from '../support/world.ts';

const bed = useTestBed();
const controller = useController({ kubeconfig: () => bed.kubeconfig });
const { names, world, scrape, becomes } = useStory(bed);

const podAt = (name: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: bed.namespace },
});
const running = (name: string) =>
  bed.api.waitForObject(podAt(name), (pod) => pod?.status?.phase === 'Running');
const configOf = async (name: string) => (await bed.api.get(names(name).configMap)).data?.['prometheus.yaml'];
const labelNamespace = (labels: Record<string, string | null>) =>
  bed.api.patch(
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: bed.namespace } },
    { metadata: { labels } },
  );

/** Both conditions say it, and nothing was rewritten; answers the message. */
async function isStuck(name: string, reason: string): Promise<string> {
  const seen = await becomes(name, 'CertificatesReady', { status: 'False', reason });
  expect(condition(seen, 'Ready')).toMatchObject({ status: 'Unknown', reason });
  expect(await configOf(name)).toBe(PROMETHEUS_YAML);
  return condition(seen, 'CertificatesReady')?.message ?? '';
}

async function getsThere(name: string): Promise<void> {
  await becomes(name, 'Ready', { status: 'True' });
  expect(await configOf(name)).toBe(REWRITTEN_YAML);
}

describe('a rollout that is stuck', () => {
  it('by a partition', async () => {
    const rollingUpdate = { partition: 1 };
    const all = await world('parted', {
      replicas: 2,
      updateStrategy: { type: 'RollingUpdate', rollingUpdate },
    });
    await running('parted-1');
    await scrape('parted');
    expect(await isStuck('parted', 'RolloutPartitioned')).toContain('parted-0: no volume of certificates');
    await bed.api.patch(all.statefulSet, { spec: { updateStrategy: { rollingUpdate: { partition: 0 } } } });
    await getsThere('parted');
  });

  it('by PodSecurity, in the words of the API server, and without another write', async () => {
    await world('refused', { updateStrategy: { type: 'OnDelete' } });
    await running('refused-0');
    await scrape('refused');
    await isStuck('refused', 'RolloutOnDelete');
    // Labelled so from the start, the template would not even be written.
    await labelNamespace({ 'pod-security.kubernetes.io/enforce': 'restricted' });
    try {
      await bed.api.delete(podAt('refused-0'));
      await bed.api.waitForList(
        { apiVersion: 'events.k8s.io/v1', kind: 'Event', metadata: { namespace: bed.namespace } },
        (events) => events.some((event) => (event as { reason?: string }).reason === 'FailedCreate'),
      );
      await controller.advance(31_000);
      const message = await isStuck('refused', 'PodCreationRefused');
      expect(message).toMatch(
        /^0 of 1 pods exist: create Pod refused-0 in StatefulSet refused failed error: pods "refused-0" is forbidden: violates PodSecurity "restricted:latest"/i,
      );
      const { resourceVersion } = (await bed.api.get(names('refused').resource)).metadata;
      await controller.checkAgain(`${bed.namespace}/refused`);
      expect((await bed.api.get(names('refused').resource)).metadata.resourceVersion).toBe(resourceVersion);
    } finally {
      await labelNamespace({ 'pod-security.kubernetes.io/enforce': null });
    }
    await getsThere('refused');
  });

  it('by a namespace in which nobody injects', async () => {
    await world('plain', { updateStrategy: { type: 'OnDelete' } });
    await running('plain-0');
    await scrape('plain');
    await isStuck('plain', 'RolloutOnDelete');
    // Labelled so from the start, the template would not even be written.
    await labelNamespace({ 'istio-injection': 'disabled' });
    try {
      await bed.api.delete(podAt('plain-0'));
      expect(await isStuck('plain', 'PodNotInjected')).toContain('plain-0: it has no istio-proxy container');
    } finally {
      await labelNamespace({ 'istio-injection': null });
    }
    await bed.api.delete(podAt('plain-0'));
    await getsThere('plain');
  });

  it('by an istio-proxy that crashes again and again', async () => {
    await world('crashing');
    const release = bed.kubelet.hold(
      ({ metadata, spec }) =>
        metadata.name === 'crashing-0' &&
        (spec.containers as { name: string }[]).some(({ name }) => name === 'istio-proxy'),
    );
    await running('crashing-0');
    await scrape('crashing');
    const held = await bed.api.waitForObject(podAt('crashing-0'), (pod) =>
      (pod?.status?.containerStatuses ?? []).some(({ name }: { name: string }) => name === 'istio-proxy'),
    );
    const containerStatuses = (held?.status.containerStatuses as { name: string }[]).map((status) =>
      status.name === 'istio-proxy'
        ? { ...status, restartCount: 3, state: { waiting: { reason: 'CrashLoopBackOff' } } }
        : status,
    );
    await bed.api.patch(podAt('crashing-0'), { status: { containerStatuses } }, { subresource: 'status' });
    expect(await isStuck('crashing', 'ProxyCrashLooping')).toContain(
      `kubectl logs -n ${bed.namespace} pod/crashing-0 -c istio-proxy --previous`,
    );
    release();
    await getsThere('crashing');
  });

  it('by a pod of the time before that does not get ready: the command frees it', async () => {
    await world('blocked');
    const old = await running('blocked-0');
    bed.kubelet.hold(({ metadata }) => metadata.uid === old?.metadata.uid);
    await bed.api.waitForObject(
      names('blocked').statefulSet,
      (set) => (set?.status?.readyReplicas ?? 0) === 0,
    );
    await scrape('blocked');
    await becomes('blocked', 'WorkloadWired', { status: 'True' });
    await controller.advance(2 * 60_000);
    const message = await isStuck('blocked', 'RolloutBlocked');
    const command = /kubectl (delete pod -n \S+ blocked-0)$/.exec(message)?.[1] ?? '';
    expect(await bed.kubectl(...command.split(' '))).toMatchObject({ code: 0 });
    await getsThere('blocked');
  });
});
