// Stages 5 and 6: does every Prometheus serve the new paths, and do its targets answer?
// A Prometheus that cannot be asked is Unknown with the reason, never False.
import type { PrometheusIstioScrape } from '../../api/resource.ts';
import { rewrite } from '../../edit/prometheus-yaml/rewrite.ts';
import type { ConfigPlan } from '../config/config.ts';
import type { ReloadPrometheus } from '../model/action.ts';
import { NOTHING, type Assessment } from '../model/assessment.ts';
import type { PrometheusEndpoint, PrometheusSeen } from '../model/prometheus-seen.ts';
import { answerTo } from '../model/reads.ts';
import type { Subject } from '../model/subject.ts';
import { askOf, endpointsOf } from './prometheus-endpoint.ts';
import { ASK_AGAIN_MS, reloadAction, reloadMethod } from './reload.ts';
import { planTargets, type TargetsPlan } from './targets.ts';

/** Kubelet needs up to two minutes to carry a ConfigMap into a pod; beyond this something is wrong. */
const PROPAGATION_LIMIT_MS = 3 * 60_000;
const SOME_UNKNOWN_MS = 30_000;

/** After a start or a reload Prometheus makes a pool only when discovery has reported it: two turns of 5 s, and the lists. */
const SETTLED_MS = 30_000;

/** Somebody is at work on it, or istio-proxy will renew: status must not show it until the next interval. */
const CERTIFICATE_FAILURE_MS = 60_000;

export interface ProofPlan extends Assessment {
  readonly kind: 'Served' | 'Waiting' | 'NotPropagated' | 'ReloadNeeded' | 'RestartNeeded' | 'Unknown';
  readonly message: string;
  readonly targets: TargetsPlan | undefined;
  readonly action: ReloadPrometheus | undefined;
}

const NOTHING_PROVEN = { ...NOTHING, targets: undefined, action: undefined } as const;

export interface ProofSubject extends Subject {
  readonly config: ConfigPlan;
}

/** Evaluates stages 5 and 6. To be asked once every chosen job names the new files. */
export function planProof(subject: ProofSubject): ProofPlan {
  const { snapshot, config } = subject;
  const endpoints = endpointsOf(subject.workload, subject.container);
  if (endpoints.length === 0)
    return { ...NOTHING_PROVEN, kind: 'Served', message: 'no pod runs, the next one reads the new file' };
  if (config.rewrittenJobs.length === 0)
    return { ...NOTHING_PROVEN, kind: 'Served', message: 'no job was to be changed' };
  const hidden = endpoints.find((each) => each.kind === 'unknown');
  if (hidden !== undefined)
    return { ...NOTHING_PROVEN, kind: 'Unknown', message: `${hidden.pod}: ${hidden.message}` };
  const known = endpoints.flatMap((each) => (each.kind === 'endpoint' ? [each.endpoint] : []));
  const replicas = known.map((endpoint) => ({
    endpoint,
    seen: answerTo(snapshot.reads, askOf(endpoint)),
  }));
  const needs = replicas.flatMap(({ endpoint, seen }) => (seen === undefined ? [askOf(endpoint)] : []));
  if (needs.length > 0) {
    return { ...NOTHING_PROVEN, kind: 'Unknown', message: 'Prometheus is being asked', needs };
  }
  return evaluateReplicas(
    subject,
    replicas.flatMap(({ endpoint, seen }) => (seen === undefined ? [] : [{ endpoint, seen }])),
  );
}

interface Replica {
  readonly endpoint: PrometheusEndpoint;
  readonly seen: PrometheusSeen;
}

function evaluateReplicas(subject: ProofSubject, replicas: readonly Replica[]): ProofPlan {
  const { resource } = subject.snapshot;
  for (const { endpoint, seen } of replicas) {
    if (seen.kind === 'answered') continue;
    const message = `${endpoint.pod} cannot be asked at ${endpoint.url}: ${seen.message}`;
    return { ...NOTHING_PROVEN, kind: 'Unknown', message };
  }
  const old = replicas.filter(({ seen }) => !serves(subject, seen)).map(({ endpoint }) => endpoint);
  if (old.length > 0) return notServed(subject, old);
  const targets = planTargets(
    subject.config.rewrittenJobs,
    replicas.flatMap(({ endpoint: { pod }, seen }) => {
      if (seen.kind !== 'answered') return [];
      const { configLoadedMs, pools, targets: seenTargets } = seen;
      const settled = isSettled(configLoadedMs, subject.snapshot.nowMs);
      return [{ pod, configLoadedMs, pools, targets: seenTargets, settled }];
    }),
    resource.status?.targets?.failures ?? [],
  );
  return {
    ...NOTHING_PROVEN,
    kind: 'Served',
    message: `${replicas.length} of ${replicas.length} replicas serve the new paths`,
    targets,
    retryAfterMs: recheckMs(targets),
  };
}

/** By Prometheus's own clock, which may be far from ours: then nothing is to be concluded from it. */
function isSettled(configLoadedMs: number | undefined, nowMs: number): boolean {
  return configLoadedMs === undefined || Math.abs(nowMs - configLoadedMs) >= SETTLED_MS;
}

/**
 * A new pool lists its targets as unknown until the first scrape. Where pods come and go there always is a new target,
 * and every reconciliation counts anew: once anything was scraped, no more than two statuses a minute.
 */
function recheckMs(targets: TargetsPlan): number | undefined {
  const { up, down, unknown, failures, awaitedPools, missingPools } = targets;
  if (awaitedPools.length > 0 || (unknown > 0 && up + down === 0)) return ASK_AGAIN_MS;
  if (unknown > 0) return SOME_UNKNOWN_MS;
  const certificate = failures.some((failure) => failure.certificate);
  return certificate || missingPools.length > 0 ? CERTIFICATE_FAILURE_MS : undefined;
}

/** The served configuration names the new files in every rewritten job, and the last load succeeded. */
function serves({ paths, config }: ProofSubject, seen: PrometheusSeen): boolean {
  if (seen.kind !== 'answered' || !seen.reloadSucceeded) return false;
  const result = rewrite(seen.config, {
    jobs: [],
    legacyDirectories: [],
    mountPath: paths.mountPath,
    previousMountPaths: [],
    recordedJobs: config.rewrittenJobs,
  });
  if (result.kind === 'refused') return false;
  const served = new Set(
    result.jobs
      .filter(({ values }) => values.every(({ actual, expected }) => actual === expected))
      .map(({ job }) => job),
  );
  return config.rewrittenJobs.every((job) => served.has(job));
}

function notServed(subject: ProofSubject, old: readonly PrometheusEndpoint[]): ProofPlan {
  const { snapshot, config } = subject;
  const { resource } = snapshot;
  const who = old.map(({ pod }) => pod).join(', ');
  const method = reloadMethod(subject);
  if (config.source?.restartNeeded === true) {
    const message = `${who} still reads the old file, which is mounted by subPath: it changes only in a new pod`;
    return { ...NOTHING_PROVEN, kind: 'RestartNeeded', message };
  }
  if (method === 'None') {
    const message = `${who} still serves the old paths; spec.config.reload is None, so reloading is yours`;
    return { ...NOTHING_PROVEN, kind: 'Unknown', message, retryAfterMs: 6 * ASK_AGAIN_MS };
  }
  if (method === 'Unknown') {
    const message = `${who} still serves the old paths, and no reloader and no --web.enable-lifecycle is seen: reload it`;
    return { ...NOTHING_PROVEN, kind: 'ReloadNeeded', message, retryAfterMs: 6 * ASK_AGAIN_MS };
  }
  const asks = method === 'Http' && !snapshot.reloadAsked && config.mode === 'Enforce';
  const action = asks ? reloadAction(subject, old) : undefined;
  const base = { ...NOTHING_PROVEN, action, retryAfterMs: ASK_AGAIN_MS };
  const sinceMs = waitingSinceMs(resource);
  if (sinceMs !== undefined && snapshot.nowMs - sinceMs > PROPAGATION_LIMIT_MS) {
    const message = `${who} does not serve the new paths after ${PROPAGATION_LIMIT_MS / 60_000} minutes: does the ConfigMap reach the pod, and does Prometheus accept it?`;
    return { ...base, kind: 'NotPropagated', message, retryAfterMs: 6 * ASK_AGAIN_MS };
  }
  return { ...base, kind: 'Waiting', message: `${who} does not serve the new paths yet` };
}

/** Since when Reloaded is False: the time at which that condition flipped. */
function waitingSinceMs({ status }: PrometheusIstioScrape): number | undefined {
  const reloaded = status?.conditions?.find(({ type }) => type === 'Reloaded');
  return reloaded?.status === 'False' ? Date.parse(reloaded.lastTransitionTime) : undefined;
}
