// Is the certificate in each pod renewed in time? From what the proxy's agent says of its end.
// A life is counted from when we first saw the certificate, after its issue: an alarm may be late, never false.
import type { Pod } from '../../api/kubernetes.ts';
import type { PrometheusIstioScrape } from '../../api/resource.ts';
import { rfc3339 } from '../../api/rfc3339.ts';
import { proxyVariable } from '../istio-proxy/proxy-container.ts';
import type { Assessment } from '../model/assessment.ts';
import type { Finding } from '../model/finding.ts';
import { itemsOf } from '../model/observed.ts';
import { hostOf, type PrometheusEndpoint, type ProxyAgentSeen } from '../model/prometheus-seen.ts';
import { answerTo, type NeedOf } from '../model/reads.ts';
import type { Subject } from '../model/subject.ts';

/** A certificate that a pod works with, as status keeps it. */
interface ServingCertificate {
  readonly pod: string;
  readonly notAfterMs: number;
  /** When it was seen first: at or after its issue. */
  readonly firstSeenMs: number;
}

/** A certificate of which its agent has just reported. */
type ReportedCertificate = ServingCertificate & Pick<Agent, 'ratio'>;

export interface RenewalPlan extends Assessment {
  /** The one that ends first comes first. Pods whose agent said nothing are missing. */
  readonly certificates: readonly ServingCertificate[];
}

/** `statusPort` of the proxy configuration; Istio's default, which hardly anybody changes. */
const AGENT_PORT = 15020;

/** What reading a countdown over the network may be off. */
const TOLERANCE_MS = 5_000;

/** Istio renews at half of the life; what is left of it after two thirds is time enough to act. */
const SHARE_LEFT = 1 / 3;
const LATE_CHECK_MS = { least: 5_000, most: 10 * 60_000 } as const;

/** Evaluates the certificates of all pods. To be asked once everything else is in place. */
export function planRenewal({ snapshot, workload }: Subject): RenewalPlan {
  const { resource, reads, nowMs } = snapshot;
  const agents = itemsOf(workload.pods)
    .filter((pod) => pod.metadata.deletionTimestamp === undefined)
    .flatMap(agentOf);
  const known = storedCertificates(resource);
  const certificates = agents.flatMap(({ endpoint, ratio }) => {
    const answer = answerTo(reads, needOf(endpoint));
    if (answer === undefined) return [];
    const certificate = certificateOf(endpoint.pod, answer, { before: known.get(endpoint.pod), nowMs });
    return certificate === undefined ? [] : [{ certificate, isReported: answer.kind === 'answered', ratio }];
  });
  // Of a silent agent nothing is known: it may have renewed long ago.
  const reported = certificates
    .filter(({ isReported }) => isReported)
    .map(({ certificate, ratio }): ReportedCertificate => ({ ...certificate, ratio }));
  const checks = reported.map((each) => nextCheckMs(each, nowMs));
  return {
    certificates: certificates.map(({ certificate }) => certificate).toSorted(byEnd),
    findings: reported
      .filter((each) => isLate(each, nowMs))
      .toSorted(byEnd)
      .map((each) => lateFinding(each, nowMs)),
    needs: agents
      .map(({ endpoint }) => needOf(endpoint))
      .filter((need) => answerTo(reads, need) === undefined),
    retryAfterMs: checks.length === 0 ? undefined : Math.min(...checks),
  };
}

function needOf(endpoint: PrometheusEndpoint): NeedOf<'ProxyAgent'> {
  return { kind: 'ProxyAgent', endpoint };
}

/** Status is the only place that keeps them, so that a restart of the controller forgets nothing. */
function storedCertificates({ status }: PrometheusIstioScrape): ReadonlyMap<string, ServingCertificate> {
  const serving = status?.certificates?.serving ?? [];
  return new Map(
    serving.map(({ pod, notAfter, firstSeenTime }) => [
      pod,
      { pod, notAfterMs: Date.parse(notAfter), firstSeenMs: Date.parse(firstSeenTime) },
    ]),
  );
}

interface Agent {
  readonly endpoint: PrometheusEndpoint;
  /** What is left of a life when the agent renews, where the pod says another than Istio's default. */
  readonly ratio: number | undefined;
}

function agentOf(pod: Pod): readonly Agent[] {
  const ip = pod.status?.podIP;
  if (ip === undefined || ip === '') return [];
  const ratio = Number(proxyVariable(pod, 'SECRET_GRACE_PERIOD_RATIO') ?? Number.NaN);
  const endpoint = { pod: pod.metadata.name, url: `http://${hostOf(ip)}:${AGENT_PORT}/metrics` };
  return [{ endpoint, ratio: ratio > 0 && ratio < 1 ? ratio : undefined }];
}

interface Before {
  readonly before: ServingCertificate | undefined;
  readonly nowMs: number;
}

/** The same certificate keeps what was stored of it, or every reconciliation would write status anew. */
function certificateOf(
  pod: string,
  answer: ProxyAgentSeen,
  { before, nowMs }: Before,
): ServingCertificate | undefined {
  if (answer.kind === 'silent') return before !== undefined && before.notAfterMs > nowMs ? before : undefined;
  const isSame = before !== undefined && Math.abs(before.notAfterMs - answer.notAfterMs) <= TOLERANCE_MS;
  if (isSame) return before;
  return { pod, notAfterMs: wholeSeconds(answer.notAfterMs), firstSeenMs: wholeSeconds(nowMs) };
}

function wholeSeconds(ms: number): number {
  return Math.round(ms / 1000) * 1000;
}

/** The time from which on a certificate counts as not renewed. */
function lateFromMs({ notAfterMs, firstSeenMs, ratio }: ReportedCertificate): number {
  // An agent that renews later than at half counts as late only after that, by as much.
  const share = ratio === undefined ? SHARE_LEFT : Math.min(SHARE_LEFT, (ratio * 2) / 3);
  return notAfterMs - Math.max(0, notAfterMs - firstSeenMs) * share;
}

function isLate(certificate: ReportedCertificate, nowMs: number): boolean {
  return nowMs >= lateFromMs(certificate);
}

/** Just after the moment at which it would be late; once late, often enough to see the end of it. */
function nextCheckMs(certificate: ReportedCertificate, nowMs: number): number {
  const { notAfterMs, firstSeenMs } = certificate;
  if (!isLate(certificate, nowMs)) return lateFromMs(certificate) - nowMs + 1_000;
  return Math.min(Math.max((notAfterMs - firstSeenMs) / 24, LATE_CHECK_MS.least), LATE_CHECK_MS.most);
}

function byEnd(a: ServingCertificate, b: ServingCertificate): number {
  return a.notAfterMs - b.notAfterMs || (a.pod < b.pod ? -1 : 1);
}

function lateFinding({ pod, notAfterMs, ratio }: ReportedCertificate, nowMs: number): Finding {
  const end = rfc3339(notAfterMs);
  const what =
    notAfterMs <= nowMs
      ? `its certificate ended at ${end}, so scrapes with it fail`
      : ratio === undefined
        ? `two thirds of the life of its certificate are over and it was not renewed (Istio renews at half); it ends at ${end}`
        : `its certificate was not renewed when SECRET_GRACE_PERIOD_RATIO ${ratio} says, nor some time after; it ends at ${end}`;
  const message = `${what}: see whether istiod answers and what istio-proxy logs about signing; an Envoy renews only while its Sidecar lets it see a Service (status.istio.egressHosts)`;
  return { code: 'CertificateNotRenewed', target: `Pod/${pod}`, message };
}
