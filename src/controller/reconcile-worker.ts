// What a worker does with a key: reconcile it, log and count how that ended, and decide when it is due again.
import type { Timers } from '../kube/clock/timers.ts';
import type { Logger, Reconcile, ReconcileContext, ReconcileResult } from '../reconcile/context.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { classifyFailure, type ReconcileFailure } from './reconcile-failure.ts';
import type { WorkQueue } from './work-queue.ts';

/** After a failure that no retry fixes, the resource is reconciled again when its interval by default is over. */
const TERMINAL_RECHECK_MS = 10 * 60_000;

interface ReconcileWorkerOptions {
  readonly queue: WorkQueue;
  readonly reconcile: Reconcile;
  /** What every reconcile is given; its log is the controller's. */
  readonly context: Omit<ReconcileContext, 'driftDetected'>;
  readonly timers: Timers;
  readonly metrics: Metrics;
  /** Called after a reconcile that did not fail. */
  readonly onReconciled: (key: string, result: ReconcileResult) => void;
}

export class ReconcileWorker {
  readonly #options: ReconcileWorkerOptions;

  constructor(options: ReconcileWorkerOptions) {
    this.#options = options;
  }

  /** Takes one key after the other until the queue is shut down. Several may run at a time. */
  async run(): Promise<void> {
    const { queue, metrics } = this.#options;
    for (;;) {
      const key = await queue.get();
      if (key === undefined) return;
      const idle = metrics.reconciles.workerBusy();
      await this.#reconcile(key);
      idle();
      queue.done(key);
    }
  }

  /** Never throws: this is the controller's loop, where failures are logged, once. */
  async #reconcile(key: string): Promise<void> {
    const { reconcile, context, metrics, timers } = this.#options;
    const log = context.log.child({ resource: key });
    const startedMs = timers.now();
    try {
      const result = await reconcile(key, {
        ...context,
        log,
        driftDetected: (fieldsByTarget) => {
          metrics.resources.countDrift(key, fieldsByTarget);
        },
      });
      const durationMs = timers.now() - startedMs;
      metrics.reconciles.reconciled(
        result.requeueAfterMs === undefined ? 'success' : 'requeue_after',
        durationMs,
      );
      log.debug({ durationMs, ...result }, 'reconciled');
      this.#settle(key, result);
    } catch (error) {
      const durationMs = timers.now() - startedMs;
      const failure = classifyFailure(error);
      metrics.reconciles.reconciled(failure.outcome, durationMs);
      logFailure(log, error, { ...failure, durationMs });
      this.#requeue(key, failure);
    }
    this.#reportStatus(key);
  }

  #settle(key: string, result: ReconcileResult): void {
    const { queue, onReconciled } = this.#options;
    queue.forget(key);
    if (result.requeueAfterMs !== undefined) queue.addAfter(key, result.requeueAfterMs);
    onReconciled(key, result);
  }

  #requeue(key: string, { outcome, retryAfterMs }: ReconcileFailure): void {
    const { queue } = this.#options;
    if (outcome !== 'terminal_error') {
      queue.addRateLimited(key, retryAfterMs);
      return;
    }
    queue.forget(key);
    queue.addAfter(key, TERMINAL_RECHECK_MS);
  }

  /** The state of the resource as metrics, from the status that the cache holds after our own write. */
  #reportStatus(key: string): void {
    const { context, metrics } = this.#options;
    const resource = context.cluster.resource(key);
    if (resource === undefined) metrics.resources.forget(key);
    else metrics.resources.setStatus(key, resource.status);
  }
}

/** What was expected to happen now and then is no warning, and where in our code it was met says nothing. */
function logFailure(
  log: Logger,
  error: unknown,
  { outcome, durationMs }: ReconcileFailure & { readonly durationMs: number },
): void {
  switch (outcome) {
    case 'error':
      log.info({ retry: error, durationMs }, 'reconcile is tried again');
      return;
    case 'terminal_error':
      log.error({ err: error, durationMs }, 'reconcile failed, retrying will not help');
      return;
    case 'panic':
      log.warn({ err: error, durationMs }, 'reconcile failed, will be retried');
  }
}
