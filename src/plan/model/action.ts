// Everything that a plan can ask to be done, as plain data: deep-equal, print and replay work.
// Policy is decided before an action exists; `apply` only carries it out.
import type { ApplyBody, JsonPatchOperation, ObjectRef } from '../../api/write.ts';
import type { PrometheusEndpoint } from './prometheus-seen.ts';

interface ActionBase {
  readonly target: ObjectRef;
  /** Order of docs/design/contract.md, section 3: a failed action holds back every action of a later stage. */
  readonly stage: number;
  /** False where a failure must not hold back later stages (the Sidecar only saves memory). */
  readonly gates: boolean;
  /** One sentence, reused in status, event and log. */
  readonly reason: string;
  readonly fieldManager: string;
}

/** Server-side apply of our own fields of a pod template: without force first, force only over `forceable` fields. */
export interface ApplyTemplate extends ActionBase {
  readonly kind: 'ApplyTemplate';
  readonly body: ApplyBody;
  /** Paths as the API server spells them in conflicts; `'all'` under `conflictPolicy: Force`. */
  readonly forceable: readonly string[] | 'all';
  /** What a person does about fields that other managers hold. */
  readonly onConflict: string;
  /** Precondition of the forced apply: what is taken is what was seen. */
  readonly resourceVersion: string;
}

/** Server-side apply of an object that is ours as a whole. Without force for one that does not exist yet. */
export interface ApplyOwned extends ActionBase {
  readonly kind: 'ApplyOwned';
  readonly body: ApplyBody;
  readonly force: boolean;
}

/** A JSON patch that carries the resourceVersion. */
export interface PatchObject extends ActionBase {
  readonly kind: 'PatchObject';
  readonly operations: readonly JsonPatchOperation[];
  /** Take our entry out of `managedFields` afterwards: the object is shared and stays its owner's. */
  readonly release: boolean;
}

/** Takes our entries out of `managedFields` of an object: no field moves, no generation. */
export interface ReleaseOwnership extends ActionBase {
  readonly kind: 'ReleaseOwnership';
  readonly operations: readonly JsonPatchOperation[];
}

/** Deletes an object that we created, by uid. */
export interface DeleteObject extends ActionBase {
  readonly kind: 'DeleteObject';
  readonly uid: string;
}

/** Makes some replicas read their configuration again. Whether it helped is seen by asking them. */
export interface ReloadPrometheus extends ActionBase {
  readonly kind: 'ReloadPrometheus';
  readonly endpoints: readonly PrometheusEndpoint[];
}

export type Action =
  ApplyTemplate | ApplyOwned | PatchObject | ReleaseOwnership | DeleteObject | ReloadPrometheus;
