// Has every Prometheus read the old paths again? The files may go only then: it would drop the jobs in silence.
// A Prometheus that cannot be asked gets the time that a kubelet and a reloader need.
import type { ReloadPrometheus } from '../model/action.ts';
import { resolvedPaths } from '../model/desired.ts';
import { answerTo, type Need } from '../model/reads.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { Workload } from '../model/workload.ts';
import { askOf, endpointsOf } from '../verification/prometheus-endpoint.ts';
import { ASK_AGAIN_MS, reloadAction, reloadMethod } from '../verification/reload.ts';
import { containerOf } from '../workload/container.ts';

/** How long Restore waits for a reload that nobody confirms (docs/design/contract.md, section 7). */
const LIMIT_MS = 5 * 60_000;

export interface UndoReload {
  readonly needs: readonly Need[];
  readonly action: ReloadPrometheus | undefined;
  /** 0: every replica serves the old paths, or the time is over. */
  readonly waitMs: number;
}

const CONFIRMED: UndoReload = { needs: [], action: undefined, waitMs: 0 };

/** To be asked once the ConfigMap names the old paths, before the wiring leaves the pod template. */
export function undoReload(snapshot: Snapshot, workload: Workload): UndoReload {
  const { resource, reads } = snapshot;
  const leftMs = timeLeftMs(snapshot);
  if (leftMs <= 0) return CONFIRMED;
  if (workload.pods === undefined) return { ...CONFIRMED, needs: [{ kind: 'Pods' }] };
  const found = containerOf(resource, workload.template);
  if (found.kind === 'refused' || workload.pods.kind !== 'present') return { ...CONFIRMED, waitMs: leftMs };
  const subject = { snapshot, workload, container: found.container };
  const results = endpointsOf(workload, found.container);
  const endpoints = results.flatMap((each) => (each.kind === 'endpoint' ? [each.endpoint] : []));
  if (endpoints.length < results.length) return { ...CONFIRMED, waitMs: leftMs };
  const needs = endpoints.map(askOf).filter((need) => answerTo(reads, need) === undefined);
  if (needs.length > 0) return { ...CONFIRMED, needs };
  const { mountPath } = resolvedPaths(resource);
  const waiting = endpoints.filter((endpoint) => {
    const seen = answerTo(reads, askOf(endpoint));
    return seen?.kind !== 'answered' || !seen.reloadSucceeded || seen.config.includes(`${mountPath}/`);
  });
  if (waiting.length === 0) return CONFIRMED;
  const answering = waiting.filter((endpoint) => answerTo(reads, askOf(endpoint))?.kind === 'answered');
  const asks = answering.length > 0 && reloadMethod(subject) === 'Http';
  return {
    needs: [],
    action: asks ? reloadAction(subject, answering) : undefined,
    waitMs: Math.min(leftMs, ASK_AGAIN_MS),
  };
}

/** Nothing to wait for where no job was rewritten or no pod runs. */
function timeLeftMs({ resource, nowMs }: Snapshot): number {
  const rewritten = resource.status?.config?.rewrittenJobs ?? [];
  const pods = resource.status?.workload?.pods ?? 0;
  if (rewritten.length === 0 || pods === 0) return 0;
  return Date.parse(resource.metadata.deletionTimestamp ?? '') + LIMIT_MS - nowMs;
}
