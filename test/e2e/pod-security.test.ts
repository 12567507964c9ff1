// Pod Security, evaluated before Prometheus is restarted: by the labels with the permissions of deploy/, by the API server with
// those of the optional component. And the way back where nothing could be known. The namespaces enforce baseline.
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Transport } from '../../src/kube/http/transport.ts';
import type { KubeObject } from '../../testbed/api/kube-object.ts';
import { useTestBed } from '../support/control-plane.ts';
import { useControllerAccount } from '../support/controller-account.ts';
import { useController } from '../support/controller.ts';
import { ACCOUNT, DRY_RUN_ONLY, dryRunPods } from '../support/dry-run-pods.ts';
import { useLegacySecrets } from '../support/legacy-secrets.ts';
import { condition, useStory, type Names } from '../support/story.ts';

const ENFORCE = 'pod-security.kubernetes.io/enforce';
const BASELINE = { labels: { [ENFORCE]: 'baseline' } };

const request = vi.spyOn(Transport.prototype, 'request');
afterAll(() => {
  vi.restoreAllMocks();
});
/** What was asked about pods of a namespace: creations only. */
const asked = (namespace: string): number =>
  request.mock.calls.filter(
    ([{ method, path }]) => method === 'POST' && path === `/api/v1/namespaces/${namespace}/pods`,
  ).length;

const namespaceAt = (name: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name },
});

describe('with the permissions of deploy/', () => {
  const bed = useTestBed(BASELINE);
  const { kubeconfig } = useControllerAccount(bed);
  const controller = useController({ kubeconfig });
  const { names, world, scrape, becomes } = useStory(bed);
  // istiod's ConfigMap is looked for in its namespace: here the test's own, so that no other file sees it.
  const spec = { istio: { namespace: bed.namespace } };
  const values = (enabled: boolean): KubeObject => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'istio-sidecar-injector', namespace: bed.namespace },
    data: { values: JSON.stringify({ pilot: { cni: { enabled } } }) },
  });
  const generation = async (all: Names): Promise<unknown> =>
    (await bed.api.get(all.statefulSet)).metadata.generation;

  it.each(['Observe', 'Enforce'])('leaves the template alone in %s and says why', async (mode) => {
    await bed.api.apply(values(false), { fieldManager: 'istio' });
    const name = mode.toLowerCase();
    const all = await world(name);
    await scrape(name, { ...spec, mode });
    const seen = await becomes(name, 'Ready', { status: 'False', reason: 'PodWouldBeRefused' });
    expect(condition(seen, 'Stalled')?.reason).toBe('PodWouldBeRefused');
    expect(condition(seen, 'WorkloadWired')?.message).toBe(
      `the pods would be restarted and refused, so the template is left alone: the namespace enforces baseline, which refuses NET_ADMIN and NET_RAW of istio-init, and Istio's CNI plugin, which does without, is not on; label Namespace/${bed.namespace} ${ENFORCE}=privileged, or let Istio's CNI plugin do the redirection (pilot.cni.enabled)`,
    );
    expect(await generation(all)).toBe(1);
  });

  it('asks for what it may not only once, however often the resource is evaluated', async () => {
    request.mockClear();
    for (let time = 0; time < 3; time += 1) await controller.checkAgain(`${bed.namespace}/enforce`);
    expect(asked(bed.namespace)).toBeLessThanOrEqual(1);
    expect(await generation(names('enforce'))).toBe(1);
  });

  it('wires the workload when the label is gone', async () => {
    await bed.api.patch(namespaceAt(bed.namespace), { metadata: { labels: { [ENFORCE]: null } } });
    await controller.checkAgain(`${bed.namespace}/enforce`);
    await becomes('enforce', 'Ready', { status: 'True' });
  });
});

describe('where nothing is known of the CNI plugin', () => {
  const bed = useTestBed(BASELINE);
  const { kubeconfig } = useControllerAccount(bed);
  const controller = useController({ kubeconfig });
  const { world, scrape, becomes } = useStory(bed);

  it('goes on, and the message then says how to have the pods back at once', async () => {
    const all = await world('unknown');
    await bed.api.waitForList(
      { apiVersion: 'v1', kind: 'Pod', metadata: { namespace: bed.namespace } },
      (pods) =>
        pods.some(({ metadata, status }) => metadata.name === 'unknown-0' && status?.phase === 'Running'),
    );
    const before = (await bed.api.get(all.statefulSet)).spec.template as unknown;
    await scrape('unknown');
    await becomes('unknown', 'WorkloadWired', { status: 'True' });
    await bed.api.waitForList(
      { apiVersion: 'events.k8s.io/v1', kind: 'Event', metadata: { namespace: bed.namespace } },
      (events) => events.some((event) => (event as { reason?: string }).reason === 'FailedCreate'),
    );
    await controller.advance(31_000);
    const seen = await becomes('unknown', 'Ready', { reason: 'PodCreationRefused' });
    const command =
      /back at once: (.*?)(?: \(docs\/.*)?$/.exec(condition(seen, 'Ready')?.message ?? '')?.[1] ?? '';
    expect(command).toBe(
      `kubectl patch promscrape unknown -n ${bed.namespace} --type merge -p '{"spec":{"deletionPolicy":"Restore"}}' && kubectl delete promscrape unknown -n ${bed.namespace}`,
    );
    for (const each of command.split(' && ')) {
      const words = each
        .split(' ')
        .slice(1)
        .map((word) => word.replaceAll("'", ''));
      expect(await bed.kubectl(...words)).toMatchObject({ code: 0 });
    }
    const back = await bed.api.waitForObject(
      { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'unknown-0', namespace: bed.namespace } },
      (pod) => pod?.status?.phase === 'Running',
    );
    expect(back?.metadata.labels).not.toHaveProperty('sidecar.istio.io/inject');
    expect((await bed.api.get(all.statefulSet)).spec.template).toEqual(before);
  });
});

describe('with the component dry-run-pods', () => {
  const bed = useTestBed(BASELINE);
  const { kubeconfig } = useLegacySecrets(bed);
  const component = dryRunPods(bed);
  beforeAll(() => component.install());
  afterAll(() => component.remove());
  const controller = useController({ kubeconfig });
  const { names, world, scrape, becomes } = useStory(bed);
  const key = `${bed.namespace}/asked`;

  it("lets the controller's account create pods in a dry run, and none in earnest", async () => {
    expect(await component.create('dry', '--dry-run=server')).toMatchObject({ code: 0 });
    const earnest = await component.create('earnest');
    expect(earnest.code).not.toBe(0);
    expect(earnest.stderr).toContain(DRY_RUN_ONLY);
    for (const name of ['dry', 'earnest']) {
      expect(
        await bed.api.find({ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: bed.namespace } }),
      ).toBe(undefined);
    }
  });

  it('keeps nobody else from creating pods', async () => {
    expect(await bed.kubectl('run', 'other', '-n', bed.namespace, '--image=busybox')).toMatchObject({
      code: 0,
    });
    const review = await bed.kubectl(
      'auth',
      'can-i',
      'create',
      'pods',
      '-n',
      bed.namespace,
      `--as=${ACCOUNT}`,
    );
    expect(review.stdout).toBe('yes\n');
  });

  it('says what the API server says of the pod, and leaves the template alone', async () => {
    const all = await world('asked');
    await scrape('asked');
    const seen = await becomes('asked', 'Ready', { status: 'False', reason: 'PodWouldBeRefused' });
    expect(condition(seen, 'WorkloadWired')?.message).toMatch(
      /left alone: the API server says: violates PodSecurity "baseline:latest": non-default capabilities \(container "istio-init" must not include "NET_ADMIN", "NET_RAW" in securityContext.capabilities.add\); label Namespace\/.*=privileged$/,
    );
    expect((await bed.api.get(all.statefulSet)).metadata.generation).toBe(1);
  });

  it('is not asked again when the interval comes', async () => {
    request.mockClear();
    for (let time = 0; time < 3; time += 1) await controller.checkAgain(key);
    expect(asked(bed.namespace)).toBe(0);
  });

  it('is asked again when the label changes, and then the workload is wired', async () => {
    await bed.api.patch(namespaceAt(bed.namespace), { metadata: { labels: { [ENFORCE]: 'privileged' } } });
    request.mockClear();
    await controller.checkAgain(key);
    await becomes('asked', 'Ready', { status: 'True' });
    expect(asked(bed.namespace)).toBe(1);
    expect(await bed.api.find(names('asked').sidecar)).toBeDefined();
  });
});
