import { describe, expect, it } from 'vitest';
import type { StatefulSet } from '../../src/api/kubernetes.ts';
import type { Convergence } from '../../src/reconcile/convergence.ts';
import { reconcile } from '../../src/reconcile/reconcile.ts';
import { present } from '../support/answers.ts';
import { configMap } from '../support/config-map.ts';
import { MANAGER } from '../support/scrape.ts';
import { statefulSet } from '../support/stateful-set.ts';
import { PROMETHEUS_YAML, REWRITTEN_YAML } from '../support/world.ts';
import { annotation, INBOUND, KEY, reloadable, withPrometheus, World } from './world.ts';

describe('reconcile', () => {
  it('writes mesh policy and template, and the config once the pods are new', async () => {
    const world = new World();
    await world.reconcile();
    expect(world.cluster.writes).toEqual([
      'setFinalizers PrometheusIstioScrape/prometheus',
      'apply PeerAuthentication/meshscrape-prometheus',
      'apply Sidecar/meshscrape-prometheus',
      'apply StatefulSet/prometheus',
      'writeStatus PrometheusIstioScrape/prometheus',
    ]);
    expect(world.condition('CertificatesReady')).toMatchObject({
      status: 'False',
      reason: 'WaitingForCertificates',
    });
    expect(world.condition('Ready')).toMatchObject({ status: 'Unknown' });
    expect(world.condition('Reconciling')).toMatchObject({ status: 'True' });
    world.roll();
    world.cluster.writes.length = 0;
    await world.reconcile();
    expect(world.cluster.writes).toEqual([
      'patch ConfigMap/prometheus',
      'patch ConfigMap/prometheus',
      'writeStatus PrometheusIstioScrape/prometheus',
    ]);
    expect(world.config()).toBe(REWRITTEN_YAML);
    expect(world.condition('Ready')).toMatchObject({ status: 'True', reason: 'AppliedUnverified' });
    expect(world.condition('Reconciling')).toBeUndefined();
  });

  it('leaves no name of ours on the shared ConfigMap, and our name on the template', async () => {
    const world = new World();
    await world.settle();
    const managers = (kind: string) =>
      (world.cluster.get(kind, 'prometheus')?.metadata.managedFields ?? []).map(({ manager }) => manager);
    expect(managers('ConfigMap')).not.toContain(MANAGER);
    expect(managers('StatefulSet')).toContain(MANAGER);
  });

  it('logs one line for each reconciliation that changed something', async () => {
    const world = new World();
    await world.settle();
    const changed = world.log.filter(({ message }) => message === 'changed');
    expect(changed.map(({ level }) => level)).toEqual(['info', 'info']);
  });

  it('comes back after the interval, and names the ConfigMap to watch', async () => {
    const world = new World();
    await world.settle();
    expect(await world.reconcile()).toEqual({
      requeueAfterMs: 600_000,
      changed: false,
      configMaps: ['prometheus'],
    });
  });

  it('is done with a key that has no resource', async () => {
    const world = new World();
    world.cluster.remove('PrometheusIstioScrape', 'prometheus');
    expect(await world.reconcile()).toEqual({ requeueAfterMs: undefined, changed: false, configMaps: [] });
  });

  it('says that it changed something where it wrote status alone', async () => {
    const world = new World({ mode: 'Observe' });
    expect([(await world.reconcile()).changed, (await world.reconcile()).changed]).toEqual([true, false]);
    expect(world.log.map(({ message }) => message)).toEqual(['Ready changed']);
  });

  it('says that it changed something where it asked for a reload alone', async () => {
    const world = await reloadable();
    withPrometheus(world, () => PROMETHEUS_YAML);
    await world.reconcile();
    world.cluster.writes.length = 0;
    expect((await world.reconcile()).changed).toBe(true);
    expect(world.cluster.writes).toEqual([]);
  });

  it.each([
    { name: 'a tenth earlier', random: 0, requeueAfterMs: 540_000 },
    { name: 'a tenth later', random: 1, requeueAfterMs: 660_000 },
  ])('comes back $name at most', async ({ random, requeueAfterMs }) => {
    const world = new World();
    await world.settle();
    const result = await reconcile(KEY, { ...world.context(), random: () => random });
    expect(result.requeueAfterMs).toBeCloseTo(requeueAfterMs);
  });

  it('names no ConfigMap to watch where none is known', async () => {
    const world = new World();
    world.cluster.remove('StatefulSet', 'prometheus');
    expect((await world.reconcile()).configMaps).toEqual([]);
  });

  it('names the ConfigMap of before while the workload is gone', async () => {
    const world = new World();
    await world.settle();
    world.cluster.remove('StatefulSet', 'prometheus');
    expect((await world.reconcile()).configMaps).toEqual(['prometheus']);
  });

  it('names the other ConfigMaps too whose files scrape_config_files may name', async () => {
    const mount = { name: 'more', mountPath: '/etc/more' };
    const of = statefulSet({ volumes: [{ name: 'more', configMap: { name: 'more' } }], mounts: [mount] });
    const text = `${PROMETHEUS_YAML}scrape_config_files: ['/etc/more/*.yaml']\n`;
    const world = new World({}, of, configMap(text));
    expect((await world.reconcile()).configMaps).toEqual(['prometheus', 'more']);
  });

  it('names the ConfigMap of the root too where a legacy secret was read', async () => {
    const world = new World();
    const expiry = { kind: 'Known', notAfterMs: world.clock.now() + 1e10 } as const;
    world.cluster.secret = () =>
      Promise.resolve(present({ type: 'istio.io/key-and-cert', expiry, rootKeys: ['a'] }) as never);
    expect((await world.reconcile()).configMaps).toEqual(['prometheus', 'istio-ca-root-cert']);
  });

  it.each([
    { name: 'the resource is gone meanwhile', answer: { kind: 'absent', message: 'gone' } },
    { name: 'another write came first', answer: { kind: 'stale', message: 'modified' } },
  ] as const)('reports nothing where status was not written because $name', async ({ answer }) => {
    const world = new World({ mode: 'Observe' });
    world.cluster.fault = (write) => (write.startsWith('writeStatus') ? answer : undefined);
    expect((await world.reconcile()).changed).toBe(false);
    expect([world.detections, world.cluster.events]).toEqual([[], []]);
  });

  it.each([
    {
      name: 'is gone',
      end: (world: World): void => {
        world.cluster.remove('PrometheusIstioScrape', 'prometheus');
      },
    },
    {
      name: 'is being deleted',
      end: (world: World): void => {
        world.markDeleted();
      },
    },
  ])('forgets what it had left to report of a resource that $name', async ({ end }) => {
    const world = new World();
    world.cluster.fault = (write) =>
      write.startsWith('apply StatefulSet') ? { kind: 'stale', message: 'modified' } : undefined;
    await expect(world.reconcile()).rejects.toThrow('changed meanwhile');
    end(world);
    await world.reconcile();
    const { unreported } = world.context();
    const nothing = { written: [], corrected: [] } as unknown as Convergence;
    expect(unreported.add(KEY, nothing)).toEqual(nothing);
  });

  it('has nothing left to report once status shows it', async () => {
    const world = new World();
    await world.reconcile();
    const nothing = { written: [], corrected: [] } as unknown as Convergence;
    expect(world.context().unreported.add(KEY, nothing)).toEqual(nothing);
  });

  it('comes back as soon as time opens a gate', async () => {
    const world = new World();
    await world.reconcile();
    world.roll();
    await world.reconcile();
    world.edit<StatefulSet>('StatefulSet', 'prometheus', annotation(INBOUND, '*'));
    world.roll();
    world.clock.pass(240_000);
    expect((await world.reconcile()).requeueAfterMs).toBe(360_000);
  });

  it('emits Events for what it wrote', async () => {
    const world = new World();
    await world.reconcile();
    expect(world.cluster.events.map(({ reason, regarding }) => [reason, regarding.kind])).toEqual([
      ['TemplateWritten', 'PrometheusIstioScrape'],
      ['TemplateWritten', 'StatefulSet'],
      ['LegacySecretMounted', 'PrometheusIstioScrape'],
    ]);
  });
});
