// Which differences are drift beyond what each part knows, and who made them. The records are report/drift.ts's.
import type { KubernetesObject } from '../../api/kubernetes.ts';
import type { DriftField } from '../../api/prometheus-istio-scrape.gen.ts';
import { differs, statusPath, type Field } from '../model/field.ts';
import { fieldManagerOf, ownedNameOf } from '../model/names.ts';
import { itemsOf, valueOf } from '../model/observed.ts';
import type { PartPlan } from '../model/part.ts';
import { answerTo } from '../model/reads.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { changedBy, UNKNOWN, type Attribution } from './changed-by.ts';

/** A field that was in sync and differs, and who changed it; absent where nobody was asked. */
export interface DriftedField extends Field {
  readonly changedBy?: Attribution;
}

/** The part with every field that is an unresolved drift record of status as drift, whatever spec has become since. */
export function recallDrift<T extends PartPlan>(part: T, snapshot: Snapshot): T {
  const records = snapshot.resource.status?.drift?.fields ?? [];
  const unresolved = new Set(records.filter(isUnresolved).map(({ target, path }) => `${target} ${path}`));
  if (unresolved.size === 0) return part;
  const fields = part.fields.map((field) =>
    unresolved.has(`${field.target} ${statusPath(field)}`) ? { ...field, wasInSync: true } : field,
  );
  return { ...part, fields };
}

/** True for a record of something that still differs. */
export function isUnresolved({ resolution }: DriftField): boolean {
  return resolution !== 'Corrected';
}

/** Orders changes: the newest first; those whose time is not known last, as they came. */
export function byTime(a: DriftedField, b: DriftedField): number {
  return (b.changedBy?.atMs ?? 0) - (a.changedBy?.atMs ?? 0);
}

/** The drifted fields of a part, each with who changed it as the objects of this snapshot show. */
export function driftOf(part: PartPlan, snapshot: Snapshot): readonly DriftedField[] {
  const drifted = part.fields.filter((field) => field.wasInSync && differs(field));
  const object = objectOf(part, snapshot);
  const manager = fieldManagerOf(snapshot.resource);
  return drifted.map((field) => ({
    ...field,
    changedBy: object === undefined ? UNKNOWN : changedBy(object, field.fieldPath, manager),
  }));
}

function objectOf(part: PartPlan, snapshot: Snapshot): KubernetesObject | undefined {
  const { resource, reads } = snapshot;
  const own = ownedNameOf(resource);
  switch (part.name) {
    case 'workload':
      return valueOf(snapshot.workload);
    case 'config':
      return valueOf(answerTo(reads, { kind: 'ConfigMap', name: part.target.replace('ConfigMap/', '') }));
    case 'sidecar':
      return itemsOf(snapshot.sidecars).find(({ metadata }) => metadata.name === own);
    case 'peerAuthentication':
      return itemsOf(snapshot.peerAuthentications).find(({ metadata }) => metadata.name === own);
  }
}
