// Which jobs are chosen: those whose files lie in a legacy directory or in one of ours, narrowed by globs.
import type { RewriteRequest } from '../result.ts';
import type { JobReading } from './read-job.ts';

const FILES = ['ca_file', 'cert_file', 'key_file'] as const;

/** An absolute, clean form of a path; undefined for a relative one when there is no directory to join it with. */
export function absolutePath(path: string, directory: string | undefined): string | undefined {
  if (path === '') return undefined;
  if (!path.startsWith('/') && directory === undefined) return undefined;
  return clean(path.startsWith('/') ? path : `${directory ?? ''}/${path}`);
}

/** Go's path.Clean for an absolute path. */
function clean(path: string): string {
  if (path.length > 1 && !/\/\.|\/\/|\/$/.test(path)) return path;
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

/** A predicate on paths as they are written: does the file lie in one of the directories or below? */
export function underDirectories(
  directories: readonly string[],
  configDirectory: string | undefined,
): (path: string) => boolean {
  const prefixes = [...new Set(directories.map((directory) => clean(directory)))];
  return (path) => {
    // Most texts that are asked for are no paths at all.
    if (!path.startsWith('/') && configDirectory === undefined) return false;
    const absolute = absolutePath(path, configDirectory);
    if (absolute === undefined) return false;
    return prefixes.some((prefix) => absolute.startsWith(`${prefix === '/' ? '' : prefix}/`));
  };
}

/** Whether a glob matches a name whole: `*` is any run, `?` one character, all else literal. Never backtracks twice. */
export function matchesGlob(glob: string, name: string): boolean {
  const pattern = Array.from(glob);
  const text = Array.from(name);
  let at = 0;
  let star = -1;
  let retry = 0;
  for (let index = 0; index < text.length;) {
    if (pattern[at] === '*') {
      star = at;
      at += 1;
      retry = index;
    } else if (at < pattern.length && (pattern[at] === '?' || pattern[at] === text[index])) {
      at += 1;
      index += 1;
    } else if (star >= 0) {
      at = star + 1;
      retry += 1;
      index = retry;
    } else return false;
  }
  return pattern.slice(at).every((part) => part === '*');
}

/** Builds the predicate that decides for each job whether it is chosen. See the contract's row `config.jobs`. */
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
    return recorded.has(job.name) || FILES.some((field) => isOurs(job.fields[field].value ?? ''));
  };
}
