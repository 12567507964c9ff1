// The whole status, made anew from one reconcile; equal worlds give equal bytes, so that nothing is written twice.
import type {
  CertificatesStatus,
  IstioStatus,
  LastInSync,
  PrometheusIstioScrapeStatus,
} from '../api/prometheus-istio-scrape.gen.ts';
import type { PrometheusIstioScrape } from '../api/resource.ts';
import { REQUESTED_AT_ANNOTATION } from '../api/resource.ts';
import type { ConfigSource } from '../plan/config/source.ts';
import { proxyModeOf, type Proxy } from '../plan/istio-proxy/proxy.ts';
import { differs, fingerprint } from '../plan/model/field.ts';
import { isInSync, PART_NAMES, type PartPlan } from '../plan/model/part.ts';
import type { Evaluation } from '../plan/plan.ts';
import { conditionsOf } from './conditions.ts';
import { boundedDrift, recordDrift } from './drift.ts';
import { findingFields } from './findings.ts';
import { pendingChanges } from './pending.ts';
import { servingFields } from './renewal.ts';
import type { Report } from './report.ts';
import { staleSecretFields } from './stale-secrets.ts';
import { clip, VALUE_MAX } from './text.ts';

/** Bytes of JSON. The whole status stays below the first, whatever differs; drift gets what the rest leaves of it. */
const STATUS_BYTES = 16_000;
const DRIFT_BYTES_MIN = 1_000;

/** Composes status. Its bounds are those of the CRD. */
export function statusOf(report: Report): PrometheusIstioScrapeStatus {
  const { resource, plan } = report;
  const { evaluation } = plan;
  const request = resource.metadata.annotations?.[REQUESTED_AT_ANNOTATION];
  const rest = {
    observedGeneration: resource.metadata.generation ?? 0,
    generationSeenTime: generationSeenTime(report),
    ...(request === undefined ? {} : { lastHandledRequest: clip(request, 256) }),
    conditions: conditionsOf(report),
    mode: resource.spec.suspend ? ('Suspended' as const) : resource.spec.mode,
    ...(evaluation === undefined ? unevaluated(report) : evaluated(report, evaluation)),
    lastInSync: lastInSync(report),
    pendingCount: plan.pending.length,
    pending: pendingChanges(plan),
  };
  const left = STATUS_BYTES - Buffer.byteLength(JSON.stringify(rest));
  return { ...rest, drift: boundedDrift(recordDrift(report), Math.max(left, DRIFT_BYTES_MIN)) };
}

/** A fixed time for each generation: what another object may still bring has its grace from then on. */
function generationSeenTime({ resource: { status, metadata }, now }: Report): string {
  const isSeen = status?.observedGeneration === metadata.generation;
  return (isSeen ? status?.generationSeenTime : undefined) ?? now;
}

type EvaluatedFields = Pick<
  PrometheusIstioScrapeStatus,
  | 'workload'
  | 'certificates'
  | 'config'
  | 'istio'
  | 'targets'
  | 'staleSecretCount'
  | 'earliestNotAfter'
  | 'staleSecrets'
  | 'findingCount'
  | 'findings'
>;

function evaluated({ resource }: Report, evaluation: Evaluation): EvaluatedFields {
  const { certificates, parts } = evaluation;
  const { source, rewrittenJobs, skippedJobs, jobs } = parts.config;
  return {
    workload: {
      container: evaluation.container,
      ...(evaluation.updateRevision === undefined ? {} : { updateRevision: evaluation.updateRevision }),
      pods: certificates.pods,
      podsWired: certificates.podsWired,
    },
    certificates: {
      ...evaluation.paths,
      ...adoptionFields(resource, evaluation),
      ...servingFields(resource, evaluation),
    },
    ...(source === undefined
      ? lastConfig(resource)
      : {
          config: {
            configMap: source.configMap,
            key: source.key,
            source: sourceWord(resource, source),
            ...(jobs === undefined ? {} : { jobs: `${jobs.cured}/${jobs.needing}` }),
            rewrittenJobs: rewrittenJobs
              .filter((job) => !isDiffering(parts.config, job))
              .slice(0, 64)
              .map((job) => clip(job, VALUE_MAX)),
            skippedJobs: skippedJobs.slice(0, 16).map(({ job, code, line, message, fix }) => ({
              job: clip(job, VALUE_MAX),
              reason: code,
              message: clip(`line ${line}: ${message} ${fix}`, 512),
            })),
          },
        }),
    istio: {
      injected: evaluation.injection.injected,
      ...(evaluation.injection.webhook === undefined
        ? {}
        : { webhook: clip(evaluation.injection.webhook, 253) }),
      ...proxyFields(certificates.proxies),
      egressHosts: evaluation.egressHosts,
    },
    ...targetsOf(evaluation),
    ...staleSecretFields(evaluation),
    ...findingFields(evaluation),
  };
}

/** Moves of adopted wiring that are remembered; maxItems in crds/. */
const PREVIOUS_MAX = 4;

/** Where adopted wiring had its files before it moved: jobs may still read them there. */
function adoptionFields(
  { status }: PrometheusIstioScrape,
  { isAdopted, isInherited, paths }: Evaluation,
): Pick<CertificatesStatus, 'adopted' | 'inherited'> &
  Partial<Pick<CertificatesStatus, 'previousMountPaths'>> {
  const { mountPath, previousMountPaths = [] } = status?.certificates ?? {};
  const before = [...previousMountPaths, ...(mountPath === undefined ? [] : [mountPath])];
  const previous = [...new Set(before)].filter((path) => path !== paths.mountPath);
  return {
    adopted: isAdopted,
    inherited: isInherited,
    ...(isAdopted && previous.length > 0 ? { previousMountPaths: previous.slice(-PREVIOUS_MAX) } : {}),
  };
}

/** Of the first pod whose version is known; a rollout ends, and with it what differs between pods. */
function proxyFields(proxies: readonly Proxy[]): Pick<IstioStatus, 'proxyVersion' | 'proxyMode'> {
  const proxy = proxies.find(({ version }) => version !== undefined) ?? proxies[0];
  if (proxy === undefined) return {};
  const { version } = proxy;
  return { ...(version === undefined ? {} : { proxyVersion: version }), proxyMode: proxyModeOf(proxy) };
}

/** What undo and adoption go by stays, until it is undone. */
function unevaluated({
  resource,
  isConfigBack,
}: Report): Pick<PrometheusIstioScrapeStatus, 'config' | 'certificates'> {
  const { certificates } = resource.status ?? {};
  const { config } = lastConfig(resource);
  return {
    ...(certificates === undefined ? {} : { certificates }),
    ...(config === undefined
      ? {}
      : { config: isConfigBack === true ? { ...config, rewrittenJobs: [] } : config }),
  };
}

/** What we wrote last stays named while it cannot be evaluated: Restore finds its way back by it. */
function lastConfig({ status }: PrometheusIstioScrape): Pick<PrometheusIstioScrapeStatus, 'config'> {
  if (status?.config === undefined) return {};
  // How many jobs are done is said only of what was looked at.
  const { configMap, key, source, rewrittenJobs, skippedJobs } = status.config;
  const known = { configMap, key, source, rewrittenJobs, skippedJobs };
  return { config: Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined)) };
}

function isDiffering({ fields }: PartPlan, job: string): boolean {
  return fields.some((field) => differs(field) && field.path.includes(`.scrape_configs[${job}].`));
}

function sourceWord(
  resource: PrometheusIstioScrape,
  source: ConfigSource,
): 'Given' | 'Resolved' | 'Inferred' {
  if (resource.spec.config.configMap.name !== undefined) return 'Given';
  return source.inferred ? 'Inferred' : 'Resolved';
}

/** Absent until Prometheus was asked; `failures` at most 8. */
function targetsOf({ proof }: Evaluation): Pick<PrometheusIstioScrapeStatus, 'targets'> {
  const targets = proof?.targets;
  if (targets === undefined) return {};
  const { up, down, unknown, failures } = targets;
  return {
    targets: {
      summary: `${up}/${up + down + unknown}`,
      up,
      down,
      unknown,
      failures: failures.slice(0, 8).map(({ cause, count, example, fix }) => ({
        cause,
        count,
        example: clip(example, VALUE_MAX),
        fix: clip(fix, VALUE_MAX),
      })),
    },
  };
}

/** The hash of the fields that were last seen in sync, part by part: what sets drift apart from pending. */
function lastInSync({ resource, plan }: Report): LastInSync {
  const before = resource.status?.lastInSync ?? {};
  const parts = plan.evaluation?.parts;
  if (parts === undefined) return before;
  const now = PART_NAMES.filter((name) => parts[name].fields.length > 0 && isInSync(parts[name])).map(
    (name) => [name, fingerprint(parts[name].fields)] as const,
  );
  return { ...before, ...Object.fromEntries(now) };
}
