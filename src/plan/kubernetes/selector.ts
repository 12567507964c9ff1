// Whom a label selector reaches: ours must reach these pods and nobody else's. Pure.
import type { Labels, Pod, StatefulSet } from '../../api/kubernetes.ts';

/** True if every wanted label stands there; an empty selector reaches everything. */
export function matches(selector: Labels, labels: Labels | undefined): boolean {
  return Object.entries(selector).every(([key, value]) => labels?.[key] === value);
}

/** The labels by which the Sidecar and the PeerAuthentication select the pods: the StatefulSet's own, immutable selector. */
export function podSelector(statefulSet: StatefulSet): Labels {
  return statefulSet.spec.selector.matchLabels ?? {};
}

/** True if the StatefulSet is the pod's controller. */
export function isOwnedBy(pod: Pod, statefulSet: StatefulSet): boolean {
  return (pod.metadata.ownerReferences ?? []).some(
    (owner) => owner.uid === statefulSet.metadata.uid && owner.controller === true,
  );
}
