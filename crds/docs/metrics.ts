// Every metric of the controller but those of the process and of Node, which prom-client documents.
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { code, codes, plain, table } from './markdown.ts';

export function metricsBlock(): string {
  const { registry, queue } = createMetrics(1);
  queue.watchProcessing(() => []);
  const rows = registry
    .getMetricsAsArray()
    .filter(({ name }) => !/^(nodejs|process)_/.test(name))
    .map((metric) => {
      // prom-client's type hides the names of the labels.
      const { name, type, help, labelNames } = metric as unknown as Record<
        'name' | 'type' | 'help',
        string
      > & { labelNames: readonly string[] };
      return [code(name), type, codes(labelNames), plain(help)];
    })
    .sort(([a = ''], [b = '']) => (a < b ? -1 : 1));
  return table(['Metric', 'Type', 'Labels', 'Meaning'], rows);
}
