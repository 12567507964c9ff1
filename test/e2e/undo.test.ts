// Deleting a resource on the real API server: Restore gives back the original bytes, Retain changes no field.
import { beforeAll, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../testbed/api/kube-object.ts';
import { legacySecret } from '../../testbed/stand-ins/legacy-secret.ts';
import { useTestBed } from '../support/control-plane.ts';
import { useController } from '../support/controller.ts';
import { condition, useStory } from '../support/story.ts';
import { PROMETHEUS_YAML, REWRITTEN_YAML, statefulSet } from '../support/world.ts';

const bed = useTestBed();
const controller = useController({ kubeconfig: () => bed.kubeconfig });
const { names, world, scrape, becomes, converged } = useStory(bed);
// An administrator may read it; were it absent, Restore would refuse to go back to it.
beforeAll(async () => {
  const notAfter = new Date(Date.now() + 30 * 86_400_000);
  await bed.api.create(legacySecret({ namespace: bed.namespace, notAfter }));
});

const ANNOTATIONS = {
  'proxy.istio.io/config': '# by hand\nconcurrency: 1   # small\nproxyMetadata: {FOO: "bar"}',
  'sidecar.istio.io/userVolumeMount': '[ {"name": "config", "mountPath": "/extra"} ]',
  'sidecar.istio.io/rewriteAppHTTPProbers': 'false',
};

function isGone(target: KubeObject): Promise<unknown> {
  return bed.api.waitForObject(target, (object) => object === undefined);
}

function managersOf(object: KubeObject): readonly string[] {
  return (object.metadata.managedFields ?? [])
    .map(({ manager }) => manager)
    .filter((name) => name.startsWith('meshscrape'));
}

describe('deletion with Restore', () => {
  it('gives back a template and a prometheus.yaml that are byte-equal to the originals', async () => {
    const all = await world('restore', { replicas: 0, templateAnnotations: ANNOTATIONS });
    const before = await bed.api.get(all.statefulSet);
    await scrape('restore', { deletionPolicy: 'Restore' });
    await becomes('restore', 'Ready', { status: 'True' });
    expect((await bed.api.get(all.statefulSet)).spec.template).not.toEqual(before.spec.template);
    await bed.api.delete(all.resource);
    await isGone(all.resource);
    const after = await bed.api.get(all.statefulSet);
    expect(JSON.stringify(after.spec.template)).toBe(JSON.stringify(before.spec.template));
    expect(after.metadata.annotations).toEqual(before.metadata.annotations);
    expect(managersOf(after)).toEqual([]);
    const config = await bed.api.get(all.configMap);
    expect(config.data?.['prometheus.yaml']).toBe(PROMETHEUS_YAML);
    expect(config.metadata.annotations).toBeUndefined();
    expect(managersOf(config)).toEqual([]);
    expect(await bed.api.find(all.sidecar)).toBeUndefined();
    expect(await bed.api.find(all.peerAuthentication)).toBeUndefined();
  });

  it('leaves what somebody changed since, also beside drift that was corrected', async () => {
    const all = await converged(
      'changed',
      { deletionPolicy: 'Restore' },
      { replicas: 0, templateAnnotations: ANNOTATIONS },
    );
    const edited = REWRITTEN_YAML.replace('scrape_interval: 15s', 'scrape_interval: 30s').replace(
      'insecure_skip_verify: true',
      'insecure_skip_verify: no',
    );
    await bed.api.patch(
      all.configMap,
      { data: { 'prometheus.yaml': edited } },
      { fieldManager: 'kubectl-edit' },
    );
    await becomes('changed', 'Drifted', { reason: 'DriftCorrected' });
    const live = (await bed.api.get(all.statefulSet)).spec.template.metadata.annotations as Record<
      string,
      string
    >;
    const text = live['proxy.istio.io/config']?.replace('concurrency: 1', 'concurrency: 2');
    await bed.api.patch(
      all.statefulSet,
      { spec: { template: { metadata: { annotations: { 'proxy.istio.io/config': text } } } } },
      { fieldManager: 'kubectl-edit' },
    );
    await bed.api.delete(all.resource);
    await isGone(all.resource);
    const { annotations } = (await bed.api.get(all.statefulSet)).spec.template.metadata;
    expect(annotations).toEqual({
      ...ANNOTATIONS,
      'proxy.istio.io/config': '# by hand\nconcurrency: 2   # small\nproxyMetadata: {FOO: "bar"}',
    });
    expect((await bed.api.get(all.configMap)).data?.['prometheus.yaml']).toBe(
      PROMETHEUS_YAML.replace('scrape_interval: 15s', 'scrape_interval: 30s'),
    );
  });

  it('keeps the wiring until Prometheus had five minutes to read the old paths again', async () => {
    const all = await converged('patient', { deletionPolicy: 'Restore' });
    const wired = (await bed.api.get(all.statefulSet)).metadata.generation;
    await bed.api.delete(all.resource);
    await bed.api.waitForObject(
      all.configMap,
      (object) => object?.data?.['prometheus.yaml'] === PROMETHEUS_YAML,
    );
    const waiting = await becomes('patient', 'Ready', { status: 'Unknown', reason: 'Terminating' });
    const { deletionTimestamp = '', resourceVersion } = waiting.metadata;
    const until = new Date(Date.parse(deletionTimestamp) + 5 * 60_000).toISOString().replace('.000', '');
    expect(condition(waiting, 'Ready')?.message).toContain(`until ${until} at the latest`);
    expect(condition(waiting, 'Reconciling')).toMatchObject({ status: 'True', reason: 'Terminating' });
    expect(condition(waiting, 'ConfigRewritten')).toMatchObject({ status: 'False', reason: 'Terminating' });
    expect(condition(waiting, 'WorkloadWired')).toMatchObject({ status: 'Unknown', reason: 'Terminating' });
    await controller.settled();
    expect((await bed.api.get(all.statefulSet)).metadata.generation).toBe(wired);
    expect(await bed.api.find(all.peerAuthentication)).toBeDefined();
    // It is woken by everything that it watches, and says the same.
    await bed.api.patch(all.configMap, { metadata: { labels: { touched: 'yes' } } });
    await controller.advance(60_000);
    await controller.settled();
    expect((await bed.api.get(all.resource)).metadata.resourceVersion).toBe(resourceVersion);
    await controller.advance(4 * 60_000 + 2_000);
    await isGone(all.resource);
    expect((await bed.api.get(all.statefulSet)).spec.template.metadata.annotations).toBeUndefined();
    expect(await bed.api.find(all.peerAuthentication)).toBeUndefined();
  });

  it('leaves a job that two resources read to the last of them', async () => {
    const first = await converged('share-a', { deletionPolicy: 'Restore' }, { replicas: 0 });
    const shared = statefulSet({ namespace: bed.namespace, name: 'share-b', replicas: 0 });
    const volumes = (shared.spec.template.spec.volumes as KubeObject[]).map((volume) =>
      'configMap' in volume ? { ...volume, configMap: { name: 'share-a' } } : volume,
    );
    shared.spec.template.spec = { ...shared.spec.template.spec, volumes };
    await bed.api.create(shared);
    await scrape('share-b', { deletionPolicy: 'Restore' });
    await becomes('share-b', 'Ready', { status: 'True' });
    await controller.settled();
    const config = async () => (await bed.api.get(first.configMap)).data?.['prometheus.yaml'];

    await bed.api.delete(first.resource);
    await isGone(first.resource);
    await controller.settled();
    expect(await config()).toBe(REWRITTEN_YAML);

    await bed.api.delete(names('share-b').resource);
    await isGone(names('share-b').resource);
    expect(await config()).toBe(PROMETHEUS_YAML);
    expect((await bed.api.get(first.configMap)).metadata.annotations).toBeUndefined();
  });

  it('keeps the wiring while a job that nobody can restore still needs it', async () => {
    const all = await converged('lost', { deletionPolicy: 'Restore' }, { replicas: 0 });
    await bed.api.patch(
      all.configMap,
      { metadata: { annotations: { 'meshscrape.dev/original-tls-config': null } } },
      { fieldManager: 'kubectl-edit' },
    );
    const before = await bed.api.get(all.statefulSet);
    await bed.api.delete(all.resource);
    await isGone(all.resource);
    const after = await bed.api.get(all.statefulSet);
    expect(after.spec).toEqual(before.spec);
    expect(after.metadata.generation).toBe(before.metadata.generation);
    expect(managersOf(after)).toEqual([]);
    expect(await bed.api.find(all.peerAuthentication)).toBeDefined();
    expect((await bed.api.get(all.configMap)).data?.['prometheus.yaml']).toBe(REWRITTEN_YAML);
  });
});

describe('deletion with Retain', () => {
  it.each([['Background'], ['Foreground']] as const)(
    'changes no field and no generation (%s)',
    async (propagationPolicy) => {
      const name = `retain-${propagationPolicy.toLowerCase()}`;
      const all = await converged(name, {}, { replicas: 0 });
      const targets = [all.statefulSet, all.configMap, all.sidecar, all.peerAuthentication];
      const before = await Promise.all(targets.map((target) => bed.api.get(target)));
      await bed.api.delete(all.resource, { propagationPolicy });
      await isGone(all.resource);
      const after = await Promise.all(targets.map((target) => bed.api.get(target)));
      for (const [index, object] of after.entries()) {
        expect(object.spec).toEqual(before[index]?.spec);
        expect(object.data).toEqual(before[index]?.data);
        expect(object.metadata.generation).toBe(before[index]?.metadata.generation);
        expect(object.metadata.annotations).toEqual(before[index]?.metadata.annotations);
        expect(managersOf(object)).toEqual([]);
      }
    },
  );

  it('is taken up again by a resource of the same name, with no restart', async () => {
    const all = await converged('again', {}, { replicas: 0 });
    await bed.api.delete(all.resource);
    await isGone(all.resource);
    const before = (await bed.api.get(all.statefulSet)).metadata;
    await scrape('again', { deletionPolicy: 'Restore' });
    await becomes('again', 'Ready', { status: 'True' });
    expect((await bed.api.get(all.statefulSet)).metadata.generation).toBe(before.generation);
  });
});

describe('a resource that wrote nothing', () => {
  it('goes at once, without a finalizer', async () => {
    await scrape('nothing');
    const seen = await becomes('nothing', 'Ready', { reason: 'WorkloadNotFound' });
    expect(seen.metadata.finalizers).toBeUndefined();
    await controller.settled();
    controller.forgetWrites();
    await bed.api.delete(names('nothing').resource);
    await isGone(names('nothing').resource);
    expect(controller.writesOf(`${bed.namespace}/nothing`)).toEqual([]);
  });
});
