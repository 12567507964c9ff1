// Whom a label selector reaches: ours must reach these pods and nobody else's. Pure.
import type { Labels, Pod, StatefulSet } from '../api/kubernetes.ts';
import type { Refusal } from './part.ts';

/** True if every wanted label stands there; an empty selector reaches everything. */
export function matches(selector: Labels, labels: Labels | undefined): boolean {
  return Object.entries(selector).every(([key, value]) => labels?.[key] === value);
}

/** The labels by which the Sidecar and the PeerAuthentication select the pods: the StatefulSet's own, immutable selector. */
export function podSelector(statefulSet: StatefulSet): Labels {
  return statefulSet.spec.selector.matchLabels ?? {};
}

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

/** True if the StatefulSet is the pod's controller. */
export function isOwnedBy(pod: Pod, statefulSet: StatefulSet): boolean {
  return (pod.metadata.ownerReferences ?? []).some(
    (owner) => owner.uid === statefulSet.metadata.uid && owner.controller === true,
  );
}

function tooWide(what: string): Refusal {
  return {
    reason: 'SelectorTooWide',
    message: `${what}: a Sidecar and a PeerAuthentication made from it would reach strangers, so neither is created; give the pods a label of their own`,
    stalled: true,
  };
}
