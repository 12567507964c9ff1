// Stages 5 and 6: does every Prometheus serve the new paths, and who makes it read them? Pure.
// A Prometheus that cannot be asked is Unknown with the reason, never False.
import type { Container, StatefulSet } from '../../api/kubernetes.ts';
import type { PrometheusIstioScrape } from '../../api/resource.ts';
import { rewrite } from '../../edit/prometheus-yaml/rewrite.ts';
import type { ConfigPlan } from '../config/config.ts';
import { flagOf, hasFlag } from '../kubernetes/container-flags.ts';
import { isOwnedBy } from '../kubernetes/selector.ts';
import type { ReloadPrometheus } from '../model/action.ts';
import { certificatePaths } from '../model/desired.ts';
import { fieldManagerOf } from '../model/names.ts';
import type { PrometheusSeen } from '../model/prometheus-seen.ts';
import type { PrometheusEndpoint } from '../model/prometheus-seen.ts';
import type { Need, Snapshot } from '../model/snapshot.ts';
import { endpointOf, type EndpointResult } from './prometheus-endpoint.ts';
import { planTargets, type TargetsPlan } from './targets.ts';

/** Kubelet needs up to two minutes to carry a ConfigMap into a pod; beyond this something is wrong. */
const PROPAGATION_LIMIT_MS = 3 * 60_000;
const ASK_AGAIN_MS = 10_000;
const SOME_UNKNOWN_MS = 30_000;

/** After a start or a reload Prometheus makes a pool only when discovery has told of it: two turns of 5 s, and the lists. */
const SETTLED_MS = 30_000;

/** Somebody is at work on it, or istio-proxy will renew: status must not tell of it until the next interval. */
const CERTIFICATE_FAILURE_MS = 60_000;

export type ReloadMethod = 'Reloader' | 'Http' | 'None' | 'Unknown';

export interface ProofPlan {
  readonly kind: 'Served' | 'Waiting' | 'NotPropagated' | 'ReloadNeeded' | 'RestartNeeded' | 'Unknown';
  readonly message: string;
  readonly targets: TargetsPlan | undefined;
  readonly action: ReloadPrometheus | undefined;
  readonly needs: readonly Need[];
  readonly retryAfterMs: number | undefined;
}

export interface ProofInput {
  readonly snapshot: Snapshot;
  readonly statefulSet: StatefulSet;
  readonly container: Container;
  readonly config: ConfigPlan;
}

/** Who reloads: what `spec.config.reload` says, or what is seen in the pod template. */
export function reloadMethod(
  resource: PrometheusIstioScrape,
  statefulSet: StatefulSet,
  container: Container,
): ReloadMethod {
  const { reload } = resource.spec.config;
  if (reload === 'None') return 'None';
  if (reload === 'Http') return 'Http';
  const { containers, initContainers = [] } = statefulSet.spec.template.spec;
  const others = [...containers, ...initContainers].filter(({ name }) => name !== container.name);
  if (others.some(isReloader) || reloadsItself(container)) return 'Reloader';
  return hasFlag(container, '--web.enable-lifecycle') ? 'Http' : 'Unknown';
}

function isReloader({ image = '', args = [], command = [] }: Container): boolean {
  if (/(config-?reload|configmap-reload)/.test(image.split('/').at(-1) ?? '')) return true;
  return [...command, ...args].some((word) => word.startsWith('--reloader.'));
}

function reloadsItself(container: Container): boolean {
  const features = flagOf(container, ['--enable-feature']) ?? '';
  return hasFlag(container, '--config.auto-reload') || features.split(',').includes('auto-reload-config');
}

/** Judges stages 5 and 6. To be asked once every chosen job names the new files. */
export function planProof(input: ProofInput): ProofPlan {
  const { snapshot, statefulSet, container, config } = input;
  const nothing = { targets: undefined, action: undefined, needs: [], retryAfterMs: undefined };
  const endpoints = endpointsOf(snapshot, statefulSet, container);
  if (endpoints.length === 0)
    return { ...nothing, kind: 'Served', message: 'no pod runs, the next one reads the new file' };
  if (config.rewrittenJobs.length === 0)
    return { ...nothing, kind: 'Served', message: 'no job was to be changed' };
  const hidden = endpoints.find((each) => each.kind === 'unknown');
  if (hidden !== undefined)
    return { ...nothing, kind: 'Unknown', message: `${hidden.pod}: ${hidden.message}` };
  const known = endpoints.flatMap((each) => (each.kind === 'endpoint' ? [each.endpoint] : []));
  const seen = snapshot.reads.prometheus;
  const missing = known.filter(({ pod }) => seen?.[pod] === undefined);
  if (missing.length > 0) {
    const needs = missing.map((endpoint) => ({ kind: 'Prometheus' as const, endpoint }));
    return { ...nothing, kind: 'Unknown', message: 'Prometheus is being asked', needs };
  }
  return evaluate(input, known, seen ?? {});
}

function evaluate(
  input: ProofInput,
  endpoints: readonly PrometheusEndpoint[],
  seen: Readonly<Record<string, PrometheusSeen>>,
): ProofPlan {
  const nothing = { targets: undefined, action: undefined, needs: [], retryAfterMs: undefined };
  const silent = endpoints.find(({ pod }) => seen[pod]?.kind !== 'answered');
  if (silent !== undefined) {
    const answer = seen[silent.pod];
    const why = answer?.kind === 'silent' ? answer.message : 'not asked';
    return { ...nothing, kind: 'Unknown', message: `${silent.pod} cannot be asked at ${silent.url}: ${why}` };
  }
  const answers = endpoints.flatMap(({ pod }) => {
    const answer = seen[pod];
    return answer?.kind === 'answered' ? [{ pod, answer }] : [];
  });
  const old = endpoints.filter(({ pod }) => !serves(input, answers.find((each) => each.pod === pod)?.answer));
  if (old.length > 0) return notServed(input, old);
  const targets = planTargets(
    input.config.rewrittenJobs,
    answers.map(({ pod, answer: { configLoadedMs, pools, targets } }) => ({
      ...{ pod, configLoadedMs, pools, targets },
      settled: isSettled(configLoadedMs, input.snapshot.nowMs),
    })),
    input.snapshot.resource.status?.targets?.failures ?? [],
  );
  return {
    ...nothing,
    kind: 'Served',
    message: `${answers.length} of ${answers.length} replicas serve the new paths`,
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
 * and every look counts anew: once anything was scraped, no more than two statuses a minute.
 */
function recheckMs(targets: TargetsPlan): number | undefined {
  const { up, down, unknown, failures, awaitedPools, missingPools } = targets;
  if (awaitedPools.length > 0 || (unknown > 0 && up + down === 0)) return ASK_AGAIN_MS;
  if (unknown > 0) return SOME_UNKNOWN_MS;
  const certificate = failures.some((failure) => failure.certificate);
  return certificate || missingPools.length > 0 ? CERTIFICATE_FAILURE_MS : undefined;
}

/** The served configuration names the new files in every rewritten job, and the last load succeeded. */
function serves({ snapshot, config }: ProofInput, seen: PrometheusSeen | undefined): boolean {
  if (seen?.kind !== 'answered' || !seen.reloadSucceeded) return false;
  const result = rewrite(seen.config, {
    jobs: [],
    legacyDirectories: [],
    mountPath: certificatePaths(snapshot.resource).mountPath,
    previousMountPaths: [],
    recordedJobs: config.rewrittenJobs,
  });
  if (result.kind === 'refused') return false;
  const right = new Set(
    result.jobs
      .filter(({ values }) => values.every(({ actual, expected }) => actual === expected))
      .map(({ job }) => job),
  );
  return config.rewrittenJobs.every((job) => right.has(job));
}

function notServed(input: ProofInput, old: readonly PrometheusEndpoint[]): ProofPlan {
  const { snapshot, statefulSet, container, config } = input;
  const { resource } = snapshot;
  const nothing = { targets: undefined, action: undefined, needs: [], retryAfterMs: undefined };
  const who = old.map(({ pod }) => pod).join(', ');
  const method = reloadMethod(resource, statefulSet, container);
  if (config.source?.restartNeeded === true) {
    const message = `${who} still reads the old file, which is mounted by subPath: it changes only in a new pod`;
    return { ...nothing, kind: 'RestartNeeded', message };
  }
  if (method === 'None') {
    const message = `${who} still serves the old paths; spec.config.reload is None, so reloading is yours`;
    return { ...nothing, kind: 'Unknown', message, retryAfterMs: 6 * ASK_AGAIN_MS };
  }
  if (method === 'Unknown') {
    const message = `${who} still serves the old paths, and no reloader and no --web.enable-lifecycle is seen: reload it`;
    return { ...nothing, kind: 'ReloadNeeded', message, retryAfterMs: 6 * ASK_AGAIN_MS };
  }
  const asks = method === 'Http' && snapshot.reads.reloadAsked !== true && config.mode === 'Enforce';
  const action = asks ? reloadAction(input, old) : undefined;
  const base = { ...nothing, action, retryAfterMs: ASK_AGAIN_MS };
  const sinceMs = waitingSinceMs(resource);
  if (sinceMs !== undefined && snapshot.nowMs - sinceMs > PROPAGATION_LIMIT_MS) {
    const message = `${who} does not serve the new paths after ${PROPAGATION_LIMIT_MS / 60_000} minutes: does the ConfigMap reach the pod, and does Prometheus accept it?`;
    return { ...base, kind: 'NotPropagated', message, retryAfterMs: 6 * ASK_AGAIN_MS };
  }
  return { ...base, kind: 'Waiting', message: `${who} does not serve the new paths yet` };
}

/** Asks these replicas over HTTP to read their file again. */
export function reloadAction(
  { snapshot, statefulSet }: Pick<ProofInput, 'snapshot' | 'statefulSet'>,
  endpoints: readonly PrometheusEndpoint[],
): ReloadPrometheus {
  const { name, namespace } = statefulSet.metadata;
  return {
    kind: 'ReloadPrometheus',
    target: { apiVersion: 'apps/v1', kind: 'StatefulSet', namespace, name },
    stage: 5,
    gates: false,
    reason: `Reload Prometheus in ${endpoints.map(({ pod }) => pod).join(', ')}`,
    fieldManager: fieldManagerOf(snapshot.resource),
    endpoints,
  };
}

/** Since when Reloaded is False: the time at which that condition flipped. */
function waitingSinceMs({ status }: PrometheusIstioScrape): number | undefined {
  const reloaded = status?.conditions?.find(({ type }) => type === 'Reloaded');
  return reloaded?.status === 'False' ? Date.parse(reloaded.lastTransitionTime) : undefined;
}

/** Where each replica answers, as far as its pod and its arguments tell. */
export function endpointsOf(
  { reads }: Snapshot,
  statefulSet: StatefulSet,
  container: Container,
): readonly EndpointResult[] {
  const pods = reads.pods?.kind === 'present' ? reads.pods.value : [];
  return pods
    .filter((pod) => isOwnedBy(pod, statefulSet) && pod.metadata.deletionTimestamp === undefined)
    .map((pod) => endpointOf(pod, container));
}
