import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { changed, GONE, GOOD, INTERVAL_MS, OperatorWorld } from './operator-world.ts';

describe('ScrapeOperator.run', () => {
  it('watches five kinds, ConfigMaps by metadata only, and neither Secrets nor pods', async () => {
    const { watched } = await OperatorWorld.started();
    const names = watched.map(({ group, version, plural, metadataOnly }) =>
      [group, version, plural, ...(metadataOnly === true ? ['metadata only'] : [])].join(' '),
    );
    expect(names).toEqual([
      'meshscrape.dev v1alpha1 prometheusistioscrapes',
      'apps v1 statefulsets',
      ' v1 configmaps metadata only',
      'networking.istio.io v1beta1 sidecars',
      'security.istio.io v1beta1 peerauthentications',
    ]);
  });

  it('works on nothing before every cache is filled', async () => {
    const world = new OperatorWorld();
    void world.operator.run();
    await nextTurn();
    world.create('ns/one', 'prometheus');
    expect(await world.inFlight()).toEqual([]);
    expect(world.operator.isWorking).toBe(false);
    world.synced();
    expect(await world.inFlight()).toEqual(['ns/one']);
    expect(world.operator.isWorking).toBe(true);
  });

  it('works on as many resources as there are workers, never on one twice', async () => {
    const world = await OperatorWorld.started();
    for (const name of ['a', 'b', 'c']) world.create(`ns/${name}`, name);
    world.create('ns/a', 'a');
    expect(await world.inFlight()).toEqual(['ns/a', 'ns/b']);
    world.create('ns/a', 'a');
    await world.endNext('ns/a', GOOD);
    expect(await world.inFlight()).toEqual(['ns/b', 'ns/c']);
    await world.endNext('ns/b', GOOD);
    expect(await world.inFlight()).toEqual(['ns/c', 'ns/a']);
  });
});

describe('ScrapeOperator, woken by an event,', () => {
  const rows: readonly { name: string; wake: (world: OperatorWorld) => void; wakes: readonly string[] }[] = [
    {
      name: 'reconciles the resource that names the StatefulSet',
      wake: (world) => {
        world.change('statefulsets', changed('ns/prometheus'));
      },
      wakes: ['ns/one'],
    },
    {
      name: 'reconciles nothing for a StatefulSet of the same name in another namespace',
      wake: (world) => {
        world.change('statefulsets', changed('else/prometheus'));
      },
      wakes: [],
    },
    {
      name: 'reconciles the resource that names the StatefulSet of a pod',
      wake: (world) => {
        world.operator.wakeByWorkload('ns', 'thanos');
      },
      wakes: ['ns/two'],
    },
    {
      name: 'reconciles every resource that read the ConfigMap',
      wake: (world) => {
        world.change('configmaps', changed('ns/config'));
      },
      wakes: ['ns/one', 'ns/two'],
    },
    {
      name: 'reconciles nothing for a ConfigMap that no resource read',
      wake: (world) => {
        world.change('configmaps', changed('ns/kube-root-ca.crt'));
      },
      wakes: [],
    },
    {
      name: 'reconciles the resource that owns the Sidecar',
      wake: (world) => {
        world.change('sidecars', changed('ns/x', { 'meshscrape.dev/resource': 'two' }));
      },
      wakes: ['ns/two'],
    },
    {
      name: 'reconciles every resource for a PeerAuthentication that is not ours',
      wake: (world) => {
        world.change('peerauthentications', changed('ns/x'));
      },
      wakes: ['ns/one', 'ns/two'],
    },
    {
      name: 'reconciles every resource when its interval is over',
      wake: (world) => {
        world.clock.pass(INTERVAL_MS);
      },
      wakes: ['ns/one', 'ns/two'],
    },
    {
      name: 'reconciles every resource when a CRD of Istio appears',
      wake: (world) => {
        world.change('sidecars', { kind: 'state', state: { kind: 'absent' } });
        world.change('sidecars', { kind: 'state', state: { kind: 'synced' } });
      },
      wakes: ['ns/one', 'ns/two'],
    },
    {
      name: 'reconciles nothing when a cache is filled for the first time',
      wake: (world) => {
        world.change('sidecars', { kind: 'state', state: { kind: 'synced' } });
      },
      wakes: [],
    },
  ];

  it.each(rows)('$name', async ({ wake, wakes }) => {
    const world = await OperatorWorld.started(['ns/one', 'prometheus'], ['ns/two', 'thanos']);
    wake(world);
    expect(await world.inFlight()).toEqual(wakes);
  });
});

describe('ScrapeOperator, for a resource that is gone,', () => {
  it('drops its series, and the pods of a StatefulSet that no resource claims any more', async () => {
    const world = await OperatorWorld.started(['ns/one', 'prometheus'], ['ns/two', 'prometheus']);
    world.create('ns/one', 'prometheus', { conditions: [{ type: 'Ready', status: 'True' }] });
    await nextTurn();
    world.running[0]?.driftDetected(new Map([['StatefulSet/prometheus', 1]]));
    await world.endNext('ns/one', GOOD);
    await world.endNext('ns/two', GOOD);
    const series = (): Promise<string> => world.metrics.registry.metrics();
    expect(await series()).toContain(
      'meshscrape_condition{type="Ready",status="True",namespace="ns",name="one"} 1',
    );
    expect(await series()).toContain('{target="StatefulSet/prometheus",namespace="ns",name="one"} 1');

    world.delete('ns/one');
    await world.endNext('ns/one', GONE);
    await world.endNext('ns/two', GOOD);
    expect(world.released).toEqual([]);
    expect(await series()).not.toContain('name="one"');

    world.delete('ns/two');
    await world.endNext('ns/two', GONE);
    expect(world.released).toEqual(['ns/prometheus']);
    world.clock.pass(2 * INTERVAL_MS);
    await world.endNext('ns/one', GONE);
    await world.endNext('ns/two', GONE);
    expect(await world.inFlight()).toEqual([]);
    expect(world.clock.delays).toEqual([]);
  });

  it('keeps its claim when it was created again while the old one was reconciled', async () => {
    const world = await OperatorWorld.started(['ns/one', 'prometheus']);
    world.delete('ns/one');
    await nextTurn();
    world.create('ns/one', 'prometheus');
    await world.endNext('ns/one', GONE);
    expect(world.released).toEqual([]);
    await world.endNext('ns/one', GOOD);
    world.change('statefulsets', changed('ns/prometheus'));
    expect(await world.inFlight()).toEqual(['ns/one']);
  });
});

describe('ScrapeOperator.shutDown', () => {
  it('lets what is in flight finish and begins nothing', async () => {
    const world = await OperatorWorld.started();
    for (const name of ['a', 'b', 'c']) world.create(`ns/${name}`, name);
    await nextTurn();
    const down = world.operator.shutDown(8000);
    await world.endNext('ns/a', GOOD);
    expect(world.isStopped).toBe(false);
    await world.endNext('ns/b', new Error('too late'));
    expect(await down).toBe(true);
    expect(world.isStopped).toBe(true);
    expect(await world.inFlight()).toEqual([]);
    expect(world.clock.delays).toEqual([]);
  });

  it('gives up waiting at the limit', async () => {
    const world = await OperatorWorld.started();
    world.create('ns/a', 'a');
    await nextTurn();
    const down = world.operator.shutDown(8000);
    world.clock.pass(8000);
    expect(await down).toBe(false);
    expect(world.isStopped).toBe(true);
  });
});
