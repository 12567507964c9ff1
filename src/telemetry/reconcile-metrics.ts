// `controller_runtime_*`: how often resources are reconciled, how long it takes and how it ends.
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** `terminal_error`: no retry fixes it. `panic`: nobody expected it, which is a bug. Both are errors too. */
export type ReconcileOutcome = 'success' | 'requeue_after' | 'error' | 'terminal_error' | 'panic';

/** What the controller's workers report. */
export interface ReconcileMetrics {
  reconciled(outcome: ReconcileOutcome, durationMs: number): void;
  /** A worker begins; call the answer when it ends. */
  workerBusy(): () => void;
}

// controller-runtime's own, in seconds: most reconciles read only and take milliseconds.
const RECONCILE_BUCKETS_S = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60];

/** The metrics of the controller `name` with so many workers, in `registry`. */
export function createReconcileMetrics(
  registry: Registry,
  name: string,
  concurrency: number,
): ReconcileMetrics {
  const labels = { controller: name };
  const { reconciles, errors, terminal, panics, durations, busy, workers } = register(registry);
  workers.set(labels, concurrency);
  // Every series starts at zero, so that its first increase is one for `rate()` too.
  for (const result of ['success', 'requeue', 'requeue_after', 'error'])
    reconciles.inc({ ...labels, result }, 0);
  for (const zero of [errors, terminal, panics]) zero.inc(labels, 0);
  busy.set(labels, 0);
  return {
    reconciled: (outcome, durationMs) => {
      const isError = outcome !== 'success' && outcome !== 'requeue_after';
      reconciles.inc({ ...labels, result: isError ? 'error' : outcome });
      durations.observe(labels, durationMs / 1000);
      if (isError) errors.inc(labels);
      if (outcome === 'terminal_error') terminal.inc(labels);
      if (outcome === 'panic') panics.inc(labels);
    },
    workerBusy: () => {
      busy.inc(labels);
      return () => {
        busy.dec(labels);
      };
    },
  };
}

/** In the order in which they are served. */
function register(registry: Registry) {
  const base = { labelNames: ['controller'] as const, registers: [registry] };
  const counter = (metric: string, help: string): Counter<'controller'> =>
    new Counter({ ...base, name: metric, help });
  const gauge = (metric: string, help: string): Gauge<'controller'> =>
    new Gauge({ ...base, name: metric, help });
  return {
    reconciles: new Counter({
      ...base,
      name: 'controller_runtime_reconcile_total',
      help: 'Reconciles by result.',
      labelNames: ['controller', 'result'],
    }),
    errors: counter('controller_runtime_reconcile_errors_total', 'Reconciles that failed.'),
    terminal: counter(
      'controller_runtime_terminal_reconcile_errors_total',
      'Reconciles that failed in a way that no retry fixes.',
    ),
    panics: counter(
      'controller_runtime_reconcile_panics_total',
      'Reconciles that failed in a way that nobody expected: a bug.',
    ),
    durations: new Histogram({
      ...base,
      name: 'controller_runtime_reconcile_time_seconds',
      help: 'Duration of a reconcile.',
      buckets: RECONCILE_BUCKETS_S,
    }),
    busy: gauge('controller_runtime_active_workers', 'Workers that are reconciling now.'),
    workers: gauge('controller_runtime_max_concurrent_reconciles', 'Workers there are.'),
  };
}
