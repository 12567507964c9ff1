// Which jobs are chosen: those whose files lie in a legacy directory or in one of ours, narrowed by globs.
import type { RewriteRequest } from '../result.ts';
import { FILE_FIELDS } from '../result.ts';
import { matchesGlob } from './glob.ts';
import { underDirectories } from './paths.ts';
import type { JobReading } from './job-reading.ts';

/** The predicate that decides for each job whether it is chosen; see `config.jobs` in docs/design/contract.md. */
export function chooser(request: RewriteRequest): (job: JobReading) => boolean {
  const isOurs = underDirectories(
    [...request.legacyDirectories, request.mountPath, ...request.previousMountPaths],
    request.configDirectory,
  );
  const recorded = new Set(request.recordedJobs);
  const globs = request.jobs.filter((entry) => /[*?]/.test(entry));
  const names = new Set(request.jobs.filter((entry) => !/[*?]/.test(entry)));
  return (job) => {
    if (names.has(job.name) && (job.hasTls || recorded.has(job.name))) return true;
    if (request.jobs.length > 0 && !globs.some((glob) => matchesGlob(glob, job.name))) return false;
    return recorded.has(job.name) || FILE_FIELDS.some((field) => isOurs(job.fields[field].value ?? ''));
  };
}
