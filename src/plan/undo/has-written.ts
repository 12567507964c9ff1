// Is there anything that a deletion would have to undo? Then the finalizer has to be set, whoever took it away.
// Only marks of this very resource count: what one of the same name left before it (Retain) is nobody's any more.
import type { KubernetesObject } from '../../api/kubernetes.ts';
import { FINALIZER, RESOURCE_UID_ANNOTATION, type PrometheusIstioScrape } from '../../api/resource.ts';
import type { ConfigPlan } from '../config/config.ts';
import { releaseOperations } from '../kubernetes/managed-fields.ts';
import { fieldManagerOf } from '../model/names.ts';
import { itemsOf, valueOf } from '../model/observed.ts';
import type { Snapshot } from '../model/snapshot.ts';

/** True if the finalizer is missing and something has to be undone. `config`: what is known of the ConfigMap. */
export function lacksFinalizer(
  { resource, workload, sidecars, peerAuthentications }: Snapshot,
  config?: Pick<ConfigPlan, 'mode' | 'isRecorded'>,
): boolean {
  if (hasFinalizer(resource)) return false;
  const template = valueOf(workload);
  const policies: readonly KubernetesObject[] = [...itemsOf(sidecars), ...itemsOf(peerAuthentications)];
  const { uid } = resource.metadata;
  return (
    (template !== undefined && releaseOperations(template, fieldManagerOf(resource)).length > 0) ||
    policies.some(({ metadata }) => metadata.annotations?.[RESOURCE_UID_ANNOTATION] === uid) ||
    // A resource that only observes may find the record of one before it.
    (config?.mode === 'Enforce' && config.isRecorded)
  );
}

export function hasFinalizer({ metadata }: PrometheusIstioScrape): boolean {
  return (metadata.finalizers ?? []).includes(FINALIZER);
}
