// Names of jobs and patterns in messages: bounded, and with what a pattern may have been meant as.
import { matchesGlob } from '../../edit/prometheus-yaml/jobs/glob.ts';
import { nearestNames, typingErrors } from '../model/nearest.ts';

const JOBS_SHOWN = 8;
const JOB_NAME_MAX = 40;
/** So many at most are compared with a pattern. */
const COMPARED_JOBS = 200;
/** Beyond so many typing errors a name is no guess. */
const ERRORS_MAX = 3;

/** `a, b, c and 4 more`: at most eight, none of them long. */
export function listOf(names: readonly string[]): string {
  const shown = names.slice(0, JOBS_SHOWN).map((name) => {
    const points = Array.from(name);
    return points.length <= JOB_NAME_MAX ? name : `${points.slice(0, JOB_NAME_MAX).join('')}…`;
  });
  const more = names.length - shown.length;
  return more === 0 ? shown.join(', ') : `${shown.join(', ')} and ${more} more`;
}

/** The patterns that match no job. */
export function unmatchedPatterns(patterns: readonly string[], jobs: readonly string[]): readonly string[] {
  const names = new Set(jobs);
  return patterns.filter((pattern) => !names.has(pattern) && !jobs.some((job) => matchesGlob(pattern, job)));
}

/** What a pattern that matches nothing may have been meant as; `undefined`: nobody knows. */
export function patternHint(pattern: string, jobs: readonly string[]): string | undefined {
  const globs = globsOf(pattern);
  if (globs !== undefined) {
    const matching = globs.filter((glob) => jobs.some((job) => matchesGlob(glob, job)));
    const write = matching.length === 0 ? '' : `: write ${listOf(matching)}`;
    return `${listOf([pattern])} looks like a regular expression, and only * and ? have a meaning${write}`;
  }
  const [nearest] = nearestNames(pattern, jobs.slice(0, COMPARED_JOBS));
  if (nearest === undefined) return undefined;
  const isNear = nearest.includes(pattern) || typingErrors(pattern, nearest) <= ERRORS_MAX;
  return isNear ? `nearest to ${listOf([pattern])} is ${listOf([nearest])}` : undefined;
}

/** A regular expression as the globs that it comes nearest to; `undefined`: it shows no habit of those. */
function globsOf(pattern: string): readonly string[] | undefined {
  if (!/\.[*+]|^\^|\$$|\||\\/.test(pattern)) return undefined;
  const bare = pattern
    .replace(/^\^/, '')
    .replace(/\$$/, '')
    .replace(/^\((.*)\)$/, '$1');
  return bare
    .split('|')
    .map((part) => part.replaceAll('.*', '*').replaceAll('.+', '?*').replace(/\\(.)/g, '$1'));
}
