// Stages 5 and 6: does every Prometheus serve the new paths, and do its targets answer?
// A Prometheus that cannot be asked is Unknown with the reason, never False.
import type { ReloadPrometheus } from '../model/action.ts';
import { NOTHING, type Assessment } from '../model/assessment.ts';
import { itemsOf } from '../model/observed.ts';
import { planMissingPools, type MissingPools } from './missing-pools.ts';
import { notServed } from './not-served.ts';
import { ASK_AGAIN_MS } from './reload.ts';
import { replicaOf, type ProofSubject, type Replica } from './served.ts';
import { planTargets, type TargetsPlan } from './targets.ts';

const SOME_UNKNOWN_MS = 30_000;

/** After a start or a reload Prometheus makes a pool only when discovery has reported it: two turns of 5 s, and the lists. */
const SETTLED_MS = 30_000;

/** Somebody is at work on it, or istio-proxy will renew: status must not show it until the next interval. */
const CERTIFICATE_FAILURE_MS = 60_000;

export interface ProofPlan extends Assessment {
  /** `Waiting`: known not to be served, and it may come by itself. `Unknown`: some replica cannot be asked. */
  readonly kind: 'Served' | 'Waiting' | 'NotPropagated' | 'ReloadNeeded' | 'RestartNeeded' | 'Unknown';
  readonly message: string;
  /** Of the replicas that can be asked; `undefined`: of none, or one serves the old paths. */
  readonly targets: TargetsPlan | undefined;
  /** Where `targets` are. */
  readonly lacking: MissingPools | undefined;
  readonly action: ReloadPrometheus | undefined;
}

const NOTHING_PROVEN = {
  ...NOTHING,
  ...{ targets: undefined, lacking: undefined, action: undefined },
} as const;

/** Evaluates stages 5 and 6. To be asked once every chosen job names the new files. */
export function planProof(subject: ProofSubject): ProofPlan {
  const pods = itemsOf(subject.workload.pods).filter(
    ({ metadata }) => metadata.deletionTimestamp === undefined,
  );
  if (pods.length === 0)
    return { ...NOTHING_PROVEN, kind: 'Served', message: 'no pod runs, the next one reads the new file' };
  if (subject.config.rewrittenJobs.length === 0)
    return { ...NOTHING_PROVEN, kind: 'Served', message: 'no job was to be changed' };
  const replicas = pods.map((pod) => replicaOf(subject, pod));
  const needs = replicas.flatMap((each) => (each.kind === 'Unasked' ? [each.need] : []));
  if (needs.length > 0) {
    return { ...NOTHING_PROVEN, kind: 'Unknown', message: 'Prometheus is being asked', needs };
  }
  const old = replicas.flatMap((each) => (each.kind === 'Old' ? [each] : []));
  if (old.length > 0) return { ...NOTHING_PROVEN, ...notServed(subject, old) };
  return nothingOld(subject, replicas);
}

/** Every replica that can be asked serves the new paths. */
function nothingOld(subject: ProofSubject, replicas: readonly Replica[]): ProofPlan {
  const { snapshot, config } = subject;
  const serving = replicas.flatMap((each) => (each.kind === 'Serves' ? [each] : []));
  const targets =
    serving.length === 0
      ? undefined
      : planTargets(
          config.rewrittenJobs,
          serving.map(({ endpoint: { pod }, seen: { configLoadedMs, pools, targets: seen } }) => ({
            ...{ pod, configLoadedMs, pools, targets: seen },
            settled: isSettled(configLoadedMs, snapshot.nowMs),
          })),
          snapshot.resource.status?.targets?.failures ?? [],
        );
  const lacking = planMissingPools(subject, config.rewrittenJobs, serving);
  const { needs, action } = lacking;
  const retries = [targets && recheckMs(targets), lacking.retryAfterMs].filter((ms) => ms !== undefined);
  const retryAfterMs = retries.length === 0 ? undefined : Math.min(...retries);
  const proven = { ...NOTHING_PROVEN, targets, lacking, needs, action, retryAfterMs };
  const hidden = replicas.find((each) => each.kind === 'Unknown');
  if (hidden !== undefined) return { ...proven, kind: 'Unknown', message: hidden.message };
  const message = `${replicas.length} of ${replicas.length} replicas serve the new paths`;
  return { ...proven, kind: 'Served', message };
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
