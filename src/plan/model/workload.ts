// What everybody but plan/workload sees of the object that runs Prometheus, of whatever kind.
import type { KubernetesObject, Labels, Pod, PodTemplate } from '../../api/kubernetes.ts';
import type { ReasonName } from '../../api/reasons.ts';
import type { WorkloadKind } from '../../api/workload.ts';
import type { Observed } from './observed.ts';

export interface Workload {
  readonly kind: WorkloadKind;
  /** `StatefulSet/prometheus`, as status names it. */
  readonly target: string;
  /** Who it is and who owns its fields. */
  readonly object: KubernetesObject;
  readonly template: PodTemplate;
  /** Pods that it is to have. */
  readonly replicas: number;
  /** Labels by which it selects its pods, none where it selects by expressions alone. */
  readonly selector: Labels;
  /** Volumes that its controller declares beside those of the template. */
  readonly claimedVolumes: readonly string[];
  /** Its own pods, of whatever revision, but for those that have ended; `undefined`: not read yet. */
  readonly pods: Observed<readonly Pod[]> | undefined;
  readonly rollout: Rollout;
}

/** How far the pods are with the template, by the workload's own rules. */
export interface Rollout {
  /** The workload's controller has seen the template. */
  readonly isObserved: boolean;
  /** Pods are being replaced, and it ends by itself. */
  readonly isRunning: boolean;
  readonly updateRevision: string | undefined;
  /** Names of pods that were made from the template as it is. */
  readonly currentPods: readonly string[];
  /** The name of the first pod that should exist and does not; `undefined`: none is missing. */
  readonly missingPod: string | undefined;
  /** Pods of an earlier revision that are not replaced by themselves, by name. */
  readonly heldBack: Readonly<Record<string, HeldBack>>;
}

/** Why a pod of an earlier revision stays. */
export interface HeldBack {
  readonly reason: ReasonName;
  /** What is so, and what a person does about it. */
  readonly hint: string;
  /** True where it holds only for a pod that has not been ready for long: until then it is replaced. */
  readonly ifStuck: boolean;
}
