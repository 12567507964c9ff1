import { describe, expect, it } from 'vitest';
import { LASTING_CONDITIONS } from '../../src/api/conditions.ts';
import type { Condition } from '../../src/api/prometheus-istio-scrape.gen.ts';
import type { PrometheusIstioScrape } from '../../src/api/resource.ts';
import { KubeError } from '../../src/kube/http/kube-error.ts';
import { kstatusOf } from '../support/kstatus.ts';
import { KEY, World } from './world.ts';

const lost = new KubeError('Unavailable', 'get ConfigMap app-metrics/prometheus: connection reset');
const conditionsOf = (world: World): readonly Condition[] => world.resource().status?.conditions ?? [];
const statusWrites = (world: World): number =>
  world.cluster.writes.filter((write) => write.startsWith('writeStatus')).length;

/** A world in which one kind of request fails, and what it throws. */
const faults: readonly { name: string; breaks: (world: World, error: Error) => void }[] = [
  {
    name: 'a read',
    breaks: ({ cluster }, error) => {
      cluster.configMap = () => Promise.reject(error);
    },
  },
  {
    name: 'the finalizer',
    breaks: ({ cluster }, error) => {
      cluster.setFinalizers = () => Promise.reject(error);
    },
  },
];

describe('reportUnevaluated', () => {
  it.each(faults)('says in every condition that $name failed', async ({ breaks }) => {
    const world = new World();
    breaks(world, lost);
    await expect(world.reconcile()).rejects.toBe(lost);
    expect(conditionsOf(world).map(({ type, status, reason }) => [type, status, reason])).toEqual([
      ['Ready', 'Unknown', 'ProgressingWithRetry'],
      ['Reconciling', 'True', 'ProgressingWithRetry'],
      ...LASTING_CONDITIONS.slice(1).map((type) => [type, 'Unknown', 'ProgressingWithRetry']),
    ]);
    expect(world.condition('Ready')?.message).toBe(
      'not evaluated yet: get ConfigMap app-metrics/prometheus: connection reset (docs/troubleshooting.md#progressingwithretry)',
    );
    expect(new Set(conditionsOf(world).map(({ observedGeneration }) => observedGeneration))).toEqual(
      new Set([world.resource().metadata.generation]),
    );
    expect(world.resource().status?.observedGeneration).toBe(-1);
    expect(kstatusOf(world.resource())).toBe('InProgress');
  });

  it('writes that once, however the error is worded, and leaves nothing of it once all was read', async () => {
    const world = new World();
    const { configMap } = world.cluster;
    world.cluster.configMap = () => Promise.reject(lost);
    await expect(world.reconcile()).rejects.toBe(lost);
    world.cluster.configMap = () => Promise.reject(new KubeError('Timeout', 'after 5,003 ms'));
    await expect(world.reconcile()).rejects.toThrow('after 5,003 ms');
    expect(statusWrites(world)).toBe(1);
    world.cluster.configMap = configMap;
    await world.settle();
    expect(world.condition('Ready')).toMatchObject({ status: 'True' });
    expect(world.resource().status?.observedGeneration).toBe(world.resource().metadata.generation);
  });

  it('throws the first error where status cannot be written either', async () => {
    const world = new World();
    world.cluster.configMap = () => Promise.reject(lost);
    world.cluster.writeStatus = () =>
      Promise.reject(new KubeError('Unavailable', 'patch status: connection reset'));
    await expect(world.reconcile()).rejects.toBe(lost);
  });

  it('keeps what an error that nobody expected says out of status', async () => {
    const world = new World();
    world.cluster.configMap = () => Promise.reject(new TypeError('a line of the private key'));
    await expect(world.reconcile()).rejects.toThrow(TypeError);
    expect(world.condition('Ready')?.message).toBe(
      'not evaluated yet: an unexpected error, see the log of the controller (docs/troubleshooting.md#progressingwithretry)',
    );
  });

  it('leaves the last evaluation alone where a later reconciliation breaks off', async () => {
    const world = new World();
    await world.settle();
    const before = world.resource();
    world.cluster.configMap = () => Promise.reject(lost);
    await expect(world.reconcile()).rejects.toBe(lost);
    expect([world.resource(), world.cluster.writes]).toEqual([before, []]);
    expect(world.cluster.resource(KEY)).toEqual(before);
  });

  it('leaves the last evaluation alone where the spec was edited since', async () => {
    const world = new World();
    await world.settle();
    world.edit<PrometheusIstioScrape>('PrometheusIstioScrape', 'prometheus', (live) => ({
      ...live,
      spec: { ...live.spec, interval: '5m' },
    }));
    const before = world.resource();
    expect(before.metadata.generation).toBe(2);
    world.cluster.configMap = () => Promise.reject(lost);
    await expect(world.reconcile()).rejects.toBe(lost);
    expect(world.resource()).toEqual(before);
  });

  it('says it again for a new generation of what was never evaluated', async () => {
    const world = new World();
    world.cluster.configMap = () => Promise.reject(lost);
    await expect(world.reconcile()).rejects.toBe(lost);
    world.edit<PrometheusIstioScrape>('PrometheusIstioScrape', 'prometheus', (live) => ({
      ...live,
      spec: { ...live.spec, interval: '5m' },
    }));
    await expect(world.reconcile()).rejects.toBe(lost);
    expect(statusWrites(world)).toBe(2);
    expect(world.condition('Ready')?.observedGeneration).toBe(2);
    expect(world.resource().status?.observedGeneration).toBe(-1);
  });
});
