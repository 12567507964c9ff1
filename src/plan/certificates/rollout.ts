// Why a pod that is not wired stays so: what keeps the StatefulSet controller from replacing or making it. Pure.
// Read from pods and Events, never from kstatus, which calls a StatefulSet under OnDelete Current.
import type { KubernetesEvent, Pod, StatefulSet } from '../../api/kubernetes.ts';
import type { Observed } from '../model/snapshot.ts';
import { patienceMs, type Lack } from './pod-wiring.ts';

const REVISION_LABEL = 'controller-revision-hash';
/** The StatefulSet controller tries again after at most 1,000 seconds: a refusal that is older is not repeated. */
const REFUSAL_MEMORY_MS = 30 * 60_000;

interface RolloutSeen {
  readonly statefulSet: StatefulSet;
  readonly nowMs: number;
}

/** The lack of a pod, or why nobody replaces it, which is the nearer cause. */
export function heldBack(pod: Pod, lack: Lack, { statefulSet, nowMs }: RolloutSeen): Lack {
  const { metadata, spec, status } = statefulSet;
  const revision = pod.metadata.labels?.[REVISION_LABEL];
  const isOld = revision !== undefined && revision !== status?.updateRevision;
  if (!isOld || pod.metadata.deletionTimestamp !== undefined) return lack;
  const command = `kubectl delete pod -n ${metadata.namespace} ${pod.metadata.name}`;
  if (spec.updateStrategy?.type === 'OnDelete') {
    const hint = `updateStrategy is OnDelete: delete the pod yourself when it suits you (${command})`;
    return { reason: 'RolloutOnDelete', message: `${lack.message}; ${hint}` };
  }
  const partition = spec.updateStrategy?.rollingUpdate?.partition ?? 0;
  if (ordinalOf(pod) < (spec.ordinals?.start ?? 0) + partition) {
    const hint = `updateStrategy has partition ${partition}: lower it to let the pods be replaced`;
    return { reason: 'RolloutPartitioned', message: `${lack.message}; ${hint}` };
  }
  const isOrdered = spec.podManagementPolicy !== 'Parallel';
  const leftMs = patienceMs(pod, nowMs);
  if (!isOrdered || leftMs === undefined) return lack;
  if (leftMs > 0) return { ...lack, retryAfterMs: leftMs };
  const message = `it is of an earlier revision and not ready, so under OrderedReady nobody replaces it: ${command}`;
  return { reason: 'RolloutBlocked', message };
}

/** The name of the first pod that should exist and does not; `undefined`: none is missing. */
export function missingPod({ metadata, spec }: StatefulSet, pods: readonly Pod[]): string | undefined {
  const start = spec.ordinals?.start ?? 0;
  const names = new Set(pods.map((pod) => pod.metadata.name));
  for (let ordinal = start; ordinal < start + (spec.replicas ?? 1); ordinal += 1) {
    const name = `${metadata.name}-${ordinal}`;
    if (!names.has(name)) return name;
  }
  return undefined;
}

/**
 * What the API server said when it refused that pod, if that was the last that the StatefulSet controller told of it:
 * what was refused earlier, made since and then deleted is not refused now.
 */
export function creationRefusal(
  pod: string,
  events: Observed<readonly KubernetesEvent[]>,
  nowMs: number,
): string | undefined {
  if (events.kind !== 'present') return undefined;
  const told = events.value
    .filter(({ note = '' }) => note.includes(` Pod ${pod} `))
    .filter(({ reason = '' }) => REASONS.has(reason))
    .map((event) => ({ ...event, atMs: timeOf(event) }));
  const last = Math.max(...told.map(({ atMs }) => atMs));
  const refusals = told.filter(({ reason, atMs }) => reason === 'FailedCreate' && atMs === last);
  if (nowMs - last > REFUSAL_MEMORY_MS) return undefined;
  // Two of one second: always the same of them.
  return refusals.map(({ note = '' }) => note).toSorted()[0];
}

const REASONS = new Set(['FailedCreate', 'SuccessfulCreate', 'SuccessfulDelete']);

function timeOf({ metadata, series, eventTime, deprecatedLastTimestamp }: KubernetesEvent): number {
  const time = series?.lastObservedTime ?? deprecatedLastTimestamp ?? eventTime ?? metadata.creationTimestamp;
  return time === undefined ? 0 : Date.parse(time);
}

function ordinalOf({ metadata }: Pod): number {
  return Number(/-(\d+)$/.exec(metadata.name)?.[1] ?? 0);
}
