// Why a pod that is not wired stays so: what keeps the workload's controller from replacing or making it.
import type { KubernetesEvent, Pod } from '../../api/kubernetes.ts';
import { valueOf, type Observed } from '../model/observed.ts';
import type { Workload } from '../model/workload.ts';
import { patienceMs, type Lack } from './pod-wiring.ts';

/** A controller tries again after at most 1,000 seconds: a refusal that is older is not repeated. */
const REFUSAL_TTL_MS = 30 * 60_000;

interface RolloutSeen {
  readonly workload: Workload;
  readonly nowMs: number;
}

/** The lack of a pod, or why nobody replaces it, which is the nearer cause. */
export function heldBack(pod: Pod, lack: Lack, { workload, nowMs }: RolloutSeen): Lack {
  const held = workload.rollout.heldBack[pod.metadata.name];
  if (held === undefined) return lack;
  const { reason, hint } = held;
  if (!held.ifStuck) return { reason, message: `${lack.message}; ${hint}` };
  const leftMs = patienceMs(pod, nowMs);
  if (leftMs === undefined) return lack;
  return leftMs > 0 ? { ...lack, retryAfterMs: leftMs } : { reason, message: hint };
}

/**
 * What the API server said when it refused that pod, if that was the last that the workload's controller reported of it:
 * what was refused earlier, made since and then deleted is not refused now.
 */
export function creationRefusal(
  pod: string,
  events: Observed<readonly KubernetesEvent[]>,
  nowMs: number,
): string | undefined {
  const reported = (valueOf(events) ?? [])
    .filter(({ note = '' }) => note.includes(` Pod ${pod} `))
    .filter(({ reason = '' }) => POD_REASONS.has(reason))
    .map((event) => ({ ...event, atMs: timeOf(event) }));
  const last = Math.max(...reported.map(({ atMs }) => atMs));
  const refusals = reported.filter(({ reason, atMs }) => reason === 'FailedCreate' && atMs === last);
  if (nowMs - last > REFUSAL_TTL_MS) return undefined;
  // Two of one second: always the same of them.
  return refusals.map(({ note = '' }) => note).toSorted()[0];
}

const POD_REASONS = new Set(['FailedCreate', 'SuccessfulCreate', 'SuccessfulDelete']);

function timeOf({ metadata, series, eventTime, deprecatedLastTimestamp }: KubernetesEvent): number {
  const time = series?.lastObservedTime ?? deprecatedLastTimestamp ?? eventTime ?? metadata.creationTimestamp;
  return time === undefined ? 0 : Date.parse(time);
}
