// What status says while a resource is being deleted.
import { describe, expect, it } from 'vitest';
import { LASTING_CONDITIONS } from '../../src/api/conditions.ts';
import type { scrape } from '../support/scrape.ts';
import { statefulSet } from '../support/stateful-set.ts';
import { PROMETHEUS_YAML, REWRITTEN_YAML } from '../support/world.ts';
import { reloadable, withGoodSecrets, withPrometheus, World } from './world.ts';

const MINUTE = 60_000;
const FORBIDDEN = { kind: 'refused', status: 403, reason: 'Forbidden', message: 'cannot patch' } as const;
const STATUS_WRITE = 'writeStatus PrometheusIstioScrape/prometheus';

async function deleted(spec: Parameters<typeof scrape>[0]): Promise<World> {
  const world = withGoodSecrets(new World(spec, statefulSet()));
  await world.settle();
  world.markDeleted();
  world.cluster.writes.length = 0;
  return world;
}
const statuses = (world: World) => world.cluster.writes.filter((write) => write === STATUS_WRITE).length;
const said = (world: World, type: string) => {
  const { status, reason, message } = world.condition(type) ?? {};
  return `${status} ${reason}: ${message}`;
};
/** When the deletion ends to wait for a reload, and when it gives up. */
const deadlines = (world: World) =>
  [5, 10].map((minutes) => {
    const at = Date.parse(world.resource().metadata.deletionTimestamp ?? '') + minutes * MINUTE;
    return `${new Date(at).toISOString().slice(0, 19)}Z`;
  });

describe('the status of a resource that is being deleted, with Restore', () => {
  it('says that the config is back, what is waited for and until when, and that the rest is open', async () => {
    const world = await deleted({ deletionPolicy: 'Restore' });
    await world.reconcile();
    expect(world.config()).toBe(PROMETHEUS_YAML);
    const [until] = deadlines(world);
    const message = `being undone (deletionPolicy Restore): the jobs read their old files again; waits for Prometheus, which cannot be asked, to read the old paths again, until ${until} at the latest; then pod template, Sidecar and PeerAuthentication follow`;
    expect(said(world, 'Ready')).toBe(`Unknown Terminating: ${message}`);
    expect(said(world, 'Reconciling')).toBe(`True Terminating: ${message}`);
    expect(said(world, 'ConfigRewritten')).toBe('False Terminating: the jobs read their old files again');
    expect(world.condition('Stalled')).toBeUndefined();
    const open = LASTING_CONDITIONS.filter((type) => !['Ready', 'ConfigRewritten'].includes(type));
    expect(open.map((type) => said(world, type))).toEqual(
      open.map(() => 'Unknown Terminating: not evaluated, see Ready'),
    );
    const { status } = world.resource();
    expect(status?.config?.rewrittenJobs).toEqual([]);
    expect([status?.pending, status?.pendingCount, status?.targets]).toEqual([[], 0, undefined]);
  });

  it('is written once for the same world, and waits by it as long as before', async () => {
    const world = await deleted({ deletionPolicy: 'Restore' });
    await world.reconcile();
    expect(statuses(world)).toBe(1);
    for (let times = 1; times <= 4; times += 1) {
      world.clock.pass(MINUTE);
      expect((await world.reconcile()).requeueAfterMs).toBe((5 - times) * MINUTE);
    }
    expect(statuses(world)).toBe(1);
    world.clock.pass(MINUTE);
    await world.reconcile();
    expect(world.cluster.resources()).toEqual([]);
    expect(statuses(world)).toBe(1);
  });

  it('names the replicas that do not serve the old paths yet', async () => {
    const world = withGoodSecrets(await reloadable({ deletionPolicy: 'Restore' }));
    withPrometheus(world, () => REWRITTEN_YAML);
    await world.reconcile();
    world.markDeleted();
    await world.reconcile();
    expect(said(world, 'Ready')).toContain('waits for prometheus-0 to serve the old paths again');
  });

  it('does not say that the config is back while its write is refused', async () => {
    const world = await deleted({ deletionPolicy: 'Restore' });
    world.cluster.fault = (write) => (write.startsWith('patch ConfigMap') ? FORBIDDEN : undefined);
    await expect(world.reconcile()).rejects.toThrow('cannot patch');
    const [, until] = deadlines(world);
    expect(said(world, 'Ready')).toBe(
      `Unknown Terminating: being undone (deletionPolicy Restore): ConfigMap/prometheus: cannot patch; it is tried again, and what fails still at ${until} is left`,
    );
    expect(said(world, 'ConfigRewritten')).toBe('Unknown Terminating: not evaluated, see Ready');
    expect(world.resource().status?.config?.rewrittenJobs).toEqual(['kubernetes-pods-istio-secure']);
  });

  it('goes on saying that the config is back while a later write is refused', async () => {
    const world = await deleted({ deletionPolicy: 'Restore' });
    await world.reconcile();
    world.clock.pass(5 * MINUTE);
    world.cluster.fault = (write) => (write.startsWith('patch StatefulSet') ? FORBIDDEN : undefined);
    for (let times = 1; times <= 3; times += 1) {
      await expect(world.reconcile()).rejects.toThrow('cannot patch');
      expect(said(world, 'Ready')).toContain('StatefulSet/prometheus: cannot patch');
      expect(said(world, 'ConfigRewritten')).toContain('False Terminating');
    }
    // One for the wait, one for the refusal.
    expect(statuses(world)).toBe(2);
  });

  it('is not written for a lost race', async () => {
    const world = await deleted({ deletionPolicy: 'Restore' });
    world.cluster.fault = (write) =>
      write.startsWith('patch') ? { kind: 'stale', message: 'modified' } : undefined;
    await expect(world.reconcile()).rejects.toThrow('changed meanwhile');
    expect(statuses(world)).toBe(0);
  });

  it('stops no undo where it is refused', async () => {
    const world = await deleted({ deletionPolicy: 'Restore' });
    world.cluster.fault = (write) => (write === STATUS_WRITE ? FORBIDDEN : undefined);
    expect((await world.reconcile()).requeueAfterMs).toBe(5 * MINUTE);
    expect((await world.reconcile()).requeueAfterMs).toBe(5 * MINUTE);
    world.clock.pass(5 * MINUTE);
    await world.reconcile();
    expect(world.cluster.resources()).toEqual([]);
  });
});

describe('the status of a resource that is being deleted, with Retain', () => {
  it('is not written where one reconciliation is enough', async () => {
    const world = await deleted({});
    await world.reconcile();
    expect([statuses(world), world.cluster.resources()]).toEqual([0, []]);
  });

  it('says what is refused, once, and until when it is tried', async () => {
    const world = await deleted({});
    world.cluster.fault = (write) => (write.startsWith('patch Sidecar') ? FORBIDDEN : undefined);
    for (let times = 1; times <= 3; times += 1) {
      await expect(world.reconcile()).rejects.toThrow('cannot patch');
    }
    const [, until] = deadlines(world);
    expect(said(world, 'Ready')).toBe(
      `Unknown Terminating: being undone (deletionPolicy Retain): Sidecar/meshscrape-prometheus: cannot patch; it is tried again, and what fails still at ${until} is left`,
    );
    expect(statuses(world)).toBe(1);
  });
});

describe('the status of a resource that finalizers of others keep', () => {
  it('says whose, once', async () => {
    const world = new World({ mode: 'Observe' });
    await world.settle();
    const { metadata, ...rest } = world.resource();
    world.cluster.put({ ...rest, metadata: { ...metadata, finalizers: ['foregroundDeletion'] } });
    world.markDeleted();
    world.cluster.writes.length = 0;
    await world.reconcile();
    await world.reconcile();
    expect(said(world, 'Ready')).toBe(
      'Unknown Terminating: nothing is left to undo; finalizers of others keep the resource: foregroundDeletion',
    );
    expect(world.cluster.writes).toEqual([STATUS_WRITE]);
  });
});
