// examples/alerts.yaml checked by promtool: that it is valid, that each alert fires when it should and is silent before.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createMetrics } from '../../src/telemetry/metrics.ts';
import { programs } from '../../testbed/programs/programs.ts';

const RULES = join(import.meta.dirname, '../../examples/alerts.yaml');
const OWN = 'namespace="app-metrics", name="prometheus"';
const DAY = 86_400;

let directory = '';
let promtool = '';

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'meshscrape-alerts-'));
  ({ promtool } = await programs(['promtool']));
});
afterAll(() => rm(directory, { recursive: true }));

const run = (...args: readonly string[]): Promise<{ stdout: string }> => promisify(execFile)(promtool, args);

/** Which alerts fire at which minute of a series, as promtool evaluates the file. Rejects where it is otherwise. */
async function expectAlerts(
  series: object,
  alerts: Readonly<Record<string, readonly string[]>>,
  name: string,
) {
  const file = join(directory, 'test.yaml');
  const test = {
    rule_files: [RULES],
    evaluation_interval: '1m',
    tests: [
      {
        interval: '1m',
        input_series: [series],
        // promtool compares alerts with all labels and texts; ALERTS has the labels alone.
        promql_expr_test: Object.entries(alerts).map(([time, firing]) => ({
          expr: 'count by (alertname) (ALERTS{alertstate="firing"})',
          eval_time: time,
          exp_samples: firing.map((alert) => ({ labels: `{alertname="${alert}"}`, value: 1 })),
        })),
      },
    ],
  };
  await writeFile(file, JSON.stringify(test));
  expect((await run('test', 'rules', file)).stdout, name).toContain('SUCCESS');
}

describe('examples/alerts.yaml', () => {
  it('passes promtool check rules', async () => {
    expect((await run('check', 'rules', '--lint=all', '--lint-fatal', RULES)).stdout).toContain(
      'SUCCESS: 4 rules found',
    );
  });

  it('asks for metrics that there are', async () => {
    const known = createMetrics(1).registry.getMetricsAsArray();
    const asked = (await readFile(RULES, 'utf8')).match(/meshscrape_\w+/g) ?? [];
    expect(asked).toHaveLength(4);
    expect(asked.filter((name) => !known.some((metric) => metric.name === name))).toEqual([]);
  });

  it.each([
    {
      name: 'Ready is not True for half an hour',
      series: { series: `meshscrape_condition{type="Ready", status="True", ${OWN}}`, values: '1x9 0x60' },
      alerts: { '39m': [], '40m': ['MeshscrapeNotReady'] },
    },
    {
      name: 'one object drifts four times within an hour',
      series: {
        series: `meshscrape_drift_detected_total{target="StatefulSet/prometheus", ${OWN}}`,
        values: '0x30 1x9 2x9 3x9 4x9 5x9 5x90',
      },
      alerts: { '45m': [], '80m': ['MeshscrapeDriftFought'], '150m': [] },
    },
    {
      name: 'a legacy secret has less than 14 days',
      series: {
        series: `meshscrape_stale_secret_not_after_seconds{secret="istio.default", ${OWN}}`,
        values: `${14 * DAY + 600}x60`,
      },
      alerts: { '10m': [], '11m': ['MeshscrapeStaleSecretExpires'] },
    },
    {
      name: 'a certificate has less than a third of its day',
      series: {
        series: `meshscrape_certificate_not_after_seconds{pod="prometheus-0", ${OWN}}`,
        values: `${8 * 3600 + 600}x60`,
      },
      alerts: { '10m': [], '11m': ['MeshscrapeCertificateNotRenewed'] },
    },
  ])('fires once $name, and not before', async ({ name, series, alerts }) => {
    await expectAlerts(series, alerts, name);
  });
});
