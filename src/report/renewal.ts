// The pods' certificates in words: the field of status, what CertificatesReady adds, and what is worth an Event.
import type {
  PrometheusIstioScrapeStatus,
  ServingCertificateStatus,
} from '../api/prometheus-istio-scrape.gen.ts';
import type { PrometheusIstioScrape } from '../api/resource.ts';
import { rfc3339 } from '../api/rfc3339.ts';
import type { EventContent } from '../plan/model/event.ts';
import type { Evaluation } from '../plan/plan.ts';
import { clip } from './text.ts';

/** Those that end first; of the others nothing is remembered, so an alarm of theirs would come late. */
const SERVING_MAX = 10;
const CODE = 'CertificateNotRenewed';

interface Serving {
  readonly serving?: readonly ServingCertificateStatus[];
}

/** While the pods are not asked, what was seen last stays: nothing else knows how old a certificate is. */
export function servingFields({ status }: PrometheusIstioScrape, { renewal }: Evaluation): Serving {
  if (renewal === undefined) {
    const before = status?.certificates?.serving;
    return before === undefined ? {} : { serving: before };
  }
  if (renewal.certificates.length === 0) return {};
  return {
    serving: renewal.certificates.slice(0, SERVING_MAX).map(({ pod, notAfterMs, firstSeenMs }) => ({
      pod,
      notAfter: rfc3339(notAfterMs),
      firstSeenTime: rfc3339(firstSeenMs),
    })),
  };
}

/** What CertificatesReady says beside the count of pods. */
export function renewalNote({ renewal }: Evaluation): string {
  return (renewal?.findings ?? []).map(({ target, message }) => `; ${target}: ${message}`).join('');
}

/** Findings of renewal that status shows now and did not show before. */
export function renewalEvents(
  resource: PrometheusIstioScrape,
  status: PrometheusIstioScrapeStatus,
): readonly EventContent[] {
  const before = new Set(resource.status?.findings?.map(({ target, message }) => `${target} ${message}`));
  return (status.findings ?? [])
    .filter(({ code, target, message }) => code === CODE && !before.has(`${target} ${message}`))
    .map(({ target, message }) => ({
      type: 'Warning',
      reason: CODE,
      note: clip(`${target}: ${message}`, 1024),
    }));
}
