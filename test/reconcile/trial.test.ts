// What Observe says of a write that Enforce would make, and how often it tries: the real reconciliation on the fake cluster.
import { describe, expect, it } from 'vitest';
import type { StatefulSet } from '../../src/api/kubernetes.ts';
import type { WriteResult } from '../../src/reconcile/cluster.ts';
import { statefulSet } from '../support/stateful-set.ts';
import { annotation, World } from './world.ts';

const PORTS = 'traffic.sidecar.istio.io/includeInboundPorts';
const held = statefulSet({ annotations: { [PORTS]: '*' } });
const merged = statefulSet({ annotations: { 'proxy.istio.io/config': 'concurrency: 2\n' } });
const tried = (world: World): readonly string[] =>
  world.cluster.reads.filter((each) => each.startsWith('dry-run'));
const triedTemplate = (world: World): number =>
  tried(world).filter((each) => each.endsWith('StatefulSet/prometheus')).length;
const conditionsOf = (world: World) =>
  ['Ready', 'Stalled', 'WorkloadWired', 'FieldConflict'].map((type) => {
    const { status, reason, message } = world.condition(type) ?? {};
    return { type, status, reason, message };
  });
const refusal = (status: number, message: string): WriteResult => ({
  kind: 'refused',
  status,
  reason: '',
  message,
});
/** An answer of the API server to a write of the template. */
const answering = (world: World, answer: () => WriteResult): void => {
  world.cluster.fault = (write) => (write === 'apply StatefulSet/prometheus' ? answer() : undefined);
};

async function reconciled(world: World, times = 1): Promise<World> {
  for (let time = 0; time < times; time += 1) {
    await world.reconcile();
    world.clock.pass(11 * 60_000);
  }
  return world;
}

describe('reconcile in Observe', () => {
  it.each<{ name: string; of: StatefulSet; answer?: WriteResult; reason: string }>([
    { name: 'another manager holds a field', of: held, reason: 'FieldConflict' },
    {
      name: 'the API server finds the write invalid',
      of: statefulSet(),
      answer: refusal(422, 'StatefulSet.apps "prometheus" is invalid'),
      reason: 'WriteRefused',
    },
    {
      name: 'a policy refuses the write',
      of: statefulSet(),
      answer: refusal(422, "ValidatingAdmissionPolicy 'p' with binding 'b' denied request: no"),
      reason: 'WriteRefused',
    },
    {
      name: 'a webhook forbids the write',
      of: statefulSet(),
      answer: refusal(403, 'admission webhook "a.example.com" denied the request: no'),
      reason: 'NotAuthorized',
    },
  ])('says what Enforce says where $name', async ({ of, answer, reason }) => {
    const worlds = [new World({ mode: 'Observe' }, of), new World({}, of)];
    for (const world of worlds) {
      if (answer !== undefined) answering(world, () => answer);
      await reconciled(world);
    }
    const [observed, enforced] = worlds.map(conditionsOf);
    expect(observed).toEqual(enforced);
    expect(observed?.[0]?.reason).toBe(reason);
  });

  it('writes nothing to say it', async () => {
    const world = new World({ mode: 'Observe' }, held);
    const before = world.statefulSet();
    await reconciled(world);
    expect(world.statefulSet()).toEqual(before);
    expect(world.cluster.writes).toEqual(['writeStatus PrometheusIstioScrape/prometheus']);
    expect(tried(world)).toEqual([
      'dry-run apply PeerAuthentication/meshscrape-prometheus',
      'dry-run apply Sidecar/meshscrape-prometheus',
      'dry-run apply StatefulSet/prometheus',
    ]);
  });

  it('sees that a merge which keeps what is foreign takes the annotation', async () => {
    const world = await reconciled(new World({ mode: 'Observe' }, merged));
    expect(triedTemplate(world)).toBe(2);
    expect(world.condition('FieldConflict')).toMatchObject({ status: 'False', reason: 'NoConflict' });
    expect(world.condition('Ready')?.reason).toBe('PendingChanges');
  });

  it.each<{ name: string; answer: () => WriteResult; reason: string; says: string; times: number }>([
    {
      name: 'the rule that is missing',
      answer: () => refusal(403, 'User "m" cannot patch resource "statefulsets" in API group "apps"'),
      reason: 'NotAuthorized',
      says: 'cannot patch resource "statefulsets"',
      times: 1,
    },
    {
      name: 'the webhook that does no dry run',
      answer: () => refusal(400, 'admission webhook "a.example.com" does not support dry run'),
      reason: 'DryRunUnsupported',
      says: 'a.example.com',
      times: 1,
    },
    {
      name: 'the failure, which is tried again',
      answer: () => {
        throw new Error('connection reset');
      },
      reason: 'ProgressingWithRetry',
      says: 'connection reset',
      times: 3,
    },
  ])('does not know about conflicts, and names $name', async ({ answer, reason, says, times }) => {
    const world = new World({ mode: 'Observe' });
    answering(world, answer);
    await reconciled(world, 3);
    expect(world.condition('FieldConflict')).toMatchObject({
      status: 'Unknown',
      reason,
      message: expect.stringContaining(says) as string,
    });
    expect(world.condition('Ready')).toMatchObject({ status: 'False', reason: 'PendingChanges' });
    expect(triedTemplate(world)).toBe(times);
  });

  it('tries once, however often the interval comes, and again when somebody wrote the object', async () => {
    const world = await reconciled(new World({ mode: 'Observe' }, held), 5);
    expect(triedTemplate(world)).toBe(1);
    world.edit<StatefulSet>('StatefulSet', 'prometheus', annotation(PORTS, ''));
    await reconciled(world, 3);
    expect(triedTemplate(world)).toBe(2);
    expect(world.condition('FieldConflict')).toMatchObject({ status: 'False', reason: 'NoConflict' });
  });

  it('tries the ConfigMap when its stage has come, once: the time in its record is no other question', async () => {
    const world = new World({ manage: { config: 'Observe' } });
    await world.settle();
    await reconciled(world, 4);
    expect(tried(world)).toEqual(['dry-run patch ConfigMap/prometheus']);
    expect(world.condition('FieldConflict')).toMatchObject({ status: 'False', reason: 'NoConflict' });
    expect(world.condition('ConfigRewritten')?.reason).toBe('PendingChanges');
  });

  it('does not try while suspended, and says that it does not know', async () => {
    const world = await reconciled(new World({ suspend: true }, held));
    expect(tried(world)).toEqual([]);
    expect(world.condition('FieldConflict')).toMatchObject({ status: 'Unknown', reason: 'Suspended' });
  });

  it('has nothing to ask where nothing differs, suspended or not', async () => {
    const world = new World();
    await world.settle();
    world.cluster.reads.length = 0;
    world.edit<ReturnType<World['resource']>>('PrometheusIstioScrape', 'prometheus', (object) => ({
      ...object,
      spec: { ...object.spec, suspend: true },
    }));
    await reconciled(world);
    expect(tried(world)).toEqual([]);
    expect(world.condition('FieldConflict')).toMatchObject({ status: 'False', reason: 'NoConflict' });
  });
});
