// Who made a pod: the object that its controller reference names.
import type { Pod } from '../../api/kubernetes.ts';

/** True if the object of this uid is the pod's controller. */
export function isOwnedBy(pod: Pod, { uid }: { readonly uid: string }): boolean {
  return (pod.metadata.ownerReferences ?? []).some((owner) => owner.uid === uid && owner.controller === true);
}

/** True if a workload of this name made the pod; one of a ReplicaSet belongs to the Deployment that it is named after. */
export function isPlacedBy(pod: Pod, workload: string): boolean {
  const owner = (pod.metadata.ownerReferences ?? []).find(({ controller }) => controller === true);
  if (owner?.kind !== 'ReplicaSet') return owner?.name === workload;
  return owner.name.slice(0, Math.max(0, owner.name.lastIndexOf('-'))) === workload;
}
