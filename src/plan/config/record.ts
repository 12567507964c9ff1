// The annotation of the ConfigMap that keeps what the jobs held before: by resource, then by key.
// Several resources on one ConfigMap keep one record each. A record that cannot be read counts as lost, never as empty.
import { isMap } from '../../api/json-map.ts';
import type { ConfigMap } from '../../api/kubernetes.ts';
import { ORIGINAL_TLS_CONFIG_ANNOTATION } from '../../api/resource.ts';
import { EMPTY_RECORD } from '../../edit/prometheus-yaml/record/record.ts';
import type { ConfigRecord } from '../../edit/prometheus-yaml/result.ts';

export interface StoredRecord extends ConfigRecord {
  /** RFC 3339; `undefined`: not known, as in records of earlier versions. See record-times.ts. */
  readonly rewrittenAt?: string;
  /** RFC 3339: in the day before that a target of these jobs was up; `undefined`: none was, or nobody knows. */
  readonly upAt?: string;
}

export type KeyRecords = Readonly<Record<string, StoredRecord>>;

export type ConfigRecords = Readonly<Record<string, KeyRecords>>;

/** Every resource's records. `lost`: the annotation is set and cannot be read. */
export function storedRecords(configMap: ConfigMap): {
  readonly records: ConfigRecords;
  readonly lost: boolean;
} {
  const text = configMap.metadata.annotations?.[ORIGINAL_TLS_CONFIG_ANNOTATION];
  if (text === undefined) return { records: {}, lost: false };
  try {
    const parsed: unknown = JSON.parse(text);
    if (isRecords(parsed)) return { records: parsed, lost: false };
  } catch {
    // Falls through: not JSON is lost, as is JSON of another shape.
  }
  return { records: {}, lost: true };
}

/** The record of one resource and key; empty if there is none. */
export function keyRecordOf(records: ConfigRecords, resource: string, key: string): StoredRecord {
  return records[resource]?.[key] ?? EMPTY_RECORD;
}

/**
 * What the other resources recorded of one key. Where they moved a job to the same files, their originals are the ones
 * that this resource's undo would need: the last one to go restores.
 */
export function othersOf(records: ConfigRecords, resource: string, key: string): readonly ConfigRecord[] {
  return Object.entries(records).flatMap(([name, keys]) =>
    name !== resource && keys[key] !== undefined ? [keys[key]] : [],
  );
}

/** The annotation's text with one resource's records replaced (or dropped); `undefined`: nothing is left to keep. */
export function recordsText(
  records: ConfigRecords,
  resource: string,
  own: KeyRecords | undefined,
): string | undefined {
  const others = Object.entries(records).filter(([name]) => name !== resource);
  const all = own === undefined ? others : [...others, [resource, own] as const];
  if (all.length === 0) return undefined;
  return JSON.stringify(Object.fromEntries(all.toSorted(([a], [b]) => (a < b ? -1 : 1))));
}

function isRecords(value: unknown): value is ConfigRecords {
  return (
    isMap(value) &&
    Object.values(value).every((keys) => isMap(keys) && Object.values(keys).every(isConfigRecord))
  );
}

function isConfigRecord(value: unknown): value is ConfigRecord {
  if (!isMap(value) || value['version'] !== 1 || !isMap(value['jobs'])) return false;
  return Array.isArray(value['mountPaths']) && Array.isArray(value['legacyDirectories'] ?? []);
}
