import { describe, expect, it } from 'vitest';
import { scrape } from '../support/scrape.ts';
import { statefulSet, wired } from '../support/stateful-set.ts';
import { INBOUND, World } from './world.ts';

describe('reconcile, once more', () => {
  const taken = statefulSet({ volumes: [{ name: 'istio-output-certs', secret: { secretName: 'x' } }] });
  const claimed = scrape(
    {},
    { metadata: { name: 'older', uid: 'o', creationTimestamp: '2020-01-01T00:00:00Z' } },
  );
  const merged = statefulSet({ annotations: { 'proxy.istio.io/config': '# ours\nconcurrency: 1\n' } });
  const rows: { name: string; world: () => World; ready: [string, string] }[] = [
    {
      name: 'the legacy world of a newcomer',
      world: () => new World(),
      ready: ['True', 'AppliedUnverified'],
    },
    {
      name: 'a template whose proxy config was merged into',
      world: () => new World({}, merged),
      ready: ['True', 'AppliedUnverified'],
    },
    {
      name: 'a template that was wired by hand',
      world: () => new World({}, wired()),
      ready: ['True', 'AppliedUnverified'],
    },
    {
      name: 'a StatefulSet of zero replicas',
      world: () => new World({}, statefulSet({ spec: { replicas: 0 } })),
      ready: ['True', 'Succeeded'],
    },
    {
      name: 'a field that conflictPolicy Force takes',
      world: () =>
        new World({ conflictPolicy: 'Force' }, statefulSet({ annotations: { [INBOUND]: '9090' } })),
      ready: ['True', 'AppliedUnverified'],
    },
    {
      name: 'a resource in Observe',
      world: () => new World({ mode: 'Observe' }),
      ready: ['False', 'PendingChanges'],
    },
    {
      name: 'a suspended resource',
      world: () => new World({ suspend: true }),
      ready: ['False', 'Suspended'],
    },
    {
      name: 'a config that is ignored',
      world: () => new World({ manage: { config: 'Ignore' } }),
      ready: ['True', 'WiredOnly'],
    },
    {
      name: 'a field that a person set on purpose',
      world: () => new World({}, statefulSet({ annotations: { [INBOUND]: '9090' } })),
      ready: ['False', 'FieldConflict'],
    },
    {
      name: 'a volume name that is taken',
      world: () => new World({}, taken),
      ready: ['False', 'VolumeNameTaken'],
    },
    {
      name: 'an older claim on the workload',
      world: () => {
        const world = new World();
        world.cluster.put(claimed);
        return world;
      },
      ready: ['False', 'TargetClaimed'],
    },
    {
      name: 'a StatefulSet that does not exist',
      world: () => {
        const world = new World();
        world.roll = () => undefined;
        world.cluster.remove('StatefulSet', 'prometheus');
        return world;
      },
      ready: ['False', 'WorkloadNotFound'],
    },
    {
      name: 'an Istio that is not installed',
      world: () => {
        const world = new World();
        world.cluster.uninstalled.add('Sidecar').add('PeerAuthentication');
        return world;
      },
      ready: ['False', 'IstioNotInstalled'],
    },
    ...['StatefulSet', 'Pod', 'ConfigMap', 'Sidecar', 'PeerAuthentication'].map((kind) => ({
      name: `objects of kind ${kind} that may not be read`,
      world: () => {
        const world = new World();
        world.cluster.forbidden.add(kind);
        if (kind === 'StatefulSet') world.roll = () => undefined;
        return world;
      },
      ready: ['Unknown', 'NotAuthorized'] as [string, string],
    })),
  ];
  it.each(rows)('writes nothing and moves no resourceVersion with $name', async ({ world: make, ready }) => {
    const world = make();
    // A conflict is tried again each time and stores nothing: no event says that a manager let go of a field.
    const conflicted = ready[1] === 'FieldConflict';
    if (conflicted) for (let round = 0; round < 3; round += 1) await world.reconcile();
    else await world.settle();
    const before = world.cluster.versions();
    world.cluster.writes.length = 0;
    await world.reconcile();
    expect(world.cluster.writes).toEqual([]);
    expect(world.cluster.versions()).toEqual(before);
    expect([world.condition('Ready')?.status, world.condition('Ready')?.reason]).toEqual(ready);
  });

  it('names the kind that may not be read', async () => {
    const world = new World();
    world.cluster.forbidden.add('ConfigMap');
    await world.settle();
    expect(world.condition('ConfigRewritten')).toMatchObject({
      status: 'Unknown',
      reason: 'NotAuthorized',
      message: 'ConfigMap prometheus cannot be read: cannot read ConfigMap: forbidden',
    });
  });

  it('writes nothing after a restart: all that counts is in the cluster', async () => {
    const world = new World();
    await world.settle();
    const before = world.cluster.versions();
    // There is nothing to restart: each reconciliation starts with empty reads.
    await world.reconcile();
    expect([world.cluster.writes, world.cluster.versions()]).toEqual([[], before]);
  });
});
