// Whether anybody but the controller under test still has something to do in a namespace. A StatefulSet's status and its pods
// say so, however slow the machine is.
import { expect, vi } from 'vitest';
import type { KubeObject } from '../../testbed/api/kube-object.ts';
import type { TestBed } from './control-plane.ts';

const REVISION = 'controller-revision-hash';
const DEADLINE_MS = 90_000;

/** Waits until it is nobody; the error names what is unsettled. */
export async function workloadsSettled(bed: TestBed): Promise<void> {
  const unsettled = async (): Promise<readonly string[]> => {
    // In this order: a status that counts the pods of a later list rightly has counted them all.
    const sets = await bed.api.list(`/apis/apps/v1/namespaces/${bed.namespace}/statefulsets`);
    const pods = await bed.api.list(`/api/v1/namespaces/${bed.namespace}/pods`);
    return [
      ...pods.items.filter((pod) => !isPodSettled(bed, pod)),
      ...sets.items.filter((set) => !isSetSettled(set, podsOf(set, pods.items))),
    ].map(({ kind, metadata }) => `${kind}/${metadata.name ?? ''}`);
  };
  const isSettled = async (): Promise<void> => {
    expect(await unsettled()).toEqual([]);
  };
  await vi.waitFor(isSettled, { timeout: DEADLINE_MS, interval: 100 });
}

function isPodSettled({ kubelet }: TestBed, pod: KubeObject): boolean {
  return pod.metadata.deletionTimestamp === undefined && isReady(pod) === !kubelet.holds(pod) && isBegun(pod);
}

function isSetSettled({ metadata, spec, status }: KubeObject, pods: readonly KubeObject[]): boolean {
  const ready = pods.filter(isReady).length;
  if (status?.observedGeneration !== metadata.generation) return false;
  if (status.replicas !== pods.length || (status.readyReplicas ?? 0) !== ready) return false;
  if (pods.length > spec.replicas) return false;
  const updated = pods.filter((pod) => pod.metadata.labels?.[REVISION] === status.updateRevision).length;
  if ((status.updatedReplicas ?? 0) !== updated) return false;
  const { type, rollingUpdate } = spec.updateStrategy;
  // Whoever waits for a person, or for a pod that is not ready, waits for ever.
  if (type === 'OnDelete' || (rollingUpdate?.partition ?? 0) > 0 || ready < pods.length) return true;
  return (
    updated === pods.length &&
    (pods.length < spec.replicas || status.currentRevision === status.updateRevision)
  );
}

function podsOf({ metadata }: KubeObject, pods: readonly KubeObject[]): readonly KubeObject[] {
  return pods.filter((pod) => pod.metadata.ownerReferences?.some(({ uid }) => uid === metadata.uid) === true);
}

function isBegun({ status }: KubeObject): boolean {
  return status?.containerStatuses !== undefined;
}

function isReady({ status }: KubeObject): boolean {
  const conditions: readonly { readonly type: string; readonly status: string }[] = status?.conditions ?? [];
  return conditions.some((condition) => condition.type === 'Ready' && condition.status === 'True');
}
