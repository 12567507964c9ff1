// Which differences are drift beyond what each part knows, and who made them. Pure; the records are report/drift.ts's.
import type { KubernetesObject } from '../../api/kubernetes.ts';
import type { DriftField } from '../../api/prometheus-istio-scrape.gen.ts';
import { differs, statusPath, type Field } from '../model/field.ts';
import { fieldManagerOf, ownedNameOf } from '../model/names.ts';
import type { PartName, PartPlan } from '../model/part.ts';
import type { Observed, Snapshot } from '../model/snapshot.ts';
import { changedBy, UNKNOWN, type Attribution } from './changed-by.ts';

/** A leaf that was right and differs, and who changed it; absent where nobody was asked. */
export interface DriftedField extends Field {
  readonly changedBy?: Attribution;
}

/** The part with every leaf that is a standing drift entry of status told as drift, whatever spec has become since. */
export function recallDrift<T extends PartPlan>(part: T, snapshot: Snapshot): T {
  const records = snapshot.resource.status?.drift?.fields ?? [];
  const standing = new Set(records.filter(isUnresolved).map(({ target, path }) => `${target} ${path}`));
  if (standing.size === 0) return part;
  const fields = part.fields.map((field) =>
    standing.has(`${field.target} ${statusPath(field)}`) ? { ...field, wasInSync: true } : field,
  );
  return { ...part, fields };
}

/** True for a record of something that still differs. */
export function isUnresolved({ resolution }: DriftField): boolean {
  return resolution !== 'Corrected';
}

/** Orders changes: the newest first; those whose time cannot be told last, as they came. */
export function byTime(a: DriftedField, b: DriftedField): number {
  return (b.changedBy?.atMs ?? 0) - (a.changedBy?.atMs ?? 0);
}

/** The drifted leaves of a part, each with who changed it as the objects of this snapshot tell. */
export function driftOf(part: PartPlan, snapshot: Snapshot): readonly DriftedField[] {
  const drifted = part.fields.filter((field) => field.wasInSync && differs(field));
  if (drifted.length === 0) return [];
  const object = objectOf(part, snapshot);
  const manager = fieldManagerOf(snapshot.resource);
  return drifted.map((field) => ({
    ...field,
    changedBy:
      object === undefined || field.fieldPath === undefined
        ? UNKNOWN
        : changedBy(object, field.fieldPath, manager),
  }));
}

function objectOf(part: PartPlan, snapshot: Snapshot): KubernetesObject | undefined {
  const { resource, reads } = snapshot;
  const own = ownedNameOf(resource);
  const pick: Readonly<Record<PartName, () => KubernetesObject | undefined>> = {
    workload: () => valueOf(snapshot.statefulSet),
    config: () => valueOf(reads.configMaps?.[part.target.replace('ConfigMap/', '')]),
    sidecar: () => valueOf(snapshot.sidecars)?.find(({ metadata }) => metadata.name === own),
    peerAuthentication: () =>
      valueOf(snapshot.peerAuthentications)?.find(({ metadata }) => metadata.name === own),
  };
  return pick[part.name]();
}

function valueOf<T>(seen: Observed<T> | undefined): T | undefined {
  return seen?.kind === 'present' ? seen.value : undefined;
}
