import { Registry } from 'prom-client';
import { beforeEach, describe, expect, it } from 'vitest';
import type { PrometheusIstioScrapeStatus } from '../../src/api/prometheus-istio-scrape.gen.ts';
import { createResourceMetrics, type ResourceMetrics } from '../../src/telemetry/resource-metrics.ts';

let registry: Registry;
let resources: ResourceMetrics;

beforeEach(() => {
  registry = new Registry();
  resources = createResourceMetrics(registry);
});

/** Every sample there is, or those of one metric. */
async function samples(name?: string): Promise<readonly string[]> {
  const text = name === undefined ? await registry.metrics() : await registry.getSingleMetricAsString(name);
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

const TIME = '2026-01-01T00:00:00Z';

function conditions(
  ...states: readonly (readonly [type: string, status: 'True' | 'False' | 'Unknown'])[]
): PrometheusIstioScrapeStatus {
  return {
    conditions: states.map(([type, status]) => ({
      type,
      status,
      reason: 'Any',
      message: '',
      lastTransitionTime: TIME,
    })),
  };
}

/** A status in which everything is set that a metric shows. */
const FULL: PrometheusIstioScrapeStatus = {
  ...conditions(['Ready', 'True']),
  drift: { activeCount: 3, detectedTotal: 9, truncated: false, fields: [] },
  staleSecretCount: 2,
  staleSecrets: [
    { secret: 'istio.x', state: 'Present', notAfter: '1970-01-01T00:00:05Z', optional: true, usedBy: [] },
    { secret: 'istio.y', state: 'Unreadable', optional: true, usedBy: [] },
  ],
  certificates: {
    outputDirectory: '/o',
    mountPath: '/m',
    volumeName: 'v',
    serving: [
      { pod: 'a-1', notAfter: '1970-01-01T00:00:07Z', firstSeenTime: TIME },
      { pod: 'a-0', notAfter: '1970-01-01T00:00:08Z', firstSeenTime: TIME },
    ],
  },
  targets: { summary: '5/7', up: 5, down: 2, unknown: 0 },
};

describe('ResourceMetrics', () => {
  it('shows a whole status, each thing under its name', async () => {
    resources.setStatus('ns/one', FULL);
    resources.countDrift('ns/one', new Map([['StatefulSet/prometheus', 4]]));
    const own = 'namespace="ns",name="one"';
    expect(await samples()).toEqual([
      `meshscrape_condition{type="Ready",status="True",${own}} 1`,
      `meshscrape_condition{type="Ready",status="False",${own}} 0`,
      `meshscrape_condition{type="Ready",status="Unknown",${own}} 0`,
      `meshscrape_drift_fields{${own}} 3`,
      `meshscrape_stale_secrets{${own}} 2`,
      `meshscrape_stale_secret_not_after_seconds{secret="istio.x",${own}} 5`,
      `meshscrape_certificate_not_after_seconds{pod="a-1",${own}} 7`,
      `meshscrape_targets{state="up",${own}} 5`,
      `meshscrape_targets{state="down",${own}} 2`,
      `meshscrape_targets{state="unknown",${own}} 0`,
      `meshscrape_drift_detected_total{target="StatefulSet/prometheus",${own}} 4`,
    ]);
  });

  it('drops what the status does not hold any more', async () => {
    resources.setStatus('ns/one', conditions(['Ready', 'Unknown'], ['Reconciling', 'True']));
    resources.setStatus('ns/one', FULL);
    expect((await samples('meshscrape_condition')).join()).not.toContain('Reconciling');
    resources.setStatus('ns/one', undefined);
    expect(await samples()).toEqual([
      'meshscrape_drift_fields{namespace="ns",name="one"} 0',
      'meshscrape_stale_secrets{namespace="ns",name="one"} 0',
    ]);
  });

  it('drops every series of a resource that is gone, counters too, and no other', async () => {
    for (const key of ['ns/one', 'ns/two', 'other/one']) {
      resources.setStatus(key, FULL);
      resources.countDrift(
        key,
        new Map([
          ['StatefulSet/prometheus', 1],
          ['ConfigMap/prometheus', 0],
        ]),
      );
    }
    const before = await samples();
    resources.forget('ns/one');
    resources.forget('ns/never-seen');
    const left = before.filter((line) => !line.includes('namespace="ns",name="one"'));
    expect(await samples()).toEqual(left);
    expect(left).toHaveLength((before.length / 3) * 2);
  });

  it('counts drift by object, and begins anew with a resource that comes again', async () => {
    const drift = (fields: number): ReadonlyMap<string, number> =>
      new Map([['StatefulSet/prometheus', fields]]);
    const name = 'meshscrape_drift_detected_total';
    for (const fields of [0, 2, 0, 3]) resources.countDrift('ns/one', drift(fields));
    const series = `${name}{target="StatefulSet/prometheus",namespace="ns",name="one"}`;
    expect(await samples(name)).toEqual([`${series} 5`]);
    resources.forget('ns/one');
    resources.countDrift('ns/one', drift(0));
    expect(await samples(name)).toEqual([`${series} 0`]);
  });
});
