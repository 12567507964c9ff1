// What spec.config.jobs and the files leave to be done: how many jobs need certificates, and why none can be chosen.
import type { NeedingJob } from '../../edit/prometheus-yaml/result.ts';
import type { Refusal } from '../model/assessment.ts';
import type { Finding } from '../model/finding.ts';
import { listOf, patternHint, unmatchedPatterns } from './job-names.ts';

/** The jobs that need the mesh's certificates, chosen or not. */
export interface JobCounts {
  readonly cured: number;
  readonly needing: number;
  /** Those that spec.config.jobs leaves out and that are not cured. */
  readonly leftOut: readonly string[];
}

/** Every job that could be seen, and what could not. */
export interface SeenJobs {
  readonly patterns: readonly string[];
  readonly all: readonly string[];
  readonly needing: readonly NeedingJob[];
  /** The record holds a job: this resource has rewritten one. */
  readonly begun: boolean;
  /** Patterns of scrape_config_files that may match files that cannot be seen. */
  readonly unseen: readonly string[];
  /** Included files that cannot be read. */
  readonly unread: readonly Refusal[];
  /** What the messages name. */
  readonly key: string;
  readonly mountPath: string;
  readonly legacyDirectories: readonly string[];
}

export interface JobChoice {
  readonly counts: JobCounts;
  readonly refusal: Refusal | undefined;
  readonly findings: readonly Omit<Finding, 'target'>[];
}

/** Evaluates whom spec.config.jobs reaches. A refusal here means that nothing is written to the ConfigMap. */
export function evaluateChoice(seen: SeenJobs): JobChoice {
  const { needing } = seen;
  const leftOut = needing
    .filter(({ chosen, cured, refused }) => !chosen && !cured && refused !== true)
    .map(({ job }) => job);
  const unmatched = unmatchedPatterns(seen.patterns, seen.all);
  const refusal = choiceRefusal(seen, unmatched, leftOut);
  return {
    counts: { cured: needing.filter(({ cured }) => cured).length, needing: needing.length, leftOut },
    refusal,
    findings: [
      ...(unmatched.length > 0 && refusal === undefined
        ? [{ code: 'PatternMatchesNothing' as const, message: unmatchedMessage(seen, unmatched) }]
        : []),
      ...(leftOut.length > 0
        ? [
            {
              code: 'JobLeftOut' as const,
              message: `spec.config.jobs leaves out what reads certificates that nobody renews: ${listOf(leftOut)}`,
            },
          ]
        : []),
    ],
  };
}

function choiceRefusal(
  seen: SeenJobs,
  unmatched: readonly string[],
  leftOut: readonly string[],
): Refusal | undefined {
  const { patterns, needing, unseen, unread } = seen;
  const chosen = needing.filter((each) => each.chosen);
  if (chosen.length === 0 && unread[0] !== undefined) return unread[0];
  const isWhole = unseen.length === 0 && unread.length === 0;
  if (chosen.length === 0 && !isWhole) return unseenRefusal(seen);
  const isBegun = seen.begun || chosen.some(({ cured }) => cured);
  if (isWhole && unmatched.length > 0 && (!isBegun || unmatched.length === patterns.length)) {
    return { reason: 'JobsNotFound', message: unmatchedMessage(seen, unmatched), stalled: 'Later' };
  }
  if (chosen.length > 0) return undefined;
  return { reason: 'NoJobs', message: noJobsMessage(seen, leftOut), stalled: 'Later' };
}

function unseenRefusal({ unseen, key }: SeenJobs): Refusal {
  return {
    reason: 'IncludedFilesNotSeen',
    message: `no job of ${key} is chosen, and scrape_config_files ${listOf(unseen)} may match files that are not keys of this ConfigMap, so whether one of their jobs is to be is not known: name a job of ${key} in spec.config.jobs, set spec.manage.config to Ignore, or move them into the ConfigMap`,
    stalled: false,
  };
}

/** Looking for a near name takes its time. */
const HINTS_MAX = 2;

function unmatchedMessage({ all, key }: SeenJobs, unmatched: readonly string[]): string {
  const hints = unmatched.slice(0, HINTS_MAX).flatMap((pattern) => patternHint(pattern, all) ?? []);
  const hint = hints.length === 0 ? '' : ` (${hints.join('; ')})`;
  return `spec.config.jobs: no job matches ${listOf(unmatched)}${hint}. ${jobsSentence(key, all)}`;
}

function noJobsMessage(seen: SeenJobs, leftOut: readonly string[]): string {
  const { all, key, mountPath } = seen;
  const fix = `Name one in spec.config.jobs, set spec.manage.config to Ignore, or let one read root-cert.pem, cert-chain.pem and key.pem in ${mountPath}`;
  return `no job is chosen: ${whyNone(seen, leftOut)}. ${fix}. ${jobsSentence(key, all)}`;
}

function whyNone(
  { patterns, all, mountPath, legacyDirectories }: SeenJobs,
  leftOut: readonly string[],
): string {
  if (leftOut.length > 0) {
    return `spec.config.jobs (${listOf(patterns)}) leaves out what reads Istio's files, ${listOf(leftOut)}`;
  }
  const bare = patterns.filter((pattern) => all.includes(pattern));
  if (bare.length > 0) return `${listOf(bare)}, named in spec.config.jobs, has no tls_config`;
  const directories = legacyDirectories.length === 0 ? 'a legacy directory' : listOf(legacyDirectories);
  return `none reads Istio's files in ${directories}, in a secret of Citadel or in ${mountPath}`;
}

function jobsSentence(key: string, all: readonly string[]): string {
  return all.length === 0 ? `${key} has no job` : `The jobs of ${key} are ${listOf(all)}`;
}
