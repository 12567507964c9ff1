// Who made a pod: the object that its controller reference names.
import type { Pod } from '../../api/kubernetes.ts';

/** True if the object of this uid is the pod's controller. */
export function isOwnedBy(pod: Pod, { uid }: { readonly uid: string }): boolean {
  return (pod.metadata.ownerReferences ?? []).some((owner) => owner.uid === uid && owner.controller === true);
}
