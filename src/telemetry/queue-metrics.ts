// `workqueue_*` as client-go names them: how long keys wait, and how long workers have them.
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** What a work queue reports; all times in milliseconds. */
export interface QueueMetrics {
  added(): void;
  retried(): void;
  /** So many keys are ready for a worker. */
  depth(keys: number): void;
  /** A worker took a key that had been ready for so long. */
  taken(waitedMs: number): void;
  done(workedMs: number): void;
  /** `read` gives, for each key in a worker, how long it has been there; asked at each scrape. */
  watchProcessing(read: () => readonly number[]): void;
}

// client-go's: from 10 ns, a factor of ten each, twelve of them.
const QUEUE_BUCKETS_S = Array.from({ length: 12 }, (_, power) => 10 ** (power - 8));

/** The metrics of the queue `name`, in `registry`. */
export function createQueueMetrics(registry: Registry, name: string): QueueMetrics {
  const labels = { name, controller: name };
  const base = { labelNames: ['name', 'controller'] as const, registers: [registry] };
  const counter = (metric: string, help: string): Counter<'name' | 'controller'> =>
    new Counter({ ...base, name: metric, help });
  const histogram = (metric: string, help: string): Histogram<'name' | 'controller'> =>
    new Histogram({ ...base, name: metric, help, buckets: QUEUE_BUCKETS_S });
  const gauge = (metric: string, help: string): Gauge<'name' | 'controller'> =>
    new Gauge({ ...base, name: metric, help });

  const adds = counter('workqueue_adds_total', 'Keys added.');
  const retries = counter('workqueue_retries_total', 'Keys added again after a failure.');
  const depth = gauge('workqueue_depth', 'Keys that are ready for a worker.');
  const queued = histogram('workqueue_queue_duration_seconds', 'How long a key waited for a worker.');
  const worked = histogram('workqueue_work_duration_seconds', 'How long a worker had a key.');
  adds.inc(labels, 0);
  retries.inc(labels, 0);
  depth.set(labels, 0);
  return {
    added: () => {
      adds.inc(labels);
    },
    retried: () => {
      retries.inc(labels);
    },
    depth: (keys) => {
      depth.set(labels, keys);
    },
    taken: (waitedMs) => {
      queued.observe(labels, waitedMs / 1000);
    },
    done: (workedMs) => {
      worked.observe(labels, workedMs / 1000);
    },
    watchProcessing: (read) => {
      watchProcessing(registry, { labels, read });
    },
  };
}

function watchProcessing(
  registry: Registry,
  queue: { readonly labels: { name: string; controller: string }; readonly read: () => readonly number[] },
): void {
  const { labels, read } = queue;
  const base = { labelNames: ['name', 'controller'] as const, registers: [registry] };
  new Gauge({
    ...base,
    name: 'workqueue_unfinished_work_seconds',
    help: 'Time that keys now in a worker have been there, summed.',
    collect() {
      this.set(labels, read().reduce((sum, ms) => sum + ms, 0) / 1000);
    },
  });
  new Gauge({
    ...base,
    name: 'workqueue_longest_running_processor_seconds',
    help: 'Time that the oldest key now in a worker has been there.',
    collect() {
      this.set(labels, Math.max(0, ...read()) / 1000);
    },
  });
}
