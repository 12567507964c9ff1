// No hot loop, whoever wakes the controller: six reconciliations in a minute of a world that does not move. How often it
// reconciles by itself is shown on the real API server (test/e2e/no-hot-loop*.test.ts), but for an Istio that is not installed.
import { describe, expect, it } from 'vitest';
import type { StatefulSet } from '../../src/api/kubernetes.ts';
import { podOf } from '../support/pod.ts';
import { annotation, INBOUND, World } from './world.ts';

interface Row {
  readonly name: string;
  readonly ready: string;
  readonly build: () => Promise<World>;
}

const forbidding = (kind: string) => (): Promise<World> => {
  const world = new World();
  world.cluster.forbidden.add(kind);
  return Promise.resolve(world);
};

const rows: readonly Row[] = [
  {
    name: 'Istio is not installed',
    ready: 'Unknown IstioNotInstalled',
    build: () => {
      const world = new World();
      world.cluster.uninstalled.add('PeerAuthentication').add('Sidecar');
      return Promise.resolve(world);
    },
  },
  {
    name: 'an old proxy proves nothing',
    ready: 'False ProofImpossible',
    build: async () => {
      const world = new World();
      await world.reconcile();
      world.roll();
      const old = podOf(world.statefulSet(), { proxyImage: 'docker.io/istio/proxyv2:1.11.8' });
      world.cluster.put(old, 'kube-controller-manager');
      return world;
    },
  },
  {
    name: 'the interval between template writes is waited for',
    ready: 'Unknown TemplateWriteInterval',
    build: async () => {
      const world = new World();
      await world.reconcile();
      world.roll();
      await world.reconcile();
      world.edit<StatefulSet>('StatefulSet', 'prometheus', annotation(INBOUND, '*'));
      world.roll();
      return world;
    },
  },
  { name: 'StatefulSets may not be read', ready: 'Unknown NotAuthorized', build: forbidding('StatefulSet') },
  { name: 'pods may not be read', ready: 'Unknown NotAuthorized', build: forbidding('Pod') },
  { name: 'ConfigMaps may not be read', ready: 'Unknown NotAuthorized', build: forbidding('ConfigMap') },
  {
    name: 'PeerAuthentications may not be read',
    ready: 'Unknown NotAuthorized',
    build: forbidding('PeerAuthentication'),
  },
];

describe('reconcile, six times in a minute', () => {
  it.each(rows)('writes nothing and records no Event where $name', async ({ ready, build }) => {
    const world = await build();
    await world.reconcile();
    // The first time may have written mesh policy or template; the second reports what the pods make of it.
    await world.reconcile();
    const { status, reason } = world.condition('Ready') ?? {};
    expect(`${status} ${reason}`).toBe(ready);
    world.cluster.writes.length = 0;
    world.cluster.events.length = 0;
    for (let times = 1; times <= 6; times += 1) {
      world.clock.pass(10_000);
      await world.reconcile();
    }
    expect([world.cluster.writes, world.cluster.events]).toEqual([[], []]);
  });

  it('records no Event and writes nothing else where the status is refused', async () => {
    const world = new World({ mode: 'Observe' });
    world.cluster.fault = () => ({ kind: 'refused', status: 403, reason: 'Forbidden', message: 'no' });
    for (let times = 1; times <= 6; times += 1) {
      await expect(world.reconcile()).rejects.toThrow('status was refused');
    }
    expect(new Set(world.cluster.writes)).toEqual(new Set(['writeStatus PrometheusIstioScrape/prometheus']));
    expect(world.cluster.events).toEqual([]);
  });
});
