// The times that are kept beside the originals, in the same write: when the jobs were pointed at the new files, and when a
// target of theirs was up last before that. They move only when the record grows: what corrects drift later changes no pod
// that has read the file since.
import { rfc3339 } from '../../api/rfc3339.ts';
import type { ConfigRecord } from '../../edit/prometheus-yaml/result.ts';
import type { EvaluatedKeys } from './keys.ts';
import type { KeyRecords, StoredRecord } from './record.ts';

const UP_BEFORE_MS = 24 * 3_600_000;

/** What is known of the jobs' targets before a write. */
export interface ScrapedBefore {
  /** Pools with a target that is up now. */
  readonly up: ReadonlySet<string>;
  /** When a target of theirs was seen up before an earlier write: RFC 3339. */
  readonly upAt: string | undefined;
}

export const NOTHING_SCRAPED: ScrapedBefore = { up: new Set(), upAt: undefined };

export interface RecordWriter {
  /** Name of the resource that writes. */
  readonly resource: string;
  readonly nowMs: number;
  readonly scraped: ScrapedBefore;
}

/** Jobs that a write would rewrite and record for the first time, or for the first time with these files. */
export function newJobs(
  { ownRecords, storedRecords, texts }: EvaluatedKeys,
  resource: string,
): readonly string[] {
  return Object.entries(ownRecords).flatMap(([key, record]) =>
    texts[key] === undefined ? [] : addedJobs(storedRecords[resource]?.[key], record),
  );
}

/** The records of this resource as they are to be stored. */
export function datedRecords(evaluated: EvaluatedKeys, writer: RecordWriter): KeyRecords {
  const { ownRecords, storedRecords, texts } = evaluated;
  const dated = Object.entries(ownRecords).map(([key, record]): readonly [string, StoredRecord] => {
    const stored = storedRecords[writer.resource]?.[key];
    const added = texts[key] === undefined ? [] : addedJobs(stored, record);
    if (added.length > 0) {
      const upAt = lastUp(added, writer) ?? stored?.upAt;
      const rewrittenAt = rfc3339(writer.nowMs);
      return [key, { ...record, rewrittenAt, ...(upAt === undefined ? {} : { upAt }) }];
    }
    // Another resource pointed the jobs there before us, if nobody of this name did.
    const first = stored ?? Object.values(storedRecords).flatMap((keys) => sameFiles(keys[key], record))[0];
    return [key, { ...record, ...timesOf(first) }];
  });
  return Object.fromEntries(dated);
}

function addedJobs(stored: ConfigRecord | undefined, record: ConfigRecord): readonly string[] {
  const jobs = Object.keys(record.jobs);
  if (stored === undefined || stored.mountPaths[0] !== record.mountPaths[0]) return jobs;
  return jobs.filter((job) => stored.jobs[job] === undefined);
}

/** The last time at which a target of these jobs was up, where that is known and less than a day ago. */
function lastUp(jobs: readonly string[], { nowMs, scraped: { up, upAt } }: RecordWriter): string | undefined {
  if (jobs.some((job) => up.has(job))) return rfc3339(nowMs);
  const isRecent = upAt !== undefined && nowMs - Date.parse(upAt) <= UP_BEFORE_MS;
  return isRecent ? upAt : undefined;
}

function sameFiles(other: StoredRecord | undefined, record: ConfigRecord): readonly StoredRecord[] {
  return other !== undefined && other.mountPaths[0] === record.mountPaths[0] ? [other] : [];
}

function timesOf(record: StoredRecord | undefined): Pick<StoredRecord, 'rewrittenAt' | 'upAt'> {
  const { rewrittenAt, upAt } = record ?? {};
  return {
    ...(rewrittenAt === undefined ? {} : { rewrittenAt }),
    ...(upAt === undefined ? {} : { upAt }),
  };
}
