// Rewritten jobs for which no replica that can be asked has a scrape pool: nobody scrapes them, and Prometheus says nothing.
// Discovery may still be at work, so it is believed a minute after the last load, when it was seen before, and after one more
// reload where that is ours. What was seen before is in status: a restart of the controller forgets nothing.
import type { ReloadPrometheus } from '../model/action.ts';
import { partModeOf } from '../model/desired.ts';
import type { PrometheusEndpoint } from '../model/prometheus-seen.ts';
import { answerTo, type Need, type NeedOf } from '../model/reads.ts';
import type { Subject } from '../model/subject.ts';
import { ASK_AGAIN_MS, reloadAction, reloadMethod } from './reload.ts';

const LOADED_MS = 60_000;

/** Where time decides nothing any more: a pool may come with the next change of any target. */
const MISSING_MS = 60_000;

/** After the moment that time opens, so that it is open. */
const MARGIN_MS = 1_000;

export interface MissingPools {
  /** `Suspected`: seen once, or too early. `Reloading`: one more reload was asked for. `Missing`: believed. */
  readonly kind: 'None' | 'Suspected' | 'Reloading' | 'Missing';
  readonly jobs: readonly string[];
  /** What Prometheus itself says of it; `undefined`: nothing. */
  readonly cause: 'Files' | 'Discovery' | undefined;
  readonly needs: readonly Need[];
  readonly action: ReloadPrometheus | undefined;
  readonly retryAfterMs: number | undefined;
}

/** A replica that serves the new paths. */
interface ServingReplica {
  readonly endpoint: PrometheusEndpoint;
  readonly seen: {
    readonly configLoadedMs: number | undefined;
    readonly pools: readonly string[] | undefined;
  };
}

const NO_POOL_LACKS: MissingPools = {
  ...{ kind: 'None', jobs: [], cause: undefined, needs: [], action: undefined, retryAfterMs: undefined },
};

export function planMissingPools(
  subject: Subject,
  rewrittenJobs: readonly string[],
  replicas: readonly ServingReplica[],
): MissingPools {
  const jobs = rewrittenJobs.filter((job) =>
    replicas.every(({ seen: { pools } }) => pools !== undefined && !pools.includes(job)),
  );
  if (replicas.length === 0 || jobs.length === 0) return NO_POOL_LACKS;
  return { ...NO_POOL_LACKS, jobs, ...causeOfLack(subject, replicas), ...beliefIn(subject, replicas) };
}

function beliefIn(
  subject: Subject,
  replicas: readonly ServingReplica[],
): Pick<MissingPools, 'kind' | 'action' | 'retryAfterMs'> {
  const { snapshot } = subject;
  const { resource, nowMs, reloadAsked } = snapshot;
  const believed = { kind: 'Missing', action: undefined, retryAfterMs: MISSING_MS } as const;
  const before = (type: string) => resource.status?.conditions?.find((each) => each.type === type);
  const [ready, targetsUp] = [before('Ready'), before('TargetsUp')];
  if (ready?.status === 'False' && ready.reason === 'PoolMissing') return believed;
  const loadedAgoMs = Math.min(...replicas.map(({ seen }) => agoMs(seen.configLoadedMs, nowMs)));
  const flippedAgoMs = nowMs - Date.parse(targetsUp?.lastTransitionTime ?? '');
  const waits = (kind: 'Suspected' | 'Reloading', leftMs: number): ReturnType<typeof beliefIn> => ({
    kind,
    action: undefined,
    retryAfterMs: Math.max(leftMs, 0) + MARGIN_MS,
  });
  if (targetsUp?.reason === 'WaitingForReload') {
    // Its clock may be far from ours: a load counts as over when both say so.
    const leftMs = LOADED_MS - Math.min(loadedAgoMs, flippedAgoMs);
    return leftMs > 0 ? waits('Reloading', leftMs) : believed;
  }
  const wasSeen = targetsUp?.status === 'False' && targetsUp.reason === 'PoolMissing';
  if (wasSeen && reloadAsked) return waits('Reloading', LOADED_MS);
  const leftMs = Math.max(LOADED_MS - loadedAgoMs, wasSeen ? ASK_AGAIN_MS - flippedAgoMs : ASK_AGAIN_MS);
  if (leftMs > 0) return waits('Suspected', leftMs);
  if (reloadMethod(subject) !== 'Http' || partModeOf(resource, 'config') !== 'Enforce') return believed;
  const action = reloadAction(
    subject,
    replicas.map(({ endpoint }) => endpoint),
  );
  return { ...waits('Reloading', LOADED_MS), action };
}

/** By Prometheus's own clock; what it does not say was long ago. */
function agoMs(timeMs: number | undefined, nowMs: number): number {
  return timeMs === undefined ? Infinity : Math.abs(nowMs - timeMs);
}

/** Prometheus counts the pools that it could not make, and it could not where files are missing. */
function causeOfLack(
  { snapshot }: Subject,
  replicas: readonly ServingReplica[],
): Pick<MissingPools, 'cause' | 'needs'> {
  const asked = replicas.map(({ endpoint }): NeedOf<'FailedPools'> => ({ kind: 'FailedPools', endpoint }));
  const answers = asked.map((need) => answerTo(snapshot.reads, need));
  const needs = asked.filter((_, index) => answers[index] === undefined);
  if (answers.some((answer) => (answer?.count ?? 0) > 0)) return { cause: 'Files', needs };
  const isNone = answers.every((answer) => answer?.count === 0);
  return { cause: isNone ? 'Discovery' : undefined, needs };
}
