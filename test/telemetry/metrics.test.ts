import { describe, expect, it } from 'vitest';
import { createMetrics, type Metrics } from '../../src/telemetry/metrics.ts';

/** The samples of one metric, without help and type. */
async function samples(metrics: Metrics, name: string): Promise<readonly string[]> {
  const text = await metrics.registry.getSingleMetricAsString(name);
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

describe('createMetrics', () => {
  it('has every name that dashboards of controller-runtime and client-go read, once it has a queue', () => {
    const metrics = createMetrics(8);
    metrics.queue.watchProcessing(() => []);
    const names = metrics.registry.getMetricsAsArray().map((metric) => metric.name);
    expect(names.filter((name) => !/^(nodejs|process)_/.test(name))).toEqual([
      'workqueue_adds_total',
      'workqueue_retries_total',
      'workqueue_depth',
      'workqueue_queue_duration_seconds',
      'workqueue_work_duration_seconds',
      'controller_runtime_reconcile_total',
      'controller_runtime_reconcile_errors_total',
      'controller_runtime_terminal_reconcile_errors_total',
      'controller_runtime_reconcile_panics_total',
      'controller_runtime_reconcile_time_seconds',
      'controller_runtime_active_workers',
      'controller_runtime_max_concurrent_reconciles',
      'meshscrape_condition',
      'meshscrape_drift_fields',
      'meshscrape_stale_secrets',
      'meshscrape_stale_secret_not_after_seconds',
      'meshscrape_certificate_not_after_seconds',
      'meshscrape_targets',
      'meshscrape_drift_detected_total',
      'rest_client_requests_total',
      'meshscrape_api_requests_total',
      'rest_client_request_duration_seconds',
      'rest_client_request_retries_total',
      'workqueue_unfinished_work_seconds',
      'workqueue_longest_running_processor_seconds',
    ]);
    expect(names).toContain('process_resident_memory_bytes');
  });

  it('has no gauge under the name of a counter', () => {
    const metrics = createMetrics(8).registry.getMetricsAsArray();
    const misnamed = metrics.filter(
      ({ name, type }) => name.endsWith('_total') && String(type) !== 'counter',
    );
    expect(misnamed.map(({ name }) => name)).toEqual([]);
  });
});

describe('ReconcileMetrics', () => {
  it('counts results, with terminal errors among the errors, and starts each at zero', async () => {
    const metrics = createMetrics(8);
    expect(await samples(metrics, 'controller_runtime_reconcile_errors_total')).toEqual([
      'controller_runtime_reconcile_errors_total{controller="prometheusistioscrape"} 0',
    ]);
    metrics.reconciles.reconciled('requeue_after', 3);
    metrics.reconciles.reconciled('error', 3);
    metrics.reconciles.reconciled('terminal_error', 3);
    metrics.reconciles.reconciled('panic', 3);
    expect(await samples(metrics, 'controller_runtime_reconcile_total')).toEqual([
      'controller_runtime_reconcile_total{controller="prometheusistioscrape",result="success"} 0',
      'controller_runtime_reconcile_total{controller="prometheusistioscrape",result="requeue"} 0',
      'controller_runtime_reconcile_total{controller="prometheusistioscrape",result="requeue_after"} 1',
      'controller_runtime_reconcile_total{controller="prometheusistioscrape",result="error"} 3',
    ]);
    expect(await samples(metrics, 'controller_runtime_terminal_reconcile_errors_total')).toEqual([
      'controller_runtime_terminal_reconcile_errors_total{controller="prometheusistioscrape"} 1',
    ]);
    expect(await samples(metrics, 'controller_runtime_reconcile_panics_total')).toEqual([
      'controller_runtime_reconcile_panics_total{controller="prometheusistioscrape"} 1',
    ]);
    expect(await samples(metrics, 'controller_runtime_reconcile_time_seconds')).toContain(
      'controller_runtime_reconcile_time_seconds_bucket{le="0.005",controller="prometheusistioscrape"} 4',
    );
  });

  it('counts workers while they are busy', async () => {
    const metrics = createMetrics(8);
    const idle = metrics.reconciles.workerBusy();
    expect((await samples(metrics, 'controller_runtime_active_workers'))[0]).toMatch(/ 1$/);
    idle();
    expect((await samples(metrics, 'controller_runtime_active_workers'))[0]).toMatch(/ 0$/);
  });
});

describe('QueueMetrics', () => {
  it('is in seconds, and asks for keys in work at each scrape', async () => {
    const metrics = createMetrics(8);
    let inWork: readonly number[] = [];
    metrics.queue.watchProcessing(() => inWork);
    metrics.queue.taken(250);
    inWork = [1000, 4000];
    const labels = '{name="prometheusistioscrape",controller="prometheusistioscrape"}';
    expect(await samples(metrics, 'workqueue_unfinished_work_seconds')).toEqual([
      `workqueue_unfinished_work_seconds${labels} 5`,
    ]);
    expect(await samples(metrics, 'workqueue_longest_running_processor_seconds')).toEqual([
      `workqueue_longest_running_processor_seconds${labels} 4`,
    ]);
    expect(await samples(metrics, 'workqueue_queue_duration_seconds')).toContain(
      `workqueue_queue_duration_seconds_sum${labels} 0.25`,
    );
    inWork = [];
    expect((await samples(metrics, 'workqueue_longest_running_processor_seconds'))[0]).toMatch(/ 0$/);
  });
});

describe('RequestMetrics', () => {
  it('counts a request under its HTTP method and under its verb', async () => {
    const metrics = createMetrics(8);
    for (const verb of ['GET', 'LIST', 'WATCH'])
      metrics.requests.requested({ verb, code: '200', durationMs: 3000 }, 'api:6443');
    metrics.requests.requested({ verb: 'APPLY', code: '<error>', durationMs: 20 }, 'api:6443');
    expect(await samples(metrics, 'rest_client_requests_total')).toEqual([
      'rest_client_requests_total{code="200",method="GET",host="api:6443"} 3',
      'rest_client_requests_total{code="<error>",method="PATCH",host="api:6443"} 1',
    ]);
    expect(await samples(metrics, 'meshscrape_api_requests_total')).toContain(
      'meshscrape_api_requests_total{verb="APPLY",code="<error>"} 1',
    );
    expect(await samples(metrics, 'meshscrape_api_requests_total')).toHaveLength(4);
  });

  it('has durations in seconds, without the watches, which last as long as they may', async () => {
    const metrics = createMetrics(8);
    for (const verb of ['GET', 'LIST', 'WATCH'])
      metrics.requests.requested({ verb, code: '200', durationMs: 3000 }, 'api:6443');
    const durations = await samples(metrics, 'rest_client_request_duration_seconds');
    expect(durations).toContain('rest_client_request_duration_seconds_count{verb="GET",host="api:6443"} 2');
    expect(durations).toContain('rest_client_request_duration_seconds_sum{verb="GET",host="api:6443"} 6');
    expect(durations.some((line) => line.includes('WATCH'))).toBe(false);
  });

  it('counts requests that go out again, by the answer that was not taken', async () => {
    const metrics = createMetrics(8);
    metrics.requests.retried({ verb: 'APPLY', code: '429' }, 'api:6443');
    expect(await samples(metrics, 'rest_client_request_retries_total')).toEqual([
      'rest_client_request_retries_total{code="429",verb="PATCH",host="api:6443"} 1',
    ]);
  });
});
