// The watches of KubeCluster through what happens to a connection, and those on pods.
import { describe, expect, it } from 'vitest';
import { installCrd } from '../../testbed/api/install.ts';
import type { StatefulSet } from '../../src/api/kubernetes.ts';
import type { ApplyOptions } from '../../src/reconcile/cluster.ts';
import { TcpProxy } from '../kube/tcp-proxy.ts';
import { useTestBed } from '../support/control-plane.ts';
import { OURS, plain, STATEFUL_SETS, useKubeClients, written } from '../support/kube-client.ts';

const bed = useTestBed({ kubelet: false });
const { client, clientThrough, statefulSet, annotation, manifest, marker, settled } = useKubeClients(bed);

const OTHER: ApplyOptions = { fieldManager: 'other', force: true };

/** The same with a replica: at zero nothing is watched. The controller manager of the bed makes no pod of it. */
function scaled(statefulSet: StatefulSet): StatefulSet {
  return { ...statefulSet, spec: { ...statefulSet.spec, replicas: 1 } };
}

describe('a reflector of KubeCluster', () => {
  it('comes alive when its CRD appears, and is absent until then', async () => {
    const things = { group: 'kube.example.org', version: 'v1', plural: 'things' };
    const made = await client().watch(things);
    expect(made.reported).toEqual(['things absent']);
    const definition = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'things.kube.example.org' },
      spec: {
        group: 'kube.example.org',
        scope: 'Namespaced',
        names: { plural: 'things', kind: 'Thing', listKind: 'ThingList', singular: 'thing' },
        versions: [
          { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } },
        ],
      },
    };
    await installCrd(bed.api, definition);
    await made.until('things synced');
    const thing = {
      apiVersion: 'kube.example.org/v1',
      kind: 'Thing',
      metadata: { name: 'a', namespace: bed.namespace },
    };
    await bed.api.create(thing);
    await made.until('changed Thing/a');
    await bed.api.delete(definition);
    await made.until('things absent');
    await bed.api.waitForObject(definition, (object) => object === undefined);
  });

  it('delivers by its list what was deleted while it could not reach the server', async () => {
    const proxy = await TcpProxy.start(bed.url);
    const made = await clientThrough(proxy.url).watch(STATEFUL_SETS);
    for (const name of ['gone', 'kept']) {
      await bed.api.apply(plain(statefulSet(name)), { fieldManager: 'x' });
      await settled(name);
    }
    await marker(made, 'marker-refuse');
    proxy.refuse();
    await made.cluster.relist();
    await bed.api.delete(manifest('StatefulSet', 'gone'));
    proxy.accept();
    expect(await made.until('deleted StatefulSet/gone')).not.toContain('changed StatefulSet/kept');
    expect(made.cached('kept').metadata.name).toBe('kept');
    await made.close();
    await proxy.stop();
  });

  it('resumes after a reset without reporting anything twice', async () => {
    const proxy = await TcpProxy.start(bed.url);
    const made = await clientThrough(proxy.url).watch(STATEFUL_SETS);
    await bed.api.apply(plain(statefulSet('reset')), { fieldManager: 'x' });
    await settled('reset');
    await marker(made, 'marker-cut');
    proxy.cut();
    expect(await marker(made, 'marker-reset')).toEqual([]);
    await made.close();
    await proxy.stop();
  });
});

describe('pods of KubeCluster', () => {
  it('are those of the selector, wake their StatefulSet, and are let go', async () => {
    const made = await client().watch(STATEFUL_SETS);
    written(await made.cluster.apply(statefulSet('podded'), OURS));
    const pod = (name: string, app: string): object => ({
      ...manifest('Pod', name),
      metadata: { name, namespace: bed.namespace, labels: { app } },
      spec: { containers: [{ name: 'c', image: 'x' }] },
    });
    await bed.api.create(pod('mine', 'podded') as never);
    await bed.api.create(pod('foreign', 'another') as never);
    const seen = await made.cluster.pods(scaled(made.cached('podded')));
    expect(seen).toMatchObject({ kind: 'present', value: [{ metadata: { name: 'mine' } }] });
    expect(seen.kind === 'present' && seen.value[0]?.metadata.managedFields).toBeUndefined();
    made.reported.length = 0;
    await bed.api.create(pod('second', 'podded') as never);
    await made.until(`pods of ${bed.namespace}/podded`);
    expect(await made.cluster.pods(scaled(made.cached('podded')))).toMatchObject({ value: { length: 2 } });
    made.cluster.releasePods(bed.namespace, 'podded');
    for (const name of ['mine', 'second', 'foreign']) await bed.api.delete(manifest('Pod', name));
  });

  it('are watched for 200 StatefulSets on a few connections, and calls go on beside them', async () => {
    const proxy = await TcpProxy.start(bed.url);
    const made = await clientThrough(proxy.url).watch(STATEFUL_SETS);
    const body = statefulSet('many');
    written(await made.cluster.apply(body, OURS));
    const first = scaled(made.cached('many'));
    const sets = Array.from({ length: 200 }, (_, n) => ({
      ...first,
      metadata: { ...first.metadata, name: `many-${n}`, uid: `uid-${n}` },
    }));
    const areWatched = async (): Promise<boolean> => {
      const seen = await Promise.all(sets.map((set) => made.cluster.pods(set)));
      return seen.every((pods) => pods.kind === 'present');
    };
    // A first list that takes more than five seconds throws NotSynced, and the next question waits again.
    await expect.poll(() => areWatched().catch(() => false), { timeout: 90_000 }).toBe(true);
    const calls = Array.from({ length: 200 }, () =>
      made.cluster.configMap(bed.namespace, 'kube-root-ca.crt'),
    );
    expect((await Promise.all(calls)).every((seen) => seen.kind === 'present')).toBe(true);
    expect((await made.cluster.apply(annotation('many', { a: 'b' }), OTHER)).kind).toBe('written');
    expect(proxy.opened).toBeLessThanOrEqual(5);
    await made.close();
    await proxy.allClosed();
    await proxy.stop();
  });
});
