// The records of drift, field by field: what differs now, and what was corrected and stays visible.
// The same world seen again gives the same records: the only clock is the time at which a field was seen first.
import type { ChangedBy, DriftField, DriftStatus } from '../api/prometheus-istio-scrape.gen.ts';
import { byTime, isUnresolved, type DriftedField } from '../plan/drift/drift.ts';
import { isFieldAtOrBelow } from '../plan/kubernetes/managed-fields.ts';
import { driftOperation, statusPath } from '../plan/model/field.ts';
import { PART_NAMES, type PartPlan } from '../plan/model/part.ts';
import type { Report } from './report.ts';
import { clip, VALUE_MAX } from './text.ts';

const FIELDS_MAX = 20;

/** Everything known of drift, before it is cut to what status holds. */
export interface DriftRecords {
  /** Newest first, each field once. */
  readonly fields: readonly DriftField[];
  /** Those of `fields` that differ now. */
  readonly active: readonly DriftField[];
  /** Those of `fields` that were corrected in this reconciliation. */
  readonly corrected: readonly DriftField[];
  readonly activeCount: number;
  readonly detectedTotal: number;
  /** What was detected in this reconciliation, be it corrected already; newest first. */
  readonly detected: readonly DriftField[];
  /** True if earlier records were cut off. */
  readonly truncated: boolean;
}

/** A drifted field of this reconciliation, beside its record of before. */
interface Sighting {
  readonly field: DriftedField;
  readonly isCorrected: boolean;
  readonly before: DriftField | undefined;
}

const NO_DRIFT: DriftStatus = { activeCount: 0, detectedTotal: 0, truncated: false, fields: [] };

/** Brings the records of status up to date with what this reconciliation saw and corrected. */
export function recordDrift(report: Report): DriftRecords {
  const before = report.resource.status?.drift ?? NO_DRIFT;
  const old = new Map(before.fields.map((entry) => [recordKey(entry), entry]));
  const seen = sightings(report, old);
  // Unresolved drift beyond the list's bound has no record, only a number: so many sightings without one are not new.
  const hidden = Math.max(0, before.activeCount - before.fields.filter(isUnresolved).length);
  const unrecorded = [...seen.values()]
    .filter((sighting) => sighting.before === undefined)
    .toSorted(newestFirst);
  const fresh = new Set(unrecorded.slice(0, Math.max(0, unrecorded.length - hidden)));
  const again = [...seen.values()].filter((sighting) => sighting.before?.resolution === 'Corrected');
  const detected = [...fresh, ...again].toSorted(newestFirst);
  const moved = [...seen.values()].filter(hasMoved);
  const front = [...detected, ...moved].toSorted(newestFirst);
  const inFront = new Set(front.map(({ field }) => fieldKey(field)));
  const rest = before.fields
    .filter((entry) => !inFront.has(recordKey(entry)))
    .flatMap((entry) => settleRecord(report, entry, seen.get(recordKey(entry))));
  const fields = [
    ...front.map((sighting) => record(report, sighting)),
    ...rest,
    ...unrecorded.filter((sighting) => !fresh.has(sighting)).map((sighting) => record(report, sighting)),
  ];
  const active = fields.filter(isUnresolved);
  const unseen = allEvaluated(report) ? 0 : Math.max(0, hidden - unrecorded.length);
  return {
    fields,
    active,
    corrected: fields.filter((entry) => seen.get(recordKey(entry))?.isCorrected === true),
    activeCount: active.length + unseen,
    detectedTotal: before.detectedTotal + detected.length,
    detected: detected.map((sighting) => record(report, sighting)),
    truncated: before.truncated,
  };
}

/** How many fields were detected in this reconciliation, for each object that is managed: 0 where all is well. */
export function driftDetections(report: Report): ReadonlyMap<string, number> {
  const parts = report.plan.evaluation?.parts;
  const managed = parts === undefined ? [] : PART_NAMES.map((name) => parts[name].target).filter(isNamed);
  const detected = recordDrift(report).detected.map(({ target }) => target);
  return new Map(
    [...managed, ...detected].map((target) => [target, detected.filter((each) => each === target).length]),
  );
}

/** False for the ConfigMap while nobody knows which. */
function isNamed(target: string): boolean {
  return target.includes('/');
}

/** Cuts the records to 20 and to `bytesMax` of JSON: what differs now goes before what was corrected, new before old. */
export function boundedDrift(records: DriftRecords, bytesMax: number): DriftStatus {
  const { activeCount, detectedTotal } = records;
  const kept = new Set<DriftField>();
  let bytes = 0;
  for (const entry of [...records.active, ...records.fields.filter((each) => !isUnresolved(each))]) {
    const size = Buffer.byteLength(JSON.stringify(entry)) + 1;
    if (kept.size === FIELDS_MAX || bytes + size > bytesMax) continue;
    kept.add(entry);
    bytes += size;
  }
  const fields = records.fields.filter((entry) => kept.has(entry));
  // What was cut off once is forgotten, so the list stays incomplete.
  const truncated =
    records.truncated ||
    fields.length < records.fields.length ||
    fields.filter(isUnresolved).length < activeCount;
  return { activeCount, detectedTotal, truncated, fields };
}

function sightings(
  { plan, corrected }: Report,
  old: ReadonlyMap<string, DriftField>,
): ReadonlyMap<string, Sighting> {
  const of = (field: DriftedField, isCorrected: boolean): readonly [string, Sighting] => {
    const key = fieldKey(field);
    return [key, { field, isCorrected, before: old.get(key) }];
  };
  return new Map([
    ...corrected.map((field) => of(field, true)),
    ...plan.drift.map((field) => of(field, false)),
  ]);
}

/** A record that nobody touched: as it was, or its end. */
function settleRecord(
  report: Report,
  entry: DriftField,
  sighting: Sighting | undefined,
): readonly DriftField[] {
  if (sighting !== undefined) return [record(report, sighting)];
  if (!isUnresolved(entry)) return [entry];
  const part = partOf(report, entry);
  if (part?.mode === 'Ignore') return [];
  // Unreadable is not in sync: what was wrong when it was seen last still counts as wrong.
  const isUnseen = part === undefined || !isEvaluated(part) || isSkipped(report, entry);
  return [isUnseen ? entry : { ...entry, resolution: 'Corrected' }];
}

function record(report: Report, sighting: Sighting): DriftField {
  const { field, isCorrected, before } = sighting;
  const isKnown = before !== undefined && isUnresolved(before);
  const same = isKnown && !hasMoved(sighting);
  return {
    target: field.target,
    path: statusPath(field),
    operation: driftOperation(field),
    ...(field.expected === undefined ? {} : { expected: clip(field.expected, VALUE_MAX) }),
    ...(field.actual === undefined ? {} : { actual: clip(field.actual, VALUE_MAX) }),
    // Whoever edits the same text later did not make this change.
    changedBy: same && before.changedBy !== undefined ? before.changedBy : changedByOf(field),
    firstSeenTime: before?.firstSeenTime ?? report.now,
    resolution: isCorrected ? 'Corrected' : resolutionOf(report, field, isKnown ? before : undefined),
    count: (before?.count ?? 0) + (isKnown ? 0 : 1),
  };
}

function changedByOf({ changedBy }: DriftedField): ChangedBy {
  const { manager, operation, confidence } = changedBy ?? { confidence: 'Unknown' };
  return {
    ...(manager === undefined ? {} : { manager: clip(manager, 128) }),
    ...(operation === undefined ? {} : { operation }),
    confidence,
  };
}

/** `Conflict` until a write to the object comes to something else: a reconciliation that writes nothing says nothing new. */
function resolutionOf(
  { outcomes }: Report,
  field: DriftedField,
  before: DriftField | undefined,
): DriftField['resolution'] {
  const outcome = outcomes.find(
    ({ action }) => `${action.target.kind}/${action.target.name}` === field.target,
  );
  if (outcome === undefined) return before?.resolution ?? 'Active';
  const { applyPath } = field;
  if (outcome.kind !== 'Conflict' || applyPath === undefined) return 'Active';
  return outcome.conflicts.some(({ path }) => isFieldAtOrBelow(path, applyPath)) ? 'Conflict' : 'Active';
}

/** True if drift that was recorded already took another value. */
function hasMoved({ field, before }: Sighting): boolean {
  if (before === undefined || !isUnresolved(before)) return false;
  const actual = field.actual === undefined ? undefined : clip(field.actual, VALUE_MAX);
  return before.actual !== actual;
}

function newestFirst(a: Sighting, b: Sighting): number {
  return byTime(a.field, b.field);
}

function partOf({ plan }: Report, entry: DriftField): PartPlan | undefined {
  const parts = plan.evaluation?.parts;
  const kind = entry.target.split('/')[0] ?? '';
  return parts === undefined
    ? undefined
    : PART_NAMES.map((name) => parts[name]).find(({ target }) => target.split('/')[0] === kind);
}

function isEvaluated(part: PartPlan): boolean {
  return part.needs.length === 0 && (part.fields.length > 0 || part.refusal === undefined);
}

/** True for a value of a job that can no longer be evaluated, though the file can. */
function isSkipped({ plan }: Report, { path }: DriftField): boolean {
  const skipped = plan.evaluation?.parts.config.skippedJobs ?? [];
  return skipped.some(({ job }) => path.includes(`.scrape_configs[${job}].`));
}

function allEvaluated({ plan }: Report): boolean {
  const parts = plan.evaluation?.parts;
  return (
    parts !== undefined &&
    PART_NAMES.every((name) => parts[name].mode === 'Ignore' || isEvaluated(parts[name]))
  );
}

function fieldKey(field: DriftedField): string {
  return recordKey({ target: field.target, path: statusPath(field) });
}

function recordKey({ target, path }: Pick<DriftField, 'target' | 'path'>): string {
  return `${target} ${path}`;
}
