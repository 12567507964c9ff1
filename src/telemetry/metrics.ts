// All metrics of the process in one registry of our own, under the names that existing dashboards expect.
// Labels are names of the API, never values out of objects.
import { Registry, collectDefaultMetrics } from 'prom-client';
import { createQueueMetrics, type QueueMetrics } from './queue-metrics.ts';
import { createReconcileMetrics, type ReconcileMetrics } from './reconcile-metrics.ts';
import { createRequestMetrics, type RequestMetrics } from './request-metrics.ts';
import { createResourceMetrics, type ResourceMetrics } from './resource-metrics.ts';

/** Both the label `controller` and the name of its queue. */
const CONTROLLER = 'prometheusistioscrape';

export interface Metrics {
  readonly registry: Registry;
  readonly queue: QueueMetrics;
  readonly reconciles: ReconcileMetrics;
  readonly resources: ResourceMetrics;
  readonly requests: RequestMetrics;
}

/** Everything at zero; `concurrency` is the number of workers there will be. */
export function createMetrics(concurrency: number): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return {
    registry,
    queue: createQueueMetrics(registry, CONTROLLER),
    reconciles: createReconcileMetrics(registry, CONTROLLER, concurrency),
    resources: createResourceMetrics(registry),
    requests: createRequestMetrics(registry),
  };
}
