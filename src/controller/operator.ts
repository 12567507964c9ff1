// When a resource is reconciled: watches wake keys, workers take them and call reconcile. Of an object only names, labels
// and the workload that it claims are read here.
import type { ResourceEvent } from '@dot-i/k8s-operator';
import { KINDS, type ResourceType } from '../api/kinds.ts';
import { PLURAL } from '../api/resource.ts';
import { WORKLOAD_TYPES } from '../api/workload.ts';
import type { Timers } from '../kube/clock/timers.ts';
import type { WatchState } from '../kube/informers/watch-state.ts';
import type { KubeCluster } from '../kube/kube-cluster.ts';
import type { Logger, Reconcile, ReconcileContext, ReconcileResult } from '../reconcile/context.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { BaseOperator } from './base-operator.ts';
import { configMapTrigger, meshPolicyTrigger, workloadIn, workloadTrigger } from './event-trigger.ts';
import { ReconcileWorker } from './reconcile-worker.ts';
import { namespaceOfKey, ResourceIndex } from './resource-index.ts';
import { keysToWake, type Trigger } from './triggers.ts';
import { WorkQueue } from './work-queue.ts';

type TriggerOf = (event: ResourceEvent) => Trigger;

interface ScrapeOperatorOptions {
  readonly cluster: KubeCluster;
  readonly log: Logger;
  readonly reconcile: Reconcile;
  /** What every reconcile is given beside what the operator itself brings. */
  readonly context: Omit<ReconcileContext, 'cluster' | 'finalizer' | 'log' | 'driftDetected'>;
  /** How many resources are reconciled at a time. */
  readonly concurrency: number;
  readonly timers: Timers;
  readonly metrics: Metrics;
}

export class ScrapeOperator extends BaseOperator {
  readonly #options: ScrapeOperatorOptions;
  readonly #log: Logger;
  readonly #index = new ResourceIndex();
  readonly #queue: WorkQueue;
  readonly #worker: ReconcileWorker;
  readonly #watchStates = new Map<string, WatchState['kind']>();
  #isWorking = false;

  constructor(options: ScrapeOperatorOptions) {
    super({ cluster: options.cluster, log: options.log });
    this.#options = options;
    this.#log = options.log;
    this.#queue = new WorkQueue({
      timers: options.timers,
      random: options.context.random,
      metrics: options.metrics.queue,
    });
    const { cluster, log, reconcile, timers, metrics } = options;
    this.#worker = new ReconcileWorker({
      queue: this.#queue,
      reconcile,
      context: { ...options.context, cluster, finalizer: this.finalizer, log },
      timers,
      metrics,
      onReconciled: (key, result) => {
        this.#noteReconciled(key, result);
      },
    });
  }

  /** The caches were filled, workers run and nobody has asked to stop. */
  get isWorking(): boolean {
    return this.#isWorking;
  }

  /** Starts the watches, waits until all caches are filled, then starts the workers; rejects only on a bug. */
  async run(): Promise<void> {
    await this.start();
    await this.cluster.whenSynced();
    this.#log.info({ resources: this.#index.keys().length }, 'caches are filled, workers start');
    this.#isWorking = true;
    for (let worker = 0; worker < this.#options.concurrency; worker += 1) void this.#worker.run();
  }

  /**
   * Takes no more work, gives reconciles in flight up to `limitMs` to finish, then ends the watches.
   * False: some were still running.
   */
  async shutDown(limitMs: number): Promise<boolean> {
    this.#isWorking = false;
    const isDrained = await this.#within(limitMs, this.#queue.shutDown());
    this.stop();
    return isDrained;
  }

  /** An event of a pod, by the workload that it belongs to. */
  wakeByWorkload(namespace: string, workload: string): void {
    this.#wake(namespace, { kind: 'Pod', workload });
  }

  protected override async init(): Promise<void> {
    await this.#watchKind(KINDS.PrometheusIstioScrape, this.#resourceTrigger);
    for (const type of WORKLOAD_TYPES) await this.#watchKind(type, workloadTrigger);
    const { group, version, plural } = KINDS.ConfigMap;
    await this.watchMetadata(group, version, plural, this.#waking(configMapTrigger));
    await this.#watchKind(KINDS.Sidecar, meshPolicyTrigger);
    await this.#watchKind(KINDS.PeerAuthentication, meshPolicyTrigger);
  }

  /** Istio's CRDs may come and go, and permissions be granted or taken away: every resource is reconciled again. */
  protected override onWatchState(plural: string, state: WatchState): void {
    const before = this.#watchStates.get(plural) ?? 'starting';
    this.#watchStates.set(plural, state.kind);
    if (plural === PLURAL && state.kind === 'absent') {
      this.#log.error({}, 'the CRD of meshscrape is not installed: kubectl apply -k crds');
    }
    if (before === 'starting' || before === state.kind) return;
    for (const key of this.#index.keys()) this.#queue.add(key);
  }

  #watchKind({ group, version, plural }: ResourceType, triggerOf: TriggerOf): Promise<void> {
    return this.watchResource(group, version, plural, this.#waking(triggerOf));
  }

  #waking(triggerOf: TriggerOf): (event: ResourceEvent) => Promise<void> {
    return (event) => {
      this.#wake(event.meta.namespace ?? '', triggerOf(event));
      return Promise.resolve();
    };
  }

  #wake(namespace: string, trigger: Trigger): void {
    for (const key of keysToWake(trigger, this.#index.of(namespace))) this.#queue.add(key);
  }

  readonly #resourceTrigger: TriggerOf = (event) => {
    const key = `${event.meta.namespace ?? ''}/${event.meta.name}`;
    const workload = this.cluster.resource(key)?.spec.workload.name;
    if (workload !== undefined) {
      const before = this.#index.claim(key, workload);
      if (before !== undefined) this.#releaseUnclaimed(namespaceOfKey(key), before.workload);
    }
    // A deleted one may have left the index before its event comes, and those that wait for its workload must be woken.
    return { kind: 'Resource', key, workload: this.#index.get(key)?.workload ?? workloadIn(event) };
  };

  #noteReconciled(key: string, { configMaps }: ReconcileResult): void {
    this.#index.watchConfigMaps(key, configMaps);
    // It may have been created again since reconcile read it: then its event has woken the key again.
    if (this.cluster.resource(key) !== undefined) return;
    const gone = this.#index.remove(key);
    if (gone !== undefined) this.#releaseUnclaimed(namespaceOfKey(key), gone.workload);
  }

  #releaseUnclaimed(namespace: string, workload: string): void {
    if (!this.#index.hasClaim(namespace, workload)) this.cluster.releasePods(namespace, workload);
  }

  async #within(limitMs: number, work: Promise<void>): Promise<boolean> {
    let cancel: () => void = () => undefined;
    const late = new Promise<boolean>((resolve) => {
      cancel = this.#options.timers.after(limitMs, () => {
        resolve(false);
      });
    });
    const isDone = await Promise.race([work.then(() => true), late]);
    cancel();
    return isDone;
  }
}
