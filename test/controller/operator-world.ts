// The operator without an API server: what wakes whom, what is retried, how it stops. Watches are fed by hand;
// the same on a real API server is the e2e suite's.
import { KubeConfig } from '@kubernetes/client-node';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect } from 'vitest';
import type { KubernetesObject } from '../../src/api/kubernetes.ts';
import { ScrapeOperator } from '../../src/controller/operator.ts';
import type { WatchChange, WatchedResource } from '../../src/kube/informers/caches.ts';
import type { KubeCluster } from '../../src/kube/kube-cluster.ts';
import type { ReconcileContext, ReconcileResult } from '../../src/reconcile/context.ts';
import { DryRuns } from '../../src/reconcile/dry-runs.ts';
import { Unreported } from '../../src/reconcile/unreported.ts';
import { createMetrics, type Metrics } from '../../src/telemetry/metrics.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { RecordedLog } from '../support/recorded-log.ts';

export const INTERVAL_MS = 600_000;
export const GOOD: ReconcileResult = { requeueAfterMs: INTERVAL_MS, changed: false, configMaps: ['config'] };
export const GONE: ReconcileResult = { requeueAfterMs: undefined, changed: false, configMaps: [] };

interface RunningReconcile {
  readonly key: string;
  readonly driftDetected: ReconcileContext['driftDetected'];
  readonly end: (result: ReconcileResult) => void;
  readonly fail: (error: Error) => void;
}

export class OperatorWorld {
  readonly clock = new FakeClock();
  readonly metrics: Metrics = createMetrics(2);
  readonly operator: ScrapeOperator;
  readonly watched: WatchedResource[] = [];
  readonly released: string[] = [];
  readonly log = new RecordedLog();
  /** Reconciles in flight, oldest first. */
  readonly running: RunningReconcile[] = [];
  isStopped = false;
  #sync: () => void = () => undefined;
  readonly #resources = new Map<string, object>();
  readonly #handlers = new Map<string, (change: WatchChange) => void>();

  constructor() {
    const cluster = {
      transport: { kubeConfig: Object.assign(new KubeConfig(), { coreApi: () => undefined }) },
      watch: (resource: WatchedResource, onChange: (change: WatchChange) => void) => {
        this.watched.push(resource);
        this.#handlers.set(resource.plural, onChange);
      },
      whenSynced: () => new Promise<void>((resolve) => (this.#sync = resolve)),
      resource: (key: string) => this.#resources.get(key),
      releasePods: (namespace: string, name: string) => this.released.push(`${namespace}/${name}`),
      stop: () => (this.isStopped = true),
    } as unknown as KubeCluster;
    this.operator = new ScrapeOperator({
      cluster,
      log: this.log,
      reconcile: (key, { driftDetected }) =>
        new Promise((resolve, reject) =>
          this.running.push({ key, driftDetected, end: resolve, fail: reject }),
        ),
      context: {
        now: () => this.clock.now(),
        random: () => 1,
        templateWriteIntervalMs: 600_000,
        unreported: new Unreported(),
        dryRuns: new DryRuns(),
        undoTries: new Map(),
      },
      concurrency: 2,
      timers: this.clock,
      metrics: this.metrics,
    });
  }

  /** A world whose workers run, with these resources reconciled once. */
  static async started(
    ...resources: readonly (readonly [key: string, workload: string])[]
  ): Promise<OperatorWorld> {
    const world = new OperatorWorld();
    void world.operator.run();
    await nextTurn();
    for (const [key, workload] of resources) world.create(key, workload);
    world.synced();
    for (const [key] of resources) await world.endNext(key, GOOD);
    return world;
  }

  synced(): void {
    this.#sync();
  }

  create(key: string, workload: string, status?: object): void {
    const object = { ...objectOf(key), spec: { workload: { name: workload } }, status };
    this.#resources.set(key, object);
    this.change('prometheusistioscrapes', { kind: 'changed', object, previous: undefined });
  }

  delete(key: string): void {
    this.#resources.delete(key);
    this.change('prometheusistioscrapes', { kind: 'deleted', object: objectOf(key) });
  }

  change(plural: string, change: WatchChange): void {
    this.#handlers.get(plural)?.(change);
  }

  /** The keys in flight now. */
  async inFlight(): Promise<readonly string[]> {
    await nextTurn();
    return this.running.map(({ key }) => key);
  }

  /** Ends the oldest reconcile, which must be of `key`. */
  async endNext(key: string, result: ReconcileResult | Error): Promise<void> {
    await nextTurn();
    const reconcile = this.running.shift();
    expect(reconcile?.key).toBe(key);
    if (result instanceof Error) reconcile?.fail(result);
    else reconcile?.end(result);
    await nextTurn();
  }
}

function objectOf(key: string, labels?: Record<string, string>): KubernetesObject {
  const [namespace = '', name = ''] = key.split('/');
  const metadata = { namespace, name, uid: key, resourceVersion: '1', ...(labels && { labels }) };
  return { apiVersion: 'v1', kind: 'Any', metadata };
}

export function changed(key: string, labels?: Record<string, string>): WatchChange {
  return { kind: 'changed', object: objectOf(key, labels), previous: objectOf(key) };
}
