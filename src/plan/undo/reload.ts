// Has every Prometheus read the old paths again? The files may go only then: it would drop the jobs in silence.
// A Prometheus that cannot be asked gets the time that a kubelet and a reloader need.
import type { PrometheusIstioScrape } from '../../api/resource.ts';
import type { ReloadPrometheus } from '../model/action.ts';
import { resolvedPaths } from '../model/desired.ts';
import { answerTo, type Need } from '../model/reads.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { Workload } from '../model/workload.ts';
import { askOf, endpointsOf } from '../verification/prometheus-endpoint.ts';
import { ASK_AGAIN_MS, reloadAction, reloadMethod } from '../verification/reload.ts';
import type { AnsweredPrometheus } from '../verification/served.ts';
import { containerOf } from '../workload/container.ts';

/** How long Restore waits for a reload that nobody confirms (docs/design/contract.md, section 7). */
const LIMIT_MS = 5 * 60_000;

/** For this is waited, and no longer than that. */
export interface UndoWait {
  readonly message: string;
  /** Milliseconds since the epoch. */
  readonly untilMs: number;
}

export interface UndoReload {
  readonly needs: readonly Need[];
  readonly action: ReloadPrometheus | undefined;
  /** 0: every replica serves the old paths, or the time is over. */
  readonly waitMs: number;
  /** While `waitMs` is more. */
  readonly wait: UndoWait | undefined;
}

const CONFIRMED: UndoReload = { needs: [], action: undefined, waitMs: 0, wait: undefined };

/** To be asked once the ConfigMap names the old paths, before the wiring leaves the pod template. */
export function undoReload(snapshot: Snapshot, workload: Workload): UndoReload {
  const { resource, reads } = snapshot;
  const untilMs = Date.parse(resource.metadata.deletionTimestamp ?? '') + LIMIT_MS;
  const leftMs = untilMs - snapshot.nowMs;
  if (!wasRewritten(resource) || leftMs <= 0) return CONFIRMED;
  const unseen: UndoReload = {
    ...CONFIRMED,
    waitMs: leftMs,
    wait: { message: 'Prometheus, which cannot be asked, to read the old paths again', untilMs },
  };
  if (workload.pods === undefined) return { ...CONFIRMED, needs: [{ kind: 'Pods' }] };
  const found = containerOf(resource, workload.template);
  if (found.kind === 'refused' || workload.pods.kind !== 'present') return unseen;
  const subject = { snapshot, workload, container: found.container };
  const results = endpointsOf(workload, found.container);
  const endpoints = results.flatMap((each) => (each.kind === 'endpoint' ? [each.endpoint] : []));
  if (endpoints.length < results.length) return unseen;
  const needs = endpoints.map(askOf).filter((need) => answerTo(reads, need) === undefined);
  if (needs.length > 0) return { ...CONFIRMED, needs };
  const { mountPath } = resolvedPaths(resource);
  const waiting = endpoints.flatMap((endpoint) => {
    const seen = answerTo(reads, askOf(endpoint));
    if (seen?.kind !== 'answered') return [{ endpoint, reloads: false }];
    const isOld = seen.reloadSucceeded && !seen.config.includes(`${mountPath}/`);
    if (!isOld) return [{ endpoint, reloads: true }];
    return includesFiles(seen) ? [{ endpoint, reloads: loadedLongAgo(seen, snapshot.nowMs) }] : [];
  });
  if (waiting.length === 0) return CONFIRMED;
  const answering = waiting.filter(({ reloads }) => reloads).map(({ endpoint }) => endpoint);
  const asks = answering.length > 0 && reloadMethod(subject) === 'Http';
  return {
    needs: [],
    action: asks ? reloadAction(subject, answering) : undefined,
    waitMs: Math.min(leftMs, ASK_AGAIN_MS),
    wait: {
      message: `${waiting.map(({ endpoint: { pod } }) => pod).join(', ')} to serve the old paths again`,
      untilMs,
    },
  };
}

/** Prometheus does not show the jobs of scrape_config_files, so the old paths are nowhere to be seen: the time decides. */
function includesFiles({ config }: AnsweredPrometheus): boolean {
  return /^scrape_config_files:/m.test(config);
}

/** Such a Prometheus is reloaded once a minute, for nobody knows when the file has reached it. */
function loadedLongAgo({ configLoadedMs }: AnsweredPrometheus, nowMs: number): boolean {
  return configLoadedMs === undefined || nowMs - configLoadedMs >= 60_000;
}

/** Status says which jobs were, until they are back; after that ConfigRewritten does. */
export function wasRewritten({ status }: PrometheusIstioScrape): boolean {
  const config = status?.conditions?.find(({ type }) => type === 'ConfigRewritten');
  const isBack = config?.status === 'False' && config.reason === 'Terminating';
  return isBack || (status?.config?.rewrittenJobs ?? []).length > 0;
}
