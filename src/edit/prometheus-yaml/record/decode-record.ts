// A stored record back from JSON, checked: it comes from an annotation or a file that anybody may have edited.
import { isMap } from '../../text/json/json-map.ts';
import type { ConfigRecord, RecordedJob } from '../result.ts';
import { TLS_FIELDS } from '../result.ts';

const KEYS: ReadonlySet<string> = new Set([...TLS_FIELDS, 'tls_config']);

/** Reads a record from its JSON text; undefined where it is not one. Never throws. */
export function decodeRecord(json: string): ConfigRecord | undefined {
  const value = parseRecordJson(json);
  if (!isMap(value) || value['version'] !== 1) return undefined;
  const { mountPaths, legacyDirectories = [], jobs } = value;
  if (!isTexts(mountPaths) || !isTexts(legacyDirectories) || !isMap(jobs)) return undefined;
  const decoded: [string, RecordedJob][] = [];
  for (const [name, job] of Object.entries(jobs)) {
    if (!isRecordedJob(job)) return undefined;
    decoded.push([name, job]);
  }
  const directories = legacyDirectories.length === 0 ? {} : { legacyDirectories };
  return { version: 1, mountPaths, ...directories, jobs: Object.fromEntries(decoded) };
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((text) => typeof text === 'string');
}

function parseRecordJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function isRecordedJob(value: unknown): value is RecordedJob {
  if (!isMap(value)) return false;
  return Object.entries(value).every(
    ([key, original]) => KEYS.has(key) && (original === null || typeof original === 'string'),
  );
}
