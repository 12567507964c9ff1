// What a dry run of a pod's creation asks, and what comes back: the API server's own answer, not yet interpreted.
import type { ObjectMeta, PodSpec } from '../../api/kubernetes.ts';

/** A pod as the workload's controller would create it. */
export interface NextPod {
  readonly apiVersion: 'v1';
  readonly kind: 'Pod';
  readonly metadata: Pick<ObjectMeta, 'namespace' | 'labels' | 'annotations' | 'ownerReferences'> & {
    readonly generateName: string;
  };
  readonly spec: PodSpec;
}

export interface PodQuestion {
  readonly pod: NextPod;
  /** What else the answer depends on: where all of it is the same, nobody asks again. */
  readonly circumstances: string;
}

/** `silent`: no answer, or one that says nothing. */
export type PodAdmissionSeen =
  | { readonly kind: 'admitted' }
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'silent'; readonly message: string };
