// The record of what stood in a job's tls_config before it was edited, and how two records become one.
import type { ConfigRecord } from './result.ts';

/** A record of nothing. */
export const EMPTY_RECORD: ConfigRecord = { version: 1, mountPaths: [], jobs: {} };

/**
 * Joins what is stored with what a later rewrite changed: the first original of each job and key wins, since that is
 * what the person wrote; mount paths are the union, newest first.
 */
export function mergeRecord(stored: ConfigRecord, later: ConfigRecord): ConfigRecord {
  const jobs = new Map(Object.entries(stored.jobs));
  for (const [job, originals] of Object.entries(later.jobs)) {
    const first = jobs.get(job);
    // An alias replaced whole, then leaves edited in the replacement: the alias is the only original.
    const covered = first !== undefined && 'tls_config' in first;
    jobs.set(job, covered ? first : { ...originals, ...first });
  }
  return {
    version: 1,
    mountPaths: [...new Set([...later.mountPaths, ...stored.mountPaths])],
    jobs: Object.fromEntries(jobs),
  };
}
