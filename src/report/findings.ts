// status.findings: sorted, each once, within the CRD's bounds, so that equal worlds give equal bytes.
import type { PrometheusIstioScrapeStatus } from '../api/prometheus-istio-scrape.gen.ts';
import type { Finding } from '../plan/model/finding.ts';
import type { Evaluation } from '../plan/plan.ts';
import { clip } from './text.ts';

const FINDINGS_MAX = 20;
const TARGET_MAX = 320;
const FINDING_MESSAGE_MAX = 512;
/** Bytes of JSON, since a status holds more than findings. */
const FINDINGS_BYTES = 3_000;

type FindingFields = Pick<PrometheusIstioScrapeStatus, 'findingCount' | 'findings'>;

/** The fields of status; absent where nothing was found. */
export function findingFields({ findings }: Pick<Evaluation, 'findings'>): FindingFields {
  const distinct = new Map(findings.map((finding) => [findingKey(finding), finding]));
  if (distinct.size === 0) return {};
  const sorted = [...distinct.keys()].toSorted().flatMap((key) => distinct.get(key) ?? []);
  return { findingCount: sorted.length, findings: bounded(sorted) };
}

function findingKey({ target, code, message }: Finding): string {
  return `${target}\n${code}\n${message}`;
}

function bounded(findings: readonly Finding[]): readonly Finding[] {
  const shown: Finding[] = [];
  let bytes = 0;
  for (const { code, target, message } of findings.slice(0, FINDINGS_MAX)) {
    const finding = { code, target: clip(target, TARGET_MAX), message: clip(message, FINDING_MESSAGE_MAX) };
    bytes += Buffer.byteLength(JSON.stringify(finding)) + 1;
    if (bytes > FINDINGS_BYTES) break;
    shown.push(finding);
  }
  return shown;
}
