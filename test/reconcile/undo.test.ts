import { describe, expect, it } from 'vitest';
import type { StatefulSet } from '../../src/api/kubernetes.ts';
import { MANAGER, scrape } from '../support/scrape.ts';
import { statefulSet } from '../support/stateful-set.ts';
import { PROMETHEUS_YAML, REWRITTEN_YAML } from '../support/world.ts';
import { reloadable, withGoodSecrets, withPrometheus, World } from './world.ts';

const KINDS = [
  ['StatefulSet', 'prometheus'],
  ['ConfigMap', 'prometheus'],
  ['Sidecar', 'meshscrape-prometheus'],
  ['PeerAuthentication', 'meshscrape-prometheus'],
] as const;
const MINUTE = 60_000;

async function converged(spec: Parameters<typeof scrape>[0], of?: StatefulSet): Promise<World> {
  const world = withGoodSecrets(new World(spec, of));
  await world.settle();
  world.cluster.writes.length = 0;
  world.cluster.events.length = 0;
  return world;
}
const gone = (world: World) => world.cluster.resources().length === 0;
const withoutBookkeeping = (object: object | undefined) => {
  const { metadata, ...rest } = object as { metadata: Record<string, unknown> };
  return { ...rest, metadata: { ...metadata, managedFields: undefined, resourceVersion: undefined } };
};

describe('undo, with Retain', () => {
  it('changes no field and no generation, and leaves no name of ours', async () => {
    const world = await converged({});
    const before = KINDS.map(([kind, name]) => withoutBookkeeping(world.cluster.get(kind, name)));
    world.markDeleted();
    await world.reconcile();
    expect(gone(world)).toBe(true);
    expect(KINDS.map(([kind, name]) => withoutBookkeeping(world.cluster.get(kind, name)))).toEqual(before);
    const managers = KINDS.flatMap(([kind, name]) =>
      (world.cluster.get(kind, name)?.metadata.managedFields ?? []).map(({ manager }) => manager),
    );
    expect(managers).not.toContain(MANAGER);
    expect(world.cluster.events).toEqual([]);
  });

  it('leaves all that a new resource needs to go on without a restart', async () => {
    const world = await converged({});
    world.markDeleted();
    await world.reconcile();
    const { generation } = world.statefulSet().metadata;
    world.cluster.put(scrape({}, { metadata: { uid: 'second' } }));
    await world.settle();
    expect(world.statefulSet().metadata.generation).toBe(generation);
    expect(world.config()).toBe(REWRITTEN_YAML);
    expect(world.condition('Ready')?.status).toBe('True');
  });

  it('does not hang where the target is gone', async () => {
    const world = await converged({});
    for (const [kind, name] of KINDS) world.cluster.remove(kind, name);
    world.markDeleted();
    await world.reconcile();
    expect(gone(world)).toBe(true);
  });
});

describe('undo, with Restore', () => {
  const merged = {
    'proxy.istio.io/config': '# ours\nconcurrency: 1\n',
    'sidecar.istio.io/userVolumeMount': '{"other": {"mountPath": "/other"}}',
  };
  it.each([
    { name: 'a bare template', of: statefulSet() },
    { name: 'a template that was merged into', of: statefulSet({ annotations: merged }) },
    {
      name: 'a template with a value that Force replaced',
      of: statefulSet({ annotations: { 'prometheus.istio.io/merge-metrics': 'true' } }),
    },
    { name: 'zero replicas', of: statefulSet({ spec: { replicas: 0 } }) },
  ])('gives back $name and prometheus.yaml byte for byte', async ({ of }) => {
    const world = await converged({ deletionPolicy: 'Restore', conflictPolicy: 'Force' }, of);
    expect(world.config()).toBe(REWRITTEN_YAML);
    world.markDeleted();
    await world.reconcile();
    world.clock.pass(6 * MINUTE);
    if (!gone(world)) await world.reconcile();
    expect(gone(world)).toBe(true);
    expect(world.statefulSet().spec.template).toEqual(of.spec.template);
    expect(world.statefulSet().metadata.annotations).toBeUndefined();
    expect(world.config()).toBe(PROMETHEUS_YAML);
    expect(world.cluster.get('ConfigMap', 'prometheus')?.metadata.annotations).toBeUndefined();
    expect(world.cluster.get('Sidecar', 'meshscrape-prometheus')).toBeUndefined();
    expect(world.cluster.get('PeerAuthentication', 'meshscrape-prometheus')).toBeUndefined();
  });

  it('puts the config back first, and takes the files away five minutes later', async () => {
    const world = await converged({ deletionPolicy: 'Restore' });
    const wiredTemplate = world.statefulSet().spec.template;
    world.markDeleted();
    const first = await world.reconcile();
    expect(world.cluster.writes).toEqual([
      ...['patch ConfigMap/prometheus', 'patch ConfigMap/prometheus'],
      'writeStatus PrometheusIstioScrape/prometheus',
    ]);
    expect(first.requeueAfterMs).toBe(5 * MINUTE);
    expect([gone(world), world.statefulSet().spec.template]).toEqual([false, wiredTemplate]);
    world.clock.pass(4 * MINUTE);
    expect((await world.reconcile()).requeueAfterMs).toBe(MINUTE);
    world.clock.pass(MINUTE);
    await world.reconcile();
    expect(gone(world)).toBe(true);
    expect(world.cluster.writes.slice(3)).toEqual([
      'patch StatefulSet/prometheus',
      // Our name in managedFields, which the first one cannot take out together with the fields.
      'patch StatefulSet/prometheus',
      'delete Sidecar/meshscrape-prometheus',
      'delete PeerAuthentication/meshscrape-prometheus',
      'setFinalizers PrometheusIstioScrape/prometheus',
    ]);
    expect(world.cluster.events.map(({ reason, regarding }) => [reason, regarding.kind])).toEqual([
      ['TemplateWritten', 'PrometheusIstioScrape'],
      ['TemplateWritten', 'StatefulSet'],
    ]);
  });

  it('still restores the config where the StatefulSet went before', async () => {
    const world = await converged({ deletionPolicy: 'Restore' });
    world.cluster.remove('StatefulSet', 'prometheus');
    await world.reconcile();
    expect(world.condition('Ready')?.reason).toBe('WorkloadNotFound');
    world.markDeleted();
    await world.reconcile();
    expect(world.config()).toBe(PROMETHEUS_YAML);
    expect(gone(world)).toBe(true);
  });

  it('still restores the config that is ignored since', async () => {
    const world = await converged({ deletionPolicy: 'Restore' });
    const resource = world.resource();
    const manage = { ...resource.spec.manage, config: 'Ignore' as const };
    world.cluster.put({ ...resource, spec: { ...resource.spec, manage } } as typeof resource);
    await world.reconcile();
    world.markDeleted();
    await world.reconcile();
    expect(world.config()).toBe(PROMETHEUS_YAML);
  });

  it('keeps the finalizer while a write fails, and gives up after ten minutes with an Event', async () => {
    const world = await converged({ deletionPolicy: 'Restore' });
    world.markDeleted();
    world.cluster.fault = (write) =>
      write.startsWith('patch')
        ? { kind: 'refused', status: 403, reason: 'Forbidden', message: 'cannot patch' }
        : undefined;
    // The queue tries again with growing pauses. A controller that was away for long gives up no sooner.
    world.clock.pass(11 * MINUTE);
    for (let times = 1; times <= 4; times += 1) {
      await expect(world.reconcile()).rejects.toThrow('is incomplete: ConfigMap/prometheus: cannot patch');
    }
    expect([gone(world), world.cluster.events]).toEqual([false, []]);
    await world.reconcile();
    expect(gone(world)).toBe(true);
    expect(world.cluster.events.at(-1)).toMatchObject({
      type: 'Warning',
      reason: 'RestoreIncomplete',
      action: 'Undo',
      note: 'left as it is after 10 minutes: ConfigMap/prometheus (docs/troubleshooting.md#restoreincomplete)',
    });
  });

  it('says nothing of a lost record when our name outlives the fields, because the release lost a race', async () => {
    const world = await converged({ deletionPolicy: 'Restore' }, statefulSet({ spec: { replicas: 0 } }));
    world.markDeleted();
    let patches = 0;
    // The StatefulSet controller answers every template write with a status of its own.
    world.cluster.fault = (write) => {
      if (!write.startsWith('patch StatefulSet')) return undefined;
      patches += 1;
      return patches === 2 ? { kind: 'stale', message: 'the object has been modified' } : undefined;
    };
    for (let times = 1; times <= 3 && !gone(world); times += 1)
      await world.reconcile().catch(() => undefined);
    expect([gone(world), patches]).toEqual([true, 3]);
    const managers = (world.statefulSet().metadata.managedFields ?? []).map(({ manager }) => manager);
    expect(managers).not.toContain(MANAGER);
    expect(world.statefulSet().metadata.annotations).toBeUndefined();
    expect(world.cluster.events.map(({ reason }) => reason)).not.toContain('RestoreIncomplete');
  });

  it('leaves alone what it never wrote: a resource without our finalizer', async () => {
    const world = new World({ mode: 'Observe', deletionPolicy: 'Restore' });
    await world.settle();
    world.markDeleted();
    world.cluster.writes.length = 0;
    const result = await world.reconcile();
    expect([result.changed, world.cluster.writes]).toEqual([false, []]);
  });

  it('asks for a reload while it waits, and goes on as soon as the old paths are served', async () => {
    const world = withGoodSecrets(await reloadable({ deletionPolicy: 'Restore' }));
    let served = REWRITTEN_YAML;
    const reloads = withPrometheus(world, () => served);
    await world.reconcile();
    world.markDeleted();
    expect((await world.reconcile()).requeueAfterMs).toBe(10_000);
    expect([reloads.length, gone(world)]).toEqual([1, false]);
    served = PROMETHEUS_YAML;
    await world.reconcile();
    expect([reloads.length, gone(world)]).toEqual([1, true]);
  });

  it('logs one line for each step, with what it undid', async () => {
    const world = await converged({ deletionPolicy: 'Restore' }, statefulSet({ spec: { replicas: 0 } }));
    world.markDeleted();
    world.log.length = 0;
    await world.reconcile();
    expect(world.log.map(({ message, fields }) => ({ message, ...fields }))).toEqual([
      { message: 'undone', changes: ['Put the original tls_config back into ConfigMap prometheus'] },
      {
        message: 'undone',
        changes: [
          'Take the wiring out of the pod template of StatefulSet prometheus',
          'Delete Sidecar meshscrape-prometheus',
          'Delete PeerAuthentication meshscrape-prometheus',
        ],
      },
    ]);
  });

  it('does not give up before ten minutes, however often it tried', async () => {
    const world = await converged({ deletionPolicy: 'Restore' });
    world.markDeleted();
    world.cluster.fault = (write) =>
      write.startsWith('patch') ? { kind: 'stale', message: 'modified' } : undefined;
    world.clock.pass(10 * MINUTE);
    for (let times = 1; times <= 7; times += 1) {
      await expect(world.reconcile()).rejects.toThrow('ConfigMap/prometheus changed meanwhile');
    }
    world.clock.pass(1000);
    await world.reconcile();
    expect(gone(world)).toBe(true);
  });

  it('forgets the tries of what is gone', async () => {
    const world = await converged({ deletionPolicy: 'Restore' });
    world.markDeleted();
    world.cluster.fault = (write) =>
      write.startsWith('patch') ? { kind: 'stale', message: 'modified' } : undefined;
    await expect(world.reconcile()).rejects.toThrow('changed meanwhile');
    const { undoTries } = world.context();
    expect([...undoTries]).toEqual([['uid-resource', 1]]);
    world.cluster.fault = () => undefined;
    world.clock.pass(6 * MINUTE);
    await world.reconcile();
    expect([gone(world), [...undoTries]]).toEqual([true, []]);
  });

  it.each([
    { name: 'once, though a later step finds it again', removed: [] },
    { name: 'also where nothing is left to write', removed: KINDS.filter(([kind]) => kind !== 'ConfigMap') },
  ])('says what could not be undone $name', async ({ removed }) => {
    const world = await converged({ deletionPolicy: 'Restore' });
    world.cluster.forbidden.add('ConfigMap');
    for (const [kind, name] of removed) world.cluster.remove(kind, name);
    world.markDeleted();
    await world.reconcile();
    expect(gone(world)).toBe(true);
    expect(world.cluster.events.map(({ reason }) => reason)).toEqual(['RestoreIncomplete']);
  });
});
