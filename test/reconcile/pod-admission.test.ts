// How often a pod is asked about, over many reconciliations of the real thing on the fake cluster.
import { describe, expect, it } from 'vitest';
import type { WriteResult } from '../../src/reconcile/cluster.ts';
import { World } from './world.ts';

const asked = (world: World): number => world.cluster.reads.filter((each) => each === 'admitPod').length;
const refused = (status: number, message: string): WriteResult => ({
  kind: 'refused',
  status,
  reason: '',
  message,
});
const VIOLATES = refused(403, 'pods "p" is forbidden: violates PodSecurity "baseline:latest": no');

async function reconciled(world: World, times: number): Promise<void> {
  for (let time = 0; time < times; time += 1) {
    await world.reconcile();
    world.clock.pass(11 * 60_000);
  }
}

describe('a pod that the API server would refuse', () => {
  it.each(['Enforce', 'Observe'] as const)(
    'is asked about once in %s, however often it is evaluated',
    async (mode) => {
      const world = new World({ mode });
      world.cluster.podAdmission = VIOLATES;
      await reconciled(world, 10);
      expect(asked(world)).toBe(1);
      expect(world.condition('Ready')).toMatchObject({ status: 'False', reason: 'PodWouldBeRefused' });
      expect(world.cluster.writes.filter((each) => each.includes('StatefulSet'))).toEqual([]);
    },
  );

  it('is asked about again at a request, and wired when it is taken', async () => {
    const world = new World();
    world.cluster.podAdmission = VIOLATES;
    await reconciled(world, 2);
    world.cluster.podAdmission = { kind: 'written', object: world.statefulSet() };
    await reconciled(world, 1);
    expect(world.condition('WorkloadWired')?.reason).toBe('PodWouldBeRefused');
    world.edit('PrometheusIstioScrape', 'prometheus', (object: { metadata: object }) => ({
      ...object,
      metadata: { ...object.metadata, annotations: { 'meshscrape.dev/requestedAt': 'now' } },
    }));
    await reconciled(world, 1);
    expect(asked(world)).toBe(2);
    expect(world.condition('WorkloadWired')?.status).toBe('True');
  });
});

describe('a pod about which there is no answer', () => {
  it.each<{ name: string; answer: () => WriteResult }>([
    { name: 'it is forbidden', answer: () => refused(403, 'User "m" cannot create resource "pods"') },
    { name: 'a quota is exceeded', answer: () => refused(403, 'exceeded quota: q') },
    {
      name: 'the request fails',
      answer: () => {
        throw new Error('connection reset');
      },
    },
  ])('is asked about once an hour, since $name', async ({ answer }) => {
    const world = new World({ mode: 'Observe' });
    Object.defineProperty(world.cluster, 'podAdmission', { get: answer });
    await reconciled(world, 12);
    expect(asked(world)).toBe(2);
    expect(world.condition('Ready')?.reason).toBe('PendingChanges');
  });
});

describe('a workload that is wired', () => {
  it('is never asked about', async () => {
    const world = new World();
    await world.settle();
    world.cluster.reads.length = 0;
    await reconciled(world, 3);
    expect(asked(world)).toBe(0);
  });
});
