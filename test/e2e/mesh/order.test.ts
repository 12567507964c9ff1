// Order, proven the hard way. First by hand and in the wrong order: what Prometheus does then, and that the watch of
// order-watch.ts sees it. Then 20 times by meshscrape, with seeded delays everywhere: the watch sees nothing, ever.
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';

import { ProcessGroup } from '../../../testbed/control-plane/process-group.ts';
import { PrometheusApi } from '../../../testbed/mesh/prometheus-api.ts';
import type { Target } from '../../../testbed/mesh/targets.ts';
import { startTarget } from '../../../testbed/mesh/targets.ts';
import { useTestBed } from '../../support/control-plane.ts';
import { useController } from '../../support/controller.ts';
import { condition } from '../../support/story.ts';
import { promscrape } from '../../support/world.ts';
import { JOB, watchOrder } from './order-watch.ts';
import type { OrderWorld, OrderWorldOptions } from './order-world.ts';
import { applyLegacy, configWith, replacePods, startOrderWorld } from './order-world.ts';
import { slowInjection } from './slow-webhook.ts';

const RUNS = 20;
/** The same delays again: MESHSCRAPE_ORDER_SEED=<seed>. */
const SEED = Number(process.env['MESHSCRAPE_ORDER_SEED'] ?? Date.now() % 100_000_000);

const bed = useTestBed({ kubelet: false });
useController({ kubeconfig: () => bed.kubeconfig });
const processes = new ProcessGroup();
const worlds: OrderWorld[] = [];
let target: Target;
let restoreWebhook: (() => Promise<void>) | undefined;

const start = async (
  name: string,
  rest: Pick<OrderWorldOptions, 'seed' | 'replicas'>,
): Promise<OrderWorld> => {
  const { api, url } = bed;
  const namespace = `${bed.namespace}-${name}`;
  const world = await startOrderWorld({ api, processes, url, mesh: inject('mesh'), namespace, ...rest });
  worlds.push(world);
  return world;
};
const configMapOf = ({ namespace }: OrderWorld) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'prometheus', namespace },
});
const prometheusOf = ({ node, namespace }: OrderWorld, ordinal = 0): PrometheusApi =>
  new PrometheusApi(node.address({ namespace, name: `prometheus-${ordinal}` }) ?? '');

beforeAll(async () => {
  process.stdout.write(`order: seed ${SEED}\n`);
  restoreWebhook = await slowInjection(bed.api, { seed: SEED, range: { leastMs: 0, mostMs: 150 } });
});

afterAll(async () => {
  try {
    // The next file's controller must not find them.
    await Promise.all(
      worlds.map(async ({ api, namespace }) => {
        const resource = promscrape({ namespace });
        if ((await api.find(resource)) === undefined) return;
        await api.delete(resource);
        await api.waitForObject(resource, (object) => object === undefined);
      }),
    );
    await Promise.all(
      worlds.map(async ({ api, namespace }) =>
        api.delete({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }),
      ),
    );
    await Promise.all(worlds.map(async ({ node }) => node.stop()));
    await restoreWebhook?.();
  } finally {
    await processes.stop();
  }
});

describe('the config edited by hand, before the files exist', () => {
  it('is refused at a reload, loses its pool at the next restart, and the watch sees all of that', async () => {
    const world = await start('by-hand', { seed: SEED, replicas: 1 });
    target = await startTarget(
      {
        api: bed.api,
        processes,
        mesh: inject('mesh'),
        network: world.node.network,
        namespace: world.namespace,
      },
      { kind: 'foreign' },
    );
    await applyLegacy(world, target.address);
    const prometheus = prometheusOf(world);
    const pod = { namespace: world.namespace, name: 'prometheus-0' };
    await expect
      .poll(async () => prometheus.targets(), { timeout: 90_000 })
      .toMatchObject([{ health: 'up' }]);
    const watch = watchOrder(world);

    const edited = configWith('/etc/prom-certs', target.address);
    await bed.api.patch(configMapOf(world), { data: { 'prometheus.yaml': edited } });
    const file = async (): Promise<string> =>
      world.node.container(pod, 'prometheus').read('/etc/prometheus/prometheus.yaml');
    await expect.poll(file, { timeout: 90_000 }).toBe(edited);
    expect(await prometheus.reload()).toBe(500);
    const scrapes = target.scrapes.length;
    await expect.poll(() => target.scrapes.length, { timeout: 90_000 }).toBeGreaterThan(scrapes + 1);
    expect(await prometheus.pools()).toEqual([JOB]);
    expect(await prometheus.config()).toContain('/etc/prom-certs/key.pem');
    expect((await prometheus.metrics()).get('prometheus_config_last_reload_successful')).toBe(0);

    world.node.container(pod, 'prometheus').kill();
    const failed = async (): Promise<number | undefined> =>
      (await prometheus.metrics().catch(() => new Map<string, number>())).get(
        'prometheus_target_scrape_pools_failed_total',
      );
    await expect.poll(failed, { timeout: 90_000 }).toBe(1);
    expect(await prometheus.isReady()).toBe(true);
    expect((await prometheus.metrics()).get('prometheus_config_last_reload_successful')).toBe(1);
    expect([await prometheus.pools(), await prometheus.targets()]).toEqual([[], []]);

    await expect.poll(() => watch.violations).toContain('prometheus-0: a pool could not be made');
    await watch.stop();
    expect([...watch.violations].toSorted()).toEqual([
      'prometheus-0: a pool could not be made',
      'prometheus-0: a pool could not be reloaded',
      'prometheus-0: prometheus.yaml names /etc/prom-certs/cert-chain.pem, which is not there',
      'prometheus-0: prometheus.yaml names /etc/prom-certs/key.pem, which is not there',
      'prometheus-0: prometheus.yaml names /etc/prom-certs/root-cert.pem, which is not there',
      'prometheus-0: the last reload failed',
    ]);
  });
});

describe('the config edited by meshscrape', () => {
  const ready = async ({ namespace }: OrderWorld): Promise<void> => {
    await bed.api.waitForObject(
      promscrape({ namespace }),
      (object) => {
        const { status, reason } = condition(object, 'Ready') ?? {};
        return status === 'True' && reason === 'Succeeded';
      },
      { timeoutMs: 180_000, what: `${namespace} is Ready` },
    );
  };

  const bringToReady = async (world: OrderWorld): Promise<void> => {
    await pause(world.delayMs);
    await bed.api.create(promscrape(world));
    await Promise.all([replacePods(world), ready(world)]);
    const text = (await bed.api.get(configMapOf(world))).data?.['prometheus.yaml'];
    expect(text).toBe(configWith('/etc/prom-certs', target.address));
    for (let ordinal = 0; ordinal < world.replicas; ordinal += 1) {
      const prometheus = prometheusOf(world, ordinal);
      // A process that began a moment ago makes its pools when its first targets are found.
      await expect.poll(async () => prometheus.pools(), { timeout: 90_000 }).toEqual([JOB]);
      expect(await prometheus.config()).toContain('/etc/prom-certs/key.pem');
    }
  };

  /** Never throws: the other runs would be torn down under way. */
  const run = async (index: number): Promise<object> => {
    const world = await start(`run-${index}`, { seed: SEED + 1 + index });
    await applyLegacy(world, target.address);
    const watch = watchOrder(world);
    const startedMs = Date.now();
    const outcome = await bringToReady(world).then(
      () => 'Ready',
      async (error: unknown) => {
        const message = condition(await bed.api.get(promscrape(world)), 'Ready')?.message ?? '';
        return `${error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)}: ${message}`;
      },
    );
    await watch.stop();
    const { seed, replicas, isNative, replacements } = world;
    const rollout = replacements.length === 0 ? 'rolling' : `replaced after ${replacements.join(' and ')} ms`;
    const shape = `${replicas} replicas, ${isNative ? 'native' : 'held'}, ${rollout}`;
    const took = `${((Date.now() - startedMs) / 1000).toFixed(1)} s, ${watch.checks()} checks`;
    process.stdout.write(`run ${index}: seed ${seed}, ${shape}: ${outcome} after ${took}\n`);
    return { index, outcome, violations: [...watch.violations] };
  };

  it(`never names a file that is not there, never loses a pool: ${RUNS} runs`, async () => {
    const runs = Array.from({ length: RUNS }, (_, index) => index);
    const done = await Promise.all(runs.map(run));
    expect(done).toEqual(runs.map((index) => ({ index, outcome: 'Ready', violations: [] })));
  }, 180_000);
});
