// The one place that writes status. A change of Ready, or of its reason, is one line in the log.
import type { Condition, PrometheusIstioScrapeStatus } from '../api/prometheus-istio-scrape.gen.ts';
import type { PrometheusIstioScrape } from '../api/resource.ts';
import type { WriteResult } from './cluster.ts';
import type { ReconcileContext } from './context.ts';

/** Writes the whole status; the log names the resource already. */
export async function writeStatus(
  resource: PrometheusIstioScrape,
  status: PrometheusIstioScrapeStatus,
  { cluster, log }: Pick<ReconcileContext, 'cluster' | 'log'>,
): Promise<WriteResult> {
  const result = await cluster.writeStatus(resource, status);
  const before = readyOf(resource.status);
  const now = readyOf(status);
  if (result.kind !== 'written' || now === undefined) return result;
  if (before?.status !== now.status || before.reason !== now.reason) {
    log.info({ ready: now.status, reason: now.reason, message: now.message }, 'Ready changed');
  }
  return result;
}

function readyOf(status: PrometheusIstioScrapeStatus | undefined): Condition | undefined {
  return status?.conditions?.find(({ type }) => type === 'Ready');
}
