// What `meshscrape rewrite` says beside its findings: patterns that match nothing, and what nobody can know offline.
import { bearsIstioName } from '../edit/prometheus-yaml/jobs/istio-files.ts';
import { underDirectories } from '../edit/prometheus-yaml/jobs/paths.ts';
import type { Rewritten } from '../edit/prometheus-yaml/result.ts';
import { listOf, patternHint, unmatchedPatterns } from '../plan/config/job-names.ts';
import type { RewriteOptions } from './rewrite-options.ts';

/** Citadel's in Istio 1.5 and before; on Istio's own page of today istio-proxy fills it. */
const EITHER = '/etc/istio-certs';

/** True if something of Istio's is read from a legacy directory in a place that is not edited. */
export function readsLegacy({ findings }: Rewritten): boolean {
  return findings.some(({ code, value }) => code === 'StalePath' && bearsIstioName(value));
}

export function notesOf(result: Rewritten, options: RewriteOptions): readonly string[] {
  const { allJobs } = result;
  const names = allJobs.length === 0 ? 'the file has no job' : `the jobs are ${listOf(allJobs)}`;
  const unmatched = unmatchedPatterns(options.jobs, allJobs).map((pattern) => {
    const hint = patternHint(pattern, allJobs);
    return `--jobs ${pattern} matches no job${hint === undefined ? '' : ` (${hint})`}; ${names}.`;
  });
  return [...unmatched, ...eitherNote(result, options)];
}

/** Only what is mounted there shows whether these jobs are right already. */
function eitherNote({ edits, jobs }: Rewritten, options: RewriteOptions): readonly string[] {
  if (!options.areDirectoriesAssumed) return [];
  const isThere = underDirectories([EITHER], options.configDirectory);
  const edited = new Set(edits.map((edit) => edit.job));
  const reading = jobs
    .filter(({ job, files }) => edited.has(job) && files.some(isThere))
    .map(({ job }) => job);
  if (reading.length === 0) return [];
  return [
    `${listOf(reading)}: what is mounted at ${EITHER} decides whether this is needed. Where it is the volume that istio-proxy fills (OUTPUT_CERTS, as on Istio's own page), the job is right as it is: give --wired-directory ${EITHER}. Where it is a secret of Citadel, name the legacy directories by --legacy-directory.`,
  ];
}
