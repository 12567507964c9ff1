// When the jobs of a record were pointed at the new files: kept beside the originals, in the same write.
// It moves only when the record grows. What corrects drift later changes no pod that reads the file since.
import { rfc3339 } from '../../api/rfc3339.ts';
import type { ConfigRecord } from '../../edit/prometheus-yaml/result.ts';
import type { EvaluatedKeys } from './keys.ts';
import type { KeyRecords, StoredRecord } from './record.ts';

export interface WrittenBy {
  /** Name of the resource that writes. */
  readonly resource: string;
  readonly nowMs: number;
}

/** The records of this resource as they are to be stored. */
export function datedRecords(
  { ownRecords, storedRecords, texts }: EvaluatedKeys,
  { resource, nowMs }: WrittenBy,
): KeyRecords {
  const dated = Object.entries(ownRecords).map(([key, record]): readonly [string, StoredRecord] => {
    const stored = storedRecords[resource]?.[key];
    if (texts[key] !== undefined && grows(stored, record)) {
      return [key, { ...record, rewrittenAt: rfc3339(nowMs) }];
    }
    // Another resource pointed the jobs there before us, if nobody of this name did.
    const first = stored ?? Object.values(storedRecords).flatMap((keys) => sameFiles(keys[key], record))[0];
    return [key, { ...record, ...timesOf(first) }];
  });
  return Object.fromEntries(dated);
}

/** It names a job or files that it did not name before. */
function grows(stored: ConfigRecord | undefined, record: ConfigRecord): boolean {
  if (stored === undefined || stored.mountPaths[0] !== record.mountPaths[0]) return true;
  return Object.keys(record.jobs).some((job) => stored.jobs[job] === undefined);
}

function sameFiles(other: StoredRecord | undefined, record: ConfigRecord): readonly StoredRecord[] {
  return other !== undefined && other.mountPaths[0] === record.mountPaths[0] ? [other] : [];
}

function timesOf(record: StoredRecord | undefined): Pick<StoredRecord, 'rewrittenAt'> {
  return record?.rewrittenAt === undefined ? {} : { rewrittenAt: record.rewrittenAt };
}
