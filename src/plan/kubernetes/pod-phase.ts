// How far a pod has come, by its phase.
import type { Pod } from '../../api/kubernetes.ts';

/** A pod that has ended serves nothing, and its controller makes another in its place. */
export function hasEnded({ status }: Pod): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed';
}
