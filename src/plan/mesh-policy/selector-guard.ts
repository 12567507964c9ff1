// Whether the selector of Sidecar and PeerAuthentication would reach pods of another workload.
import type { Pod, StatefulSet } from '../../api/kubernetes.ts';
import { isOwnedBy, matches, podSelector } from '../kubernetes/selector.ts';
import type { Refusal } from '../model/part.ts';

/** A refusal if the selector is empty or reaches another workload's template or pods. */
export function selectorRefusal(
  statefulSet: StatefulSet,
  statefulSets: readonly StatefulSet[],
  pods: readonly Pod[],
): Refusal | undefined {
  const selector = podSelector(statefulSet);
  const text = Object.entries(selector)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
  if (text === '') return tooWide('the StatefulSet has no spec.selector.matchLabels');
  const other = statefulSets.find(
    (candidate) =>
      candidate.metadata.uid !== statefulSet.metadata.uid &&
      matches(selector, candidate.spec.template.metadata?.labels),
  );
  if (other !== undefined) return tooWide(`${text} also selects pods of StatefulSet/${other.metadata.name}`);
  const stranger = pods.find((pod) => !isOwnedBy(pod, statefulSet));
  if (stranger !== undefined) return tooWide(`${text} also selects Pod/${stranger.metadata.name}`);
  return undefined;
}

export function tooWide(what: string): Refusal {
  return {
    reason: 'SelectorTooWide',
    message: `${what}: a Sidecar and a PeerAuthentication made from it would reach strangers, so neither is created; give the pods a label of their own`,
    stalled: true,
  };
}
