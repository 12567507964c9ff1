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
    expect(names).toEqual(
      expect.arrayContaining([
        'controller_runtime_reconcile_total',
        'controller_runtime_reconcile_errors_total',
        'controller_runtime_terminal_reconcile_errors_total',
        'controller_runtime_reconcile_time_seconds',
        'controller_runtime_active_workers',
        'controller_runtime_max_concurrent_reconciles',
        'workqueue_depth',
        'workqueue_adds_total',
        'workqueue_retries_total',
        'workqueue_queue_duration_seconds',
        'workqueue_work_duration_seconds',
        'workqueue_unfinished_work_seconds',
        'workqueue_longest_running_processor_seconds',
        'rest_client_requests_total',
        'meshscrape_api_requests_total',
        'meshscrape_condition',
        'meshscrape_drift_fields',
        'process_resident_memory_bytes',
      ]),
    );
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
    expect(await samples(metrics, 'controller_runtime_reconcile_total')).toEqual([
      'controller_runtime_reconcile_total{controller="prometheusistioscrape",result="success"} 0',
      'controller_runtime_reconcile_total{controller="prometheusistioscrape",result="requeue_after"} 1',
      'controller_runtime_reconcile_total{controller="prometheusistioscrape",result="error"} 2',
    ]);
    expect(await samples(metrics, 'controller_runtime_terminal_reconcile_errors_total')).toEqual([
      'controller_runtime_terminal_reconcile_errors_total{controller="prometheusistioscrape"} 1',
    ]);
    expect(await samples(metrics, 'controller_runtime_reconcile_time_seconds')).toContain(
      'controller_runtime_reconcile_time_seconds_bucket{le="0.005",controller="prometheusistioscrape"} 3',
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

describe('ResourceMetrics', () => {
  it('gives 1 to the status that a condition has, and drops conditions that are no more', async () => {
    const { resources, ...metrics } = createMetrics(8);
    resources.setConditions('ns/one', [
      { type: 'Ready', status: 'Unknown' },
      { type: 'Reconciling', status: 'True' },
    ]);
    resources.setConditions('ns/one', [{ type: 'Ready', status: 'True' }]);
    expect(await samples({ ...metrics, resources }, 'meshscrape_condition')).toEqual([
      'meshscrape_condition{type="Ready",status="True",namespace="ns",name="one"} 1',
      'meshscrape_condition{type="Ready",status="False",namespace="ns",name="one"} 0',
      'meshscrape_condition{type="Ready",status="Unknown",namespace="ns",name="one"} 0',
    ]);
  });

  it('drops every series of a resource that is gone, and no other', async () => {
    const metrics = createMetrics(8);
    for (const key of ['ns/one', 'ns/two']) {
      metrics.resources.setConditions(key, [{ type: 'Ready', status: 'True' }]);
      metrics.resources.setDriftFields(key, 3);
    }
    metrics.resources.forget('ns/one');
    expect(await samples(metrics, 'meshscrape_drift_fields')).toEqual([
      'meshscrape_drift_fields{namespace="ns",name="two"} 3',
    ]);
    expect(await samples(metrics, 'meshscrape_condition')).toHaveLength(3);
    metrics.resources.forget('ns/never-seen');
  });
});

describe('RequestMetrics', () => {
  it('counts a request under its HTTP method and under its verb', async () => {
    const metrics = createMetrics(8);
    for (const verb of ['GET', 'LIST', 'WATCH'])
      metrics.requests.requested({ verb, code: '200' }, 'api:6443');
    metrics.requests.requested({ verb: 'APPLY', code: '<error>' }, 'api:6443');
    expect(await samples(metrics, 'rest_client_requests_total')).toEqual([
      'rest_client_requests_total{code="200",method="GET",host="api:6443"} 3',
      'rest_client_requests_total{code="<error>",method="PATCH",host="api:6443"} 1',
    ]);
    expect(await samples(metrics, 'meshscrape_api_requests_total')).toContain(
      'meshscrape_api_requests_total{verb="APPLY",code="<error>"} 1',
    );
  });
});

describe('ResourceMetrics.setStaleSecrets', () => {
  const END = 'meshscrape_stale_secret_not_after_seconds';
  const COUNT = 'meshscrape_stale_secrets';
  const end = (secret: string, name: string, seconds: number): string =>
    `${END}{secret="${secret}",namespace="n",name="${name}"} ${seconds}`;

  it('has a series for each known end, and drops those that are out of use', async () => {
    const metrics = createMetrics(8);
    metrics.resources.setStaleSecrets('n/a', 2, [
      { secret: 'istio.x', notAfterSeconds: 5 },
      { secret: 'istio.y', notAfterSeconds: 6 },
    ]);
    metrics.resources.setStaleSecrets('n/b', 1, []);
    expect(await samples(metrics, END)).toEqual([end('istio.x', 'a', 5), end('istio.y', 'a', 6)]);
    expect(await samples(metrics, COUNT)).toEqual([
      `${COUNT}{namespace="n",name="a"} 2`,
      `${COUNT}{namespace="n",name="b"} 1`,
    ]);
    metrics.resources.setStaleSecrets('n/a', 1, [{ secret: 'istio.y', notAfterSeconds: 7 }]);
    expect(await samples(metrics, END)).toEqual([end('istio.y', 'a', 7)]);
    metrics.resources.forget('n/a');
    expect(await samples(metrics, END)).toEqual([]);
    expect(await samples(metrics, COUNT)).toEqual([`${COUNT}{namespace="n",name="b"} 1`]);
  });
});

describe('ResourceMetrics.setCertificateEnd', () => {
  const NAME = 'meshscrape_certificate_not_after_seconds';

  it('has one series for each resource, of the pod that is worst off', async () => {
    const metrics = createMetrics(8);
    metrics.resources.setCertificateEnd('n/a', { pod: 'a-0', notAfterSeconds: 5 });
    metrics.resources.setCertificateEnd('n/b', { pod: 'b-0', notAfterSeconds: 6 });
    metrics.resources.setCertificateEnd('n/a', { pod: 'a-1', notAfterSeconds: 7 });
    const other = `${NAME}{namespace="n",name="b",pod="b-0"} 6`;
    expect(await samples(metrics, NAME)).toEqual([other, `${NAME}{namespace="n",name="a",pod="a-1"} 7`]);
    metrics.resources.setCertificateEnd('n/a', undefined);
    expect(await samples(metrics, NAME)).toEqual([other]);
    metrics.resources.forget('n/b');
    expect(await samples(metrics, NAME)).toEqual([]);
  });
});
