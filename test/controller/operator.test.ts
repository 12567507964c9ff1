// The operator without an API server: what wakes whom, what is retried, how it stops. Watches are fed by hand;
// the same on a real API server is the e2e suite's.
import { KubeConfig } from '@kubernetes/client-node';
import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../src/api/kubernetes.ts';
import { ScrapeOperator } from '../../src/controller/operator.ts';
import { KubeError } from '../../src/kube/http/kube-error.ts';
import type { WatchChange, WatchedResource } from '../../src/kube/informers/caches.ts';
import type { KubeCluster } from '../../src/kube/kube-cluster.ts';
import type { Logger, ReconcileContext, ReconcileResult } from '../../src/reconcile/context.ts';
import { Unreported } from '../../src/reconcile/unreported.ts';
import { ReconcileIncomplete } from '../../src/reconcile/incomplete.ts';
import { createMetrics, type Metrics } from '../../src/telemetry/metrics.ts';
import { flush, ManualTimers } from './manual-timers.ts';

const INTERVAL_MS = 600_000;
const GOOD: ReconcileResult = { requeueAfterMs: INTERVAL_MS, changed: false, configMaps: ['config'] };
const GONE: ReconcileResult = { requeueAfterMs: undefined, changed: false, configMaps: [] };

interface Visit {
  readonly key: string;
  readonly driftDetected: ReconcileContext['driftDetected'];
  readonly end: (result: ReconcileResult) => void;
  readonly fail: (error: Error) => void;
}

class Bed {
  readonly timers = new ManualTimers();
  readonly metrics: Metrics = createMetrics(2);
  readonly operator: ScrapeOperator;
  readonly watched: WatchedResource[] = [];
  readonly released: string[] = [];
  readonly logged: string[] = [];
  /** Reconciles in flight, oldest first. */
  readonly visits: Visit[] = [];
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
      log: this.#log(),
      reconcile: (key, { driftDetected }) =>
        new Promise((resolve, reject) =>
          this.visits.push({ key, driftDetected, end: resolve, fail: reject }),
        ),
      context: {
        now: () => this.timers.now(),
        random: () => 1,
        templateWriteIntervalMs: 600_000,
        unreported: new Unreported(),
        undoTries: new Map(),
      },
      concurrency: 2,
      timers: this.timers,
      metrics: this.metrics,
    });
  }

  /** A bed whose workers run, with these resources visited once. */
  static async running(...resources: readonly (readonly [key: string, workload: string])[]): Promise<Bed> {
    const bed = new Bed();
    void bed.operator.run();
    await flush();
    for (const [key, workload] of resources) bed.create(key, workload);
    bed.synced();
    for (const [key] of resources) await bed.endNext(key, GOOD);
    return bed;
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
    await flush();
    return this.visits.map((visit) => visit.key);
  }

  /** Ends the oldest visit, which must be of `key`. */
  async endNext(key: string, result: ReconcileResult | Error): Promise<void> {
    await flush();
    const visit = this.visits.shift();
    expect(visit?.key).toBe(key);
    if (result instanceof Error) visit?.fail(result);
    else visit?.end(result);
    await flush();
  }

  #log(): Logger {
    const say =
      (level: string) =>
      (_: object, message: string): void => {
        if (level !== 'debug') this.logged.push(`${level}: ${message}`);
      };
    const log: Logger = {
      debug: say('debug'),
      info: say('info'),
      warn: say('warn'),
      error: say('error'),
      child: () => log,
    };
    return log;
  }
}

function objectOf(key: string, labels?: Record<string, string>): KubernetesObject {
  const [namespace = '', name = ''] = key.split('/');
  const metadata = { namespace, name, uid: key, resourceVersion: '1', ...(labels && { labels }) };
  return { apiVersion: 'v1', kind: 'Any', metadata };
}

function changed(key: string, labels?: Record<string, string>): WatchChange {
  return { kind: 'changed', object: objectOf(key, labels), previous: objectOf(key) };
}

describe('ScrapeOperator.run', () => {
  it('watches five kinds, ConfigMaps by metadata only, and neither Secrets nor pods', async () => {
    const { watched } = await Bed.running();
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
    const bed = new Bed();
    void bed.operator.run();
    await flush();
    bed.create('ns/one', 'prometheus');
    expect(await bed.inFlight()).toEqual([]);
    expect(bed.operator.isWorking).toBe(false);
    bed.synced();
    expect(await bed.inFlight()).toEqual(['ns/one']);
    expect(bed.operator.isWorking).toBe(true);
  });

  it('works on as many resources as there are workers, never on one twice', async () => {
    const bed = await Bed.running();
    for (const name of ['a', 'b', 'c']) bed.create(`ns/${name}`, name);
    bed.create('ns/a', 'a');
    expect(await bed.inFlight()).toEqual(['ns/a', 'ns/b']);
    bed.create('ns/a', 'a');
    await bed.endNext('ns/a', GOOD);
    expect(await bed.inFlight()).toEqual(['ns/b', 'ns/c']);
    await bed.endNext('ns/b', GOOD);
    expect(await bed.inFlight()).toEqual(['ns/c', 'ns/a']);
  });
});

describe('what wakes a resource', () => {
  const rows: readonly { name: string; wake: (bed: Bed) => void; wakes: readonly string[] }[] = [
    {
      name: 'its StatefulSet',
      wake: (bed) => {
        bed.change('statefulsets', changed('ns/prometheus'));
      },
      wakes: ['ns/one'],
    },
    {
      name: 'a StatefulSet of the same name elsewhere',
      wake: (bed) => {
        bed.change('statefulsets', changed('else/prometheus'));
      },
      wakes: [],
    },
    {
      name: 'a pod of its StatefulSet',
      wake: (bed) => {
        bed.operator.wakeByStatefulSet('ns', 'thanos');
      },
      wakes: ['ns/two'],
    },
    {
      name: 'a ConfigMap that it looked at',
      wake: (bed) => {
        bed.change('configmaps', changed('ns/config'));
      },
      wakes: ['ns/one', 'ns/two'],
    },
    {
      name: 'a ConfigMap that it did not look at',
      wake: (bed) => {
        bed.change('configmaps', changed('ns/kube-root-ca.crt'));
      },
      wakes: [],
    },
    {
      name: 'a Sidecar of ours',
      wake: (bed) => {
        bed.change('sidecars', changed('ns/x', { 'meshscrape.dev/resource': 'two' }));
      },
      wakes: ['ns/two'],
    },
    {
      name: 'a PeerAuthentication of somebody',
      wake: (bed) => {
        bed.change('peerauthentications', changed('ns/x'));
      },
      wakes: ['ns/one', 'ns/two'],
    },
    {
      name: 'the interval',
      wake: (bed) => {
        bed.timers.advance(INTERVAL_MS);
      },
      wakes: ['ns/one', 'ns/two'],
    },
    {
      name: "Istio's CRD that appears",
      wake: (bed) => {
        bed.change('sidecars', { kind: 'state', state: { kind: 'absent' } });
        bed.change('sidecars', { kind: 'state', state: { kind: 'synced' } });
      },
      wakes: ['ns/one', 'ns/two'],
    },
    {
      name: 'the first sync of a cache',
      wake: (bed) => {
        bed.change('sidecars', { kind: 'state', state: { kind: 'synced' } });
      },
      wakes: [],
    },
  ];

  it.each(rows)('$name', async ({ wake, wakes }) => {
    const bed = await Bed.running(['ns/one', 'prometheus'], ['ns/two', 'thanos']);
    wake(bed);
    expect(await bed.inFlight()).toEqual(wakes);
  });
});

describe('a reconcile that fails', () => {
  it('is logged once and retried after half a second, then later', async () => {
    const bed = await Bed.running();
    bed.logged.length = 0;
    bed.create('ns/one', 'prometheus');
    await bed.endNext('ns/one', new Error('a bug'));
    expect(bed.logged).toEqual(['warn: reconcile failed, will be retried']);
    bed.timers.advance(499);
    expect(await bed.inFlight()).toEqual([]);
    bed.timers.advance(1);
    await bed.endNext('ns/one', new Error('a bug'));
    bed.timers.advance(999);
    expect(await bed.inFlight()).toEqual([]);
    bed.timers.advance(1);
    expect(await bed.inFlight()).toEqual(['ns/one']);
  });

  it('waits as long as the API server asked', async () => {
    const bed = await Bed.running();
    bed.create('ns/one', 'prometheus');
    await bed.endNext('ns/one', new KubeError('TooManyRequests', 'too many', { retryAfterMs: 30_000 }));
    bed.timers.advance(29_999);
    expect(await bed.inFlight()).toEqual([]);
    bed.timers.advance(1);
    expect(await bed.inFlight()).toEqual(['ns/one']);
  });

  it('is only looked at again after an interval when no retry would help', async () => {
    const bed = await Bed.running();
    bed.create('ns/one', 'prometheus');
    await bed.endNext('ns/one', new KubeError('Forbidden', 'patch StatefulSet ns/prometheus: forbidden'));
    bed.timers.advance(INTERVAL_MS - 1);
    expect(await bed.inFlight()).toEqual([]);
    bed.timers.advance(1);
    expect(await bed.inFlight()).toEqual(['ns/one']);
    expect(
      await bed.metrics.registry.getSingleMetricAsString(
        'controller_runtime_terminal_reconcile_errors_total',
      ),
    ).toContain('} 1');
  });
});

describe('a visit that fails', () => {
  it.each([
    { name: 'is a bug where nobody expected it', error: new TypeError('x is not a function'), panics: 1 },
    { name: 'is none where the API server would not', error: new KubeError('Conflict', 'no'), panics: 0 },
    {
      name: 'is none where a write must be tried again',
      error: new ReconcileIncomplete('ns/one', { kind: 'Status', message: 'no' }),
      panics: 0,
    },
  ])('$name', async ({ error, panics }) => {
    const bed = await Bed.running();
    bed.create('ns/one', 'prometheus');
    await bed.endNext('ns/one', error);
    const series = (name: string): Promise<string> => bed.metrics.registry.getSingleMetricAsString(name);
    expect(await series('controller_runtime_reconcile_panics_total')).toContain(`} ${panics}`);
    expect(await series('controller_runtime_reconcile_errors_total')).toContain('} 1');
  });
});

describe('a resource that is gone', () => {
  it('takes its series along, and the pods of a StatefulSet that nobody claims any more', async () => {
    const bed = await Bed.running(['ns/one', 'prometheus'], ['ns/two', 'prometheus']);
    bed.create('ns/one', 'prometheus', { conditions: [{ type: 'Ready', status: 'True' }] });
    await flush();
    bed.visits[0]?.driftDetected(new Map([['StatefulSet/prometheus', 1]]));
    await bed.endNext('ns/one', GOOD);
    await bed.endNext('ns/two', GOOD);
    const series = (): Promise<string> => bed.metrics.registry.metrics();
    expect(await series()).toContain(
      'meshscrape_condition{type="Ready",status="True",namespace="ns",name="one"} 1',
    );
    expect(await series()).toContain('{target="StatefulSet/prometheus",namespace="ns",name="one"} 1');

    bed.delete('ns/one');
    await bed.endNext('ns/one', GONE);
    await bed.endNext('ns/two', GOOD);
    expect(bed.released).toEqual([]);
    expect(await series()).not.toContain('name="one"');

    bed.delete('ns/two');
    await bed.endNext('ns/two', GONE);
    expect(bed.released).toEqual(['ns/prometheus']);
    bed.timers.advance(2 * INTERVAL_MS);
    await bed.endNext('ns/one', GONE);
    await bed.endNext('ns/two', GONE);
    expect(await bed.inFlight()).toEqual([]);
    expect(bed.timers.pending).toBe(0);
  });

  it('keeps its claim when it was created anew while the old one was looked at', async () => {
    const bed = await Bed.running(['ns/one', 'prometheus']);
    bed.delete('ns/one');
    await flush();
    bed.create('ns/one', 'prometheus');
    await bed.endNext('ns/one', GONE);
    expect(bed.released).toEqual([]);
    await bed.endNext('ns/one', GOOD);
    bed.change('statefulsets', changed('ns/prometheus'));
    expect(await bed.inFlight()).toEqual(['ns/one']);
  });
});

describe('ScrapeOperator.shutDown', () => {
  it('lets what is in flight finish and begins nothing', async () => {
    const bed = await Bed.running();
    for (const name of ['a', 'b', 'c']) bed.create(`ns/${name}`, name);
    await flush();
    const down = bed.operator.shutDown(8000);
    await bed.endNext('ns/a', GOOD);
    expect(bed.isStopped).toBe(false);
    await bed.endNext('ns/b', new Error('too late'));
    expect(await down).toBe(true);
    expect(bed.isStopped).toBe(true);
    expect(await bed.inFlight()).toEqual([]);
    expect(bed.timers.pending).toBe(0);
  });

  it('gives up waiting at the limit', async () => {
    const bed = await Bed.running();
    bed.create('ns/a', 'a');
    await flush();
    const down = bed.operator.shutDown(8000);
    bed.timers.advance(8000);
    expect(await down).toBe(false);
    expect(bed.isStopped).toBe(true);
  });
});
