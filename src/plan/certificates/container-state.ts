// What kubelet says of one container, in words that do not change while it tries again and again.
import type { ContainerStatus, Pod } from '../../api/kubernetes.ts';

/** A container that is being made; every other reason to wait is a failure. */
const ON_ITS_WAY = new Set(['ContainerCreating', 'PodInitializing']);
const IMAGE_MISSING = new Set(['ErrImagePull', 'ImagePullBackOff']);
/** Kubelet waits at most five minutes between two starts; what ended longer ago is history. */
const CRASH_MEMORY_MS = 10 * 60_000;

/** The status of a container or init container; `undefined`: kubelet has said nothing yet. */
export function containerStatusOf({ status }: Pod, name: string): ContainerStatus | undefined {
  const all = [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])];
  return all.find((candidate) => candidate.name === name);
}

/**
 * True also in the moments between two crashes in which it runs, so that a reason does not flip with every restart.
 * A single restart is none: `kubectl rollout`, a node's restart or an OOM kill need not come again.
 */
export function isCrashLooping(status: ContainerStatus | undefined, nowMs: number): boolean {
  if (status === undefined || status.ready === true) return false;
  if (status.state?.waiting?.reason === 'CrashLoopBackOff') return true;
  const finishedAt = status.lastState?.terminated?.finishedAt;
  const isRecent = finishedAt !== undefined && nowMs - Date.parse(finishedAt) < CRASH_MEMORY_MS;
  return isRecent && (status.restartCount ?? 0) >= 2;
}

/** Why kubelet cannot start it, in a word or two; `undefined`: it can, or is at it. */
export function startFailure(status: ContainerStatus | undefined): string | undefined {
  const reason = status?.state?.waiting?.reason;
  if (reason === undefined || ON_ITS_WAY.has(reason)) return undefined;
  // Kubelet changes between the two with every try.
  return IMAGE_MISSING.has(reason) ? 'its image cannot be pulled' : reason;
}
