// A namespace in the fake cluster with one legacy Prometheus, and hands for a test: reconcile, roll pods, edit.
import type { KubernetesObject, Pod, StatefulSet } from '../../src/api/kubernetes.ts';
import type { Condition } from '../../src/api/prometheus-istio-scrape.gen.ts';
import type { PrometheusIstioScrape } from '../../src/api/resource.ts';
import type { Finalizer, Logger, ReconcileContext, ReconcileResult } from '../../src/reconcile/context.ts';
import { reconcile } from '../../src/reconcile/reconcile.ts';
import { DryRuns } from '../../src/reconcile/dry-runs.ts';
import { Unreported } from '../../src/reconcile/unreported.ts';
import { present } from '../support/answers.ts';
import { configMap } from '../support/config-map.ts';
import { podOf } from '../support/pod.ts';
import { scrape } from '../support/scrape.ts';
import { statefulSet } from '../support/stateful-set.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { FakeCluster } from '../support/fake-cluster.ts';
import { injector } from '../support/injectors.ts';

export const KEY = 'app-metrics/prometheus';
export const INBOUND = 'traffic.sidecar.istio.io/includeInboundPorts';

/** An edit of a StatefulSet's pod template. */
export function template(change: (spec: StatefulSet['spec']['template']) => object) {
  return (of: StatefulSet): object => ({ ...of, spec: { ...of.spec, template: change(of.spec.template) } });
}

/** An edit of one annotation of a pod template; `undefined` takes it out. */
export function annotation(key: string, value: string | undefined): (of: StatefulSet) => object {
  return template(({ metadata, ...rest }) => ({
    ...rest,
    metadata: { ...metadata, annotations: { ...metadata?.annotations, [key]: value } },
  }));
}

const UNDO = 'meshscrape.dev/undo';

export interface LogLine {
  readonly level: string;
  readonly fields: object;
  readonly message: string;
}

/** Everything but the custom resource's spec is the legacy world of the README. */
export class World {
  readonly clock = new FakeClock();
  readonly cluster = new FakeCluster(this.clock);
  readonly log: LogLine[] = [];

  constructor(
    spec: Parameters<typeof scrape>[0] = {},
    of: StatefulSet = statefulSet(),
    config = configMap(),
  ) {
    this.cluster.put(injector());
    this.cluster.put({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'istio-system' },
    } as KubernetesObject);
    this.cluster.put(config);
    this.cluster.put(of);
    this.roll();
    this.cluster.put(scrape(spec));
  }

  /** What the StatefulSet controller and the kubelet do after a template write: new pods, status up to date. */
  roll(): void {
    const of = this.statefulSet();
    for (let index = 0; index < (of.spec.replicas ?? 1); index += 1) {
      const inject = of.spec.template.metadata?.labels?.['sidecar.istio.io/inject'] === 'true';
      const pod = podOf(of, { name: `prometheus-${index}`, proxy: inject ? 'ready' : 'none' });
      this.cluster.remove('Pod', pod.metadata.name);
      this.cluster.put(pod, 'kube-controller-manager');
    }
    const revision = `prometheus-${of.metadata.generation ?? 1}`;
    const status = {
      observedGeneration: of.metadata.generation ?? 1,
      currentRevision: revision,
      updateRevision: revision,
    };
    this.cluster.put({ ...of, status } as KubernetesObject, 'kube-controller-manager');
  }

  async reconcile(): Promise<ReconcileResult> {
    return reconcile(KEY, this.context());
  }

  /** Reconciles and rolls until nothing is written; how many times it took. */
  async settle(): Promise<number> {
    for (let times = 1; times <= 10; times += 1) {
      this.cluster.writes.length = 0;
      await this.reconcile();
      if (this.cluster.writes.length === 0) return times;
      this.roll();
      this.clock.pass(11 * 60_000);
    }
    throw new Error(`it does not settle: ${this.cluster.writes.join(', ')}`);
  }

  /** What a person changes with kubectl edit. */
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller knows what it edits
  edit<T>(kind: string, name: string, change: (object: T) => object): void {
    const live = structuredClone(this.cluster.get(kind, name)) as T;
    this.cluster.put(change(live) as KubernetesObject, 'kubectl-edit');
  }

  statefulSet(): StatefulSet {
    const found = this.cluster.workload({
      kind: 'StatefulSet',
      namespace: 'app-metrics',
      name: 'prometheus',
    });
    if (found.kind !== 'present') throw new Error(`the StatefulSet is ${found.kind}`);
    return found.value;
  }

  config(): string {
    const { data } = this.cluster.get('ConfigMap', 'prometheus') as { data?: Record<string, string> };
    return data?.['prometheus.yaml'] ?? '';
  }

  resource(): PrometheusIstioScrape {
    const found = this.cluster.resource(KEY);
    if (found === undefined) throw new Error('the resource is gone');
    return found;
  }

  condition(type: string): Condition | undefined {
    return this.resource().status?.conditions?.find((condition) => condition.type === type);
  }

  /** kubectl delete: it stays while it has a finalizer. */
  markDeleted(): void {
    const { metadata, ...rest } = this.resource();
    this.cluster.put({ ...rest, metadata: { ...metadata, deletionTimestamp: this.clock.text } });
  }

  context(): ReconcileContext {
    const at = (level: string) => (fields: object, message: string) =>
      void this.log.push({ level, fields, message });
    const log: Logger = {
      debug: at('debug'),
      info: at('info'),
      warn: at('warn'),
      error: at('error'),
      child: () => log,
    };
    return {
      cluster: this.cluster,
      finalizer: this.#finalizer,
      log,
      now: this.clock.now,
      random: () => 0.5,
      templateWriteIntervalMs: 600_000,
      unreported: this.#unreported,
      dryRuns: this.#dryRuns,
      undoTries: this.#undoTries,
      driftDetected: (fieldsByTarget) => this.detections.push(fieldsByTarget),
    };
  }

  /** What was reported of drift, each time. */
  readonly detections: ReadonlyMap<string, number>[] = [];
  readonly #unreported = new Unreported();
  readonly #dryRuns = new DryRuns();
  readonly #undoTries = new Map<string, number>();
  readonly #finalizer: Finalizer = {
    ensure: async (resource) => {
      await this.cluster.setFinalizers(resource, [UNDO]);
    },
    finish: async (resource, undo) => {
      await undo();
      await this.cluster.setFinalizers(resource, []);
      this.cluster.remove(resource.kind, resource.metadata.name);
    },
  };
}

/** The controller may read Secrets, and each holds a certificate that is good for years. */
export function withGoodSecrets(world: World): World {
  const expiry = { kind: 'Known', notAfterMs: world.clock.now() + 5 * 365 * 86_400_000 } as const;
  world.cluster.secret = () =>
    Promise.resolve(present({ type: 'istio.io/key-and-cert', expiry, rootKeys: [] }));
  return world;
}

/** The pod of today has an address, and its Prometheus has a target of the legacy job that is up. */
export function withTargetUp(world: World): void {
  const pod = world.cluster.get('Pod', 'prometheus-0') as unknown as Pod;
  world.cluster.put({ ...pod, status: { ...pod.status, podIP: '10.0.0.7' } } as Pod);
  const pool = 'kubernetes-pods-istio-secure';
  world.cluster.prometheus = () =>
    Promise.resolve({
      kind: 'answered',
      config: '',
      reloadSucceeded: true,
      configLoadedMs: undefined,
      pools: [pool],
      targets: [
        {
          ...{ scrapePool: pool, scrapeUrl: 'https://10.0.0.9/metrics', lastError: '' },
          ...{ health: 'up', lastScrapeMs: undefined },
        },
      ],
    });
}

/** Prometheus answers, and serves what it likes; records who asked for a reload. */
export function withPrometheus(world: World, served: () => string): string[] {
  const reloads: string[] = [];
  world.cluster.prometheus = () =>
    Promise.resolve({
      kind: 'answered',
      config: served(),
      reloadSucceeded: true,
      configLoadedMs: undefined,
      pools: ['kubernetes-pods-istio-secure'],
      targets: [],
    });
  world.cluster.reloadPrometheus = (...[endpoint]: unknown[]) => {
    reloads.push(JSON.stringify(endpoint));
    return Promise.resolve();
  };
  return reloads;
}

/** Wired and rewritten, with a Prometheus that has an address and can be reloaded over HTTP. */
export async function reloadable(spec: Parameters<typeof scrape>[0] = {}): Promise<World> {
  const world = new World({ ...spec, config: { reload: 'Http' } });
  await world.settle();
  const pod = world.cluster.get('Pod', 'prometheus-0') as unknown as Pod;
  world.cluster.put({ ...pod, status: { ...pod.status, podIP: '10.0.0.7' } } as Pod);
  return world;
}
