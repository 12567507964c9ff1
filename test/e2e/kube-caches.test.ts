// The caches of KubeCluster on the real API server: never older than our own last write, and quiet about it.
import { beforeAll, describe, expect, it } from 'vitest';
import { useTestBed } from '../support/control-plane.ts';
import {
  OURS,
  plain,
  refOf,
  RESOURCES,
  SIDECARS,
  STATEFUL_SETS,
  useKubeClients,
  written,
  type KubeClient,
} from '../support/kube-client.ts';

const bed = useTestBed({ kubelet: false });
const { client, statefulSet, annotation, manifest, marker, settled } = useKubeClients(bed);

const CONFIG_MAPS = { group: '', version: 'v1', plural: 'configmaps', metadataOnly: true };

describe('the cache of KubeCluster', () => {
  let made: KubeClient;
  beforeAll(async () => {
    made = await client().watch(STATEFUL_SETS, CONFIG_MAPS);
  });

  it('is never older than our own last write, and our writes wake nobody', async () => {
    written(await made.cluster.apply(statefulSet('own'), OURS));
    await settled('own');
    await marker(made, 'marker-0');
    for (let n = 1; n <= 50; n += 1) {
      written(await made.cluster.apply(annotation('own', { n: String(n) }), { ...OURS, fieldManager: 'n' }));
      expect(made.cached('own').metadata.annotations?.['n']).toBe(String(n));
    }
    expect(await marker(made, 'marker-1')).toEqual([]);
    const { metadata } = await bed.api.get(manifest('StatefulSet', 'own'));
    expect(made.cached('own').metadata.resourceVersion).toBe(metadata.resourceVersion);
  });

  it('reports what others do, also while we write', async () => {
    written(await made.cluster.apply(statefulSet('shared'), OURS));
    await marker(made, 'marker-2');
    const others = Array.from({ length: 10 }, async (_, n) => {
      await bed.api.apply(plain(annotation('shared', { [`other-${n}`]: 'x' })), {
        fieldManager: `other-${n}`,
      });
    });
    const own = Array.from({ length: 10 }, async (_, n) => {
      const body = annotation('shared', { [`own-${n}`]: 'x' });
      written(await made.cluster.apply(body, { ...OURS, fieldManager: `own-${n}` }));
    });
    await Promise.all([...others, ...own]);
    const reported = await marker(made, 'marker-3');
    expect(reported.length).toBeGreaterThan(0);
    expect(new Set(reported)).toEqual(new Set(['changed StatefulSet/shared']));
    expect(Object.keys(made.cached('shared').metadata.annotations ?? {})).toHaveLength(20);
  });

  it('keeps the managedFields of StatefulSets', async () => {
    written(await made.cluster.apply(statefulSet('fields'), OURS));
    expect(made.cached('fields').metadata.managedFields?.[0]?.manager).toBe('meshscrape.test');
    await made.cluster.relist();
    expect(made.cached('fields').metadata.managedFields?.[0]?.manager).toBe('meshscrape.test');
  });

  it('loses what we deleted at once, and reports its end', async () => {
    const { uid } = written(await made.cluster.apply(statefulSet('deleted'), OURS)).metadata;
    written(await made.cluster.delete(refOf(statefulSet('deleted')), { uid }));
    expect(made.cluster.workload({ kind: 'StatefulSet', namespace: bed.namespace, name: 'deleted' })).toEqual(
      { kind: 'absent' },
    );
    await made.until('deleted StatefulSet/deleted');
  });

  it('holds no body of a ConfigMap, and is not woken by our own patch of it', async () => {
    await bed.api.create({ ...manifest('ConfigMap', 'prometheus'), data: { key: 'text' } });
    await made.until('changed ConfigMap/prometheus');
    const ref = { ...refOf(statefulSet('prometheus')), apiVersion: 'v1', kind: 'ConfigMap' };
    const operations = [{ op: 'replace', path: '/data/key', value: 'new' }] as const;
    const object = written(await made.cluster.patch(ref, operations, 'meshscrape.test'));
    expect(object).toMatchObject({ data: { key: 'new' } });
    await bed.api.create({ ...manifest('ConfigMap', 'marker'), data: {} });
    expect(await made.until('changed ConfigMap/marker')).not.toContain('changed ConfigMap/prometheus');
    expect(await made.cluster.configMap(bed.namespace, 'prometheus')).toMatchObject({
      kind: 'present',
      value: { data: { key: 'new' } },
    });
    expect(await made.cluster.configMap(bed.namespace, 'none')).toEqual({ kind: 'absent' });
    expect(await made.cluster.service(bed.namespace, 'none')).toEqual({ kind: 'absent' });
  });
});

describe('isSynced of KubeCluster', () => {
  it.each([
    {
      name: 'is false while our own CRD is absent',
      ours: { ...RESOURCES, group: 'absent.example' },
      is: false,
    },
    {
      name: 'is true while another CRD is absent',
      theirs: { ...SIDECARS, group: 'absent.example' },
      is: true,
    },
  ])('$name', async ({ ours = RESOURCES, theirs = SIDECARS, is }) => {
    expect((await client().watch(ours, theirs, STATEFUL_SETS)).cluster.isSynced()).toBe(is);
  });
});
