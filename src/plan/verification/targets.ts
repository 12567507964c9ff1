// Stage 6: do the rewritten pools exist at every replica, and what do their targets say?
// A pool that is missing is Prometheus's silent failure: the job was dropped and nothing else says so.
import type { TargetSeen } from '../model/prometheus-seen.ts';
import { failuresOf, type ReportedFailure, type TargetFailure } from './target-failures.ts';

export interface ReplicaSeen {
  readonly pod: string;
  /** When it last loaded its configuration; `undefined`: not said. */
  readonly configLoadedMs: number | undefined;
  /** Long enough ago for its discovery to have made every pool. */
  readonly settled: boolean;
  /** `undefined`: not said. */
  readonly pools: readonly string[] | undefined;
  readonly targets: readonly TargetSeen[];
}

export interface TargetsPlan {
  readonly up: number;
  readonly down: number;
  readonly unknown: number;
  /** Most frequent first. */
  readonly failures: readonly TargetFailure[];
  /** `job at pod`, sorted. */
  readonly missingPools: readonly string[];
  /** The same at replicas that have loaded their configuration a moment ago: no sign of anything yet. */
  readonly awaitedPools: readonly string[];
  /** True if some target fails because of this Prometheus's certificates, and not for a moment only. */
  readonly certificateFailure: boolean;
}

/**
 * Counts each scrape URL once over all replicas: down if any replica says so, else unknown if any does.
 * `reported`: the failures that status shows.
 */
export function planTargets(
  jobs: readonly string[],
  replicas: readonly ReplicaSeen[],
  reported: readonly ReportedFailure[],
): TargetsPlan {
  const selected = new Set(jobs);
  const byUrl = new Map<string, TargetSeen>();
  for (const target of replicas.flatMap(evaluatedByItsConfig)) {
    if (!selected.has(target.scrapePool)) continue;
    const key = `${target.scrapePool} ${target.scrapeUrl}`;
    const before = byUrl.get(key);
    if (before === undefined || rank(target) > rank(before)) byUrl.set(key, target);
  }
  const all = [...byUrl.values()];
  const down = all.filter(({ health }) => health === 'down');
  const failures = failuresOf(down, reported);
  return {
    up: all.filter(({ health }) => health === 'up').length,
    down: down.length,
    unknown: all.filter(({ health }) => health === 'unknown').length,
    failures,
    missingPools: poolsNotAt(
      jobs,
      replicas.filter(({ settled }) => settled),
    ),
    awaitedPools: poolsNotAt(
      jobs,
      replicas.filter(({ settled }) => !settled),
    ),
    certificateFailure: failures.some(({ alarming }) => alarming),
  };
}

/** A reload keeps what the last scrape with the old files said, until the next one: that is no word on the new files. */
function evaluatedByItsConfig({ targets, configLoadedMs }: ReplicaSeen): readonly TargetSeen[] {
  return targets.map((target) =>
    (target.lastScrapeMs ?? Infinity) < (configLoadedMs ?? 0) ? { ...target, health: 'unknown' } : target,
  );
}

function poolsNotAt(jobs: readonly string[], replicas: readonly ReplicaSeen[]): readonly string[] {
  return replicas
    .flatMap(({ pod, pools }) =>
      (pools === undefined ? [] : jobs.filter((job) => !pools.includes(job))).map(
        (job) => `${job} at ${pod}`,
      ),
    )
    .toSorted();
}

function rank({ health }: TargetSeen): number {
  return { up: 0, unknown: 1, down: 2 }[health];
}
