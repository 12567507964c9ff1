// What a write of KubeCluster answers on the real API server.
import { beforeAll, describe, expect, it } from 'vitest';
import type { PrometheusIstioScrape } from '../../src/api/resource.ts';
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
const { client, statefulSet, annotation } = useKubeClients(bed);

describe('a write of KubeCluster', () => {
  let made: KubeClient;
  beforeAll(async () => {
    made = await client().watch(STATEFUL_SETS);
  });

  it('names the manager and the path of a conflict', async () => {
    await bed.api.apply(plain(statefulSet('conflict')), { fieldManager: 'owner' });
    const result = await made.cluster.apply(statefulSet('conflict', { replicas: 3 }), OURS);
    expect(result).toMatchObject({
      kind: 'conflict',
      conflicts: [{ manager: 'owner', path: '.spec.replicas' }],
    });
    const forced = await made.cluster.apply(statefulSet('conflict', { replicas: 3 }), {
      ...OURS,
      force: true,
    });
    expect(forced.kind).toBe('written');
  });

  it('is stale when its resourceVersion is: apply and JSON patch', async () => {
    const old = written(await made.cluster.apply(statefulSet('stale'), OURS)).metadata.resourceVersion;
    written(await made.cluster.apply(annotation('stale', { a: '1' }), { ...OURS, fieldManager: 'x' }));
    const body = annotation('stale', { a: '2' });
    const withVersion = { ...body, metadata: { ...body.metadata, resourceVersion: old } };
    expect(await made.cluster.apply(withVersion, { ...OURS, force: true })).toMatchObject({ kind: 'stale' });
    const operations = [{ op: 'replace', path: '/metadata/resourceVersion', value: old }] as const;
    expect(await made.cluster.patch(refOf(body), operations, 'x')).toMatchObject({ kind: 'stale' });
  });

  it('is absent, or refused with the sentence of the API server', async () => {
    const none = refOf(statefulSet('none'));
    expect(await made.cluster.delete(none, { uid: 'x' })).toMatchObject({ kind: 'absent' });
    const invalid = statefulSet('invalid', { selector: { matchLabels: { app: 'other' } } });
    expect(await made.cluster.apply(invalid, OURS)).toMatchObject({
      kind: 'refused',
      status: 422,
      reason: 'Invalid',
      message: expect.stringContaining('`selector` does not match template `labels`'),
    });
  });

  it('deletes only the object that has the given uid', async () => {
    written(await made.cluster.apply(statefulSet('other-uid'), OURS));
    const ref = refOf(statefulSet('other-uid'));
    const result = await made.cluster.delete(ref, { uid: '00000000-0000-0000-0000-000000000000' });
    expect(result).toMatchObject({ kind: 'stale' });
  });

  it('is refused without permission, and reads there are unreadable', async () => {
    const nobody = await client(bed.kubeconfigFor('nobody')).watch(STATEFUL_SETS, SIDECARS);
    expect(await nobody.cluster.apply(statefulSet('forbidden'), OURS)).toMatchObject({
      kind: 'refused',
      status: 403,
      reason: 'Forbidden',
    });
    const message = expect.stringContaining('is forbidden: User "nobody" cannot');
    const unreadable = { kind: 'unreadable', message };
    expect(
      nobody.cluster.workload({ kind: 'StatefulSet', namespace: bed.namespace, name: 'x' }),
    ).toMatchObject(unreadable);
    expect(nobody.cluster.sidecars(bed.namespace)).toMatchObject(unreadable);
    expect(await nobody.cluster.configMap(bed.namespace, 'x')).toMatchObject(unreadable);
    expect(await nobody.cluster.podsOfNamespace(bed.namespace)).toMatchObject(unreadable);
    const zero = made.cached('stale');
    const one = { ...zero, spec: { ...zero.spec, replicas: 1 } };
    expect(await nobody.cluster.pods(one)).toMatchObject(unreadable);
    // Its own controller has counted none: nothing to ask for. An older count is no answer.
    const counted = { replicas: 0, observedGeneration: zero.metadata.generation ?? 0 };
    expect(await nobody.cluster.pods({ ...zero, status: counted })).toEqual({ kind: 'present', value: [] });
    const older = { ...counted, observedGeneration: counted.observedGeneration - 1 };
    expect(await nobody.cluster.pods({ ...zero, status: older })).toMatchObject(unreadable);
  });
});

describe('the resource of KubeCluster', () => {
  const key = (): string => `${bed.namespace}/scrape`;
  let made: KubeClient;
  beforeAll(async () => {
    made = await client().watch(RESOURCES);
    await bed.api.create({
      apiVersion: 'meshscrape.dev/v1alpha1',
      kind: 'PrometheusIstioScrape',
      metadata: { name: 'scrape', namespace: bed.namespace },
      spec: { workload: { name: 'prometheus' } },
    });
    await made.until('changed PrometheusIstioScrape/scrape');
  });

  function resource(): PrometheusIstioScrape {
    const found = made.cluster.resource(key());
    if (found === undefined) throw new Error('the resource is gone');
    return found;
  }

  it('is kept without managedFields', () => {
    expect(resource().metadata.managedFields).toBeUndefined();
    expect(made.cluster.resources(bed.namespace)).toHaveLength(1);
  });

  it('takes a whole status, which is no write the second time', async () => {
    const { generation, resourceVersion } = resource().metadata;
    const status = { observedGeneration: 1, pendingCount: 2, conditions: [] };
    written(await made.cluster.writeStatus(resource(), status));
    expect(resource().status).toMatchObject({ observedGeneration: 1, pendingCount: 2 });
    expect(resource().metadata.generation).toBe(generation);
    expect(resource().metadata.resourceVersion).not.toBe(resourceVersion);
    const after = resource().metadata.resourceVersion;
    written(await made.cluster.writeStatus(resource(), status));
    expect(resource().metadata.resourceVersion).toBe(after);
    written(await made.cluster.writeStatus(resource(), { observedGeneration: 1, conditions: [] }));
    expect(resource().status?.pendingCount).not.toBe(2);
  });

  it('does not give its status to a namesake', async () => {
    const { metadata } = resource();
    const namesake = {
      ...resource(),
      metadata: { ...metadata, uid: '00000000-0000-0000-0000-000000000000' },
    };
    expect(await made.cluster.writeStatus(namesake, { observedGeneration: 9 })).toMatchObject({
      kind: 'absent',
    });
  });

  it('takes finalizers only at the version that was read', async () => {
    const old = resource();
    written(await made.cluster.setFinalizers(old, ['meshscrape.dev/undo']));
    expect(resource().metadata.finalizers).toEqual(['meshscrape.dev/undo']);
    expect(await made.cluster.setFinalizers(old, [])).toMatchObject({ kind: 'stale' });
    expect(resource().metadata.finalizers).toEqual(['meshscrape.dev/undo']);
    written(await made.cluster.setFinalizers(resource(), []));
  });

  it('records an event, and raises its series', async () => {
    const { uid } = resource().metadata;
    const regarding = {
      apiVersion: 'meshscrape.dev/v1alpha1',
      kind: 'PrometheusIstioScrape',
      namespace: bed.namespace,
      name: 'scrape',
      uid,
    };
    const event = { regarding, type: 'Normal', reason: 'Tested', action: 'Test', note: 'a note' } as const;
    for (let n = 0; n < 3; n += 1) await made.cluster.emit(event);
    expect(made.log.lines.filter((line) => line.level === 'warn')).toEqual([]);
    const { items } = await bed.api.list(`/apis/events.k8s.io/v1/namespaces/${bed.namespace}/events`);
    const ours = items.filter((item) => item['reason'] === 'Tested');
    expect(ours).toMatchObject([
      { reportingController: 'meshscrape.dev/controller', note: 'a note', regarding, series: { count: 3 } },
    ]);
  });
});
