// The record of what was in a job's tls_config before it was edited, and how two records become one.
import { withoutTrailingSlashes } from '../../text/paths.ts';
import type { Edit } from '../edits/edit.ts';
import type { ConfigRecord, RecordKey } from '../result.ts';

/** A record of nothing. */
export const EMPTY_RECORD: ConfigRecord = { version: 1, mountPaths: [], jobs: {} };

/** What these edits replaced. No edits: the empty record. */
export function recordOf(
  edits: readonly Edit[],
  { mountPath, legacyDirectories }: Pick<ConfigRecord, 'legacyDirectories'> & { readonly mountPath: string },
): ConfigRecord {
  if (edits.length === 0) return EMPTY_RECORD;
  const jobs = new Map<string, Partial<Record<RecordKey, string | null>>>();
  for (const { job, record } of edits) {
    const originals = jobs.get(job.name) ?? {};
    for (const { key, original } of record) originals[key] = original;
    jobs.set(job.name, originals);
  }
  return {
    version: 1,
    mountPaths: [withoutTrailingSlashes(mountPath)],
    ...directoriesOf(legacyDirectories),
    jobs: Object.fromEntries(jobs),
  };
}

/** Left out where it is empty, as in most records. */
function directoriesOf(directories: readonly string[] = []): Pick<ConfigRecord, 'legacyDirectories'> {
  return directories.length === 0 ? {} : { legacyDirectories: directories };
}

/**
 * Joins what is stored with what a later rewrite changed: the first original of each job wins, since that is what the
 * person wrote. A key that the first rewrite of a job did not touch was as desired, so what a later one replaced there is
 * drift, not an original; only a new mount path makes it one. Mount paths are the union, newest first.
 */
export function mergeRecord(stored: ConfigRecord, later: ConfigRecord): ConfigRecord {
  const moved = later.mountPaths.some((path) => !stored.mountPaths.includes(path));
  const jobs = new Map(Object.entries(stored.jobs));
  for (const [job, originals] of Object.entries(later.jobs)) {
    const first = jobs.get(job);
    // An alias replaced whole, then fields edited in the replacement: the alias is the only original.
    const whole = first !== undefined && ('tls_config' in first || !moved);
    jobs.set(job, whole ? first : { ...first, ...originals, ...first });
  }
  return {
    version: 1,
    mountPaths: [...new Set([...later.mountPaths, ...stored.mountPaths])],
    ...directoriesOf([...new Set([...(stored.legacyDirectories ?? []), ...(later.legacyDirectories ?? [])])]),
    jobs: Object.fromEntries(jobs),
  };
}
