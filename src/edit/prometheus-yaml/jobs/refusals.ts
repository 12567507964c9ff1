// Refusals in words: for each reason code one fix for the person who reads it.
import type { Locate } from '../../text/lines.ts';
import { spanOf, startOf } from '../../text/yaml/span.ts';
import type { NodeId, Tree } from '../../text/yaml/tree.ts';
import { isBlockScalar, scalarOf } from '../../text/yaml/tree.ts';
import type { JobRefusalCode, ConfigRefusal, SkippedJob } from '../result.ts';
import type { JobProblem, JobReading } from './job-reading.ts';

/** The fix for each reason why a job is left; docs/ is made from it. */
export const JOB_FIXES: Readonly<Record<JobRefusalCode, string>> = {
  DuplicateKey: 'Remove one of the two; Prometheus rejects the file as it is.',
  DuplicateJobName: 'Give each job a name of its own; Prometheus rejects the file as it is.',
  JobNameMissing: 'Give the job a job_name; Prometheus rejects the file as it is.',
  InlineCertificate:
    'Remove ca, cert, key and their _ref forms from this tls_config, so that the files can be set.',
  SharedByAnchor: 'Write the tls_config of this job out in full, without an anchor that others use.',
  OverriddenByMerge: 'Move the << line to the top of its mapping, or remove the key that it overrides.',
  SplitPair: "Name Istio's own files in both, or leave the job out by config.jobs.",
  NothingMounted:
    "Add the directory to spec.config.legacyDirectories, or name the job in spec.config.jobs (beside '*', where that is empty).",
  FileNeverWritten:
    "Name root-cert.pem, cert-chain.pem and key.pem there, or name the job in spec.config.jobs (beside '*', where that is empty).",
  UnknownMeaning:
    'Write the value as plain text, without a tag; promtool shows whether Prometheus accepts it.',
  UnknownPlace: 'Write the four lines of tls_config in the usual way, one `key: value` per line.',
  ProofFailed: 'Write the tls_config of this job out in full and plainly; please report the text as a bug.',
};

/** The offset to point at for a node: the nearest text at or before it. */
export function offsetOf(tree: Tree, node: NodeId): number {
  for (let at = node; at >= 0; at -= 1) {
    const scalar = scalarOf(tree, at);
    // A block scalar's text is below its header, which a person searches for.
    const header = scalar !== undefined && isBlockScalar(scalar) ? spanOf(tree, at)?.start : undefined;
    const start = header ?? startOf(tree, at);
    if (start >= 0) return start;
  }
  return 0;
}

export function skippedJob(
  tree: Tree,
  locate: Locate,
  skipped: { job: JobReading; problem: JobProblem },
): SkippedJob {
  const { job, problem } = skipped;
  const node = problem.node < 0 ? job.item : problem.node;
  const { line, column } = locate(offsetOf(tree, node));
  const name = job.name === '' ? 'A job without a name' : `Job ${job.name}`;
  return {
    job: job.name,
    code: problem.code,
    message: `${name} is left as it is: ${problem.why}.`,
    fix: JOB_FIXES[problem.code],
    line,
    column,
  };
}

export function fileRefusal(
  tree: Tree,
  locate: Locate,
  problem: { readonly code: ConfigRefusal['code']; readonly node: NodeId; readonly why: string },
): ConfigRefusal {
  const { line, column } = locate(offsetOf(tree, problem.node));
  return {
    code: problem.code,
    message: `The file is left as it is: ${problem.why}.`,
    fix: 'Run `promtool check config --syntax-only` on the file and correct this place.',
    line,
    column,
  };
}
