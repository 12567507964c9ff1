// All metrics of the process in one registry of our own, under the names that existing dashboards expect.
// Labels are names of the API, never values out of objects.
import { collectDefaultMetrics, Registry } from 'prom-client';
import { createQueueMetrics, type QueueMetrics } from './queue-metrics.ts';
import { createReconcileMetrics, type ReconcileMetrics } from './reconcile-metrics.ts';
import { createRequestMetrics, type RequestMetrics } from './request-metrics.ts';
import { createResourceMetrics, type ResourceMetrics } from './resource-metrics.ts';

/** Both the label `controller` and the name of its queue. */
const CONTROLLER_NAME = 'prometheusistioscrape';

export interface Metrics {
  readonly registry: Registry;
  readonly queue: QueueMetrics;
  readonly reconciles: ReconcileMetrics;
  readonly resources: ResourceMetrics;
  readonly requests: RequestMetrics;
}

/** Gauges under names of counters, which promtool refuses; prom-client has the same without `_total`, by type. */
const MISNAMED = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
];

/** Everything at zero; `concurrency` is the number of workers there will be. */
export function createMetrics(concurrency: number): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const name of MISNAMED) registry.removeSingleMetric(name);
  return {
    registry,
    queue: createQueueMetrics(registry, CONTROLLER_NAME),
    reconciles: createReconcileMetrics(registry, CONTROLLER_NAME, concurrency),
    resources: createResourceMetrics(registry),
    requests: createRequestMetrics(registry),
  };
}
