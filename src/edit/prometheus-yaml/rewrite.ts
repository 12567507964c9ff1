// Sets the four TLS fields of the chosen jobs in a prometheus.yaml, byte-exact everywhere else, or says why not.
import { withoutTrailingSlashes } from '../text/paths.ts';
import type { Locate } from '../text/lines.ts';
import { indexLines } from '../text/lines.ts';
import { parseYaml } from './document/parse.ts';
import type { NodeId } from '../text/yaml/tree.ts';
import { NONE, resolve } from '../text/yaml/tree.ts';
import { editJob } from './edits/edit-job.ts';
import type { EditedJobs } from './edits/edit-jobs.ts';
import { editJobs } from './edits/edit-jobs.ts';
import type { Edit } from './edits/edit.ts';
import { desiredTest } from './edits/prove-edits.ts';
import { isWritablePath } from './edits/render.ts';
import { findings } from './findings/findings.ts';
import { evaluateJobs, type EvaluatedJob } from './jobs/choose.ts';
import type { ExpectedFields } from './jobs/expected-values.ts';
import { isIstioCertificate } from './jobs/istio-files.ts';
import { filesOf, readsIstio } from './jobs/job-files.ts';
import { mountFinder } from './jobs/mounts.ts';
import { absolutePath, underDirectories } from './jobs/paths.ts';
import type { ConfigReading } from './jobs/read-config.ts';
import { readConfig } from './jobs/read-config.ts';
import type { JobProblem, JobReading } from './jobs/job-reading.ts';
import { fileRefusal, offsetOf, skippedJob } from './jobs/refusals.ts';
import { recordOf } from './record/record.ts';
import type {
  JobValues,
  FieldValue,
  ConfigRefusal,
  NeedingJob,
  RewriteRequest,
  RewriteResult,
  Rewritten,
  TextEdit,
  TlsField,
} from './result.ts';
import { TLS_FIELDS } from './result.ts';

/**
 * Rewrites the chosen jobs' `tls_config` in the text of a prometheus.yaml, or of a file named by its
 * `scrape_config_files`. Never throws for any text. Where nothing differs, `text` is the input.
 */
export function rewrite(text: string, request: RewriteRequest): RewriteResult {
  if (!isWritablePath(request.mountPath)) return refused(badMountPath(request.mountPath));
  const parsed = parseYaml(text);
  if (parsed.kind === 'refused') return parsed;
  const read = readConfig(parsed.tree);
  if (read.kind === 'problem') return refused(fileRefusal(parsed.tree, indexLines(text), read));
  return rewriteJobs(text, request, read.config);
}

function rewriteJobs(text: string, request: RewriteRequest, config: ConfigReading): Rewritten {
  const { tree } = config;
  const locate = indexLines(text);
  const jobs = evaluateJobs(config.jobs, request);
  const byJob = new Map(jobs.map((evaluated) => [evaluated.job, evaluated]));
  const expectedOf = (job: JobReading): ExpectedFields => byJob.get(job)?.expected ?? {};
  const isDesired = desiredTest({ expectedOf, configDirectory: request.configDirectory });
  const chosen = jobs.filter((each) => each.chosen);
  const edited = editJobs({
    text,
    config,
    chosen: chosen.map(({ job }) => job),
    expectedOf,
    refused: problemsOf(chosen),
    configDirectory: request.configDirectory,
    editJob,
  });
  const done = chosen.filter(({ job }) => !edited.refused.has(job));
  return {
    kind: 'rewritten',
    text: edited.text,
    edits: edited.edits.map(textEdit),
    jobs: chosen.map((each) => jobValues(config, locate, each)),
    allJobs: config.jobs.map(({ name }) => name),
    needing: jobs.filter(({ needs }) => needs).map((each) => needingJob(each, edited.refused, isDesired)),
    elsewhere: jobs.flatMap(({ job, files, chosen: isChosen }) => {
      const file = isChosen || readsIstio(files) ? undefined : filesOf(job).find(isIstioCertificate);
      return file === undefined ? [] : [{ job: job.name, file }];
    }),
    rewrittenJobs: done.map(({ job }) => job.name),
    skipped: jobs.flatMap(({ job, refused: isRefused, problem: own }) => {
      const problem = isRefused ? own : edited.refused.get(job);
      return problem === undefined ? [] : [skippedJob(tree, locate, { job, problem })];
    }),
    findings: findings({
      config,
      locate,
      request,
      jobs,
      done: new Set(done.map(({ job }) => job)),
      settled: settledNodes(config, edited, done),
    }),
    record: recordOf(edited.edits, {
      mountPath: request.mountPath,
      legacyDirectories: citadelDirectories(edited.edits, request),
    }),
    scrapeConfigFiles: config.scrapeConfigFiles,
  };
}

/** The jobs that cannot be edited, however they are written. */
function problemsOf(chosen: readonly EvaluatedJob[]): ReadonlyMap<JobReading, JobProblem> {
  return new Map(
    chosen.flatMap(({ job, problem }) =>
      problem === undefined ? [] : [[job, job.problem ?? problem] as const],
    ),
  );
}

function needingJob(
  { job, chosen, problem, refused: isRefused }: EvaluatedJob,
  refused: ReadonlyMap<JobReading, JobProblem>,
  isDesired: ReturnType<typeof desiredTest>,
): NeedingJob {
  const isSound = !refused.has(job) && (problem ?? job.problem) === undefined;
  const cured = isSound && TLS_FIELDS.every((field) => isDesired(job, field, job.fields[field].value));
  return { job: job.name, chosen, cured, ...(isRefused ? { refused: true } : {}) };
}

/** Where secrets of Citadel are mounted that the edited jobs read, but for directories that are listed anyway. */
function citadelDirectories(
  edits: readonly Edit[],
  { mounts = [], legacyDirectories, configDirectory }: RewriteRequest,
): readonly string[] {
  const mountOf = mountFinder(mounts);
  const isListed = underDirectories(legacyDirectories, configDirectory);
  const found = new Set<string>();
  for (const job of new Set(edits.map((edit) => edit.job))) {
    for (const file of filesOf(job)) {
      const mount = isListed(file) ? undefined : mountOf(absolutePath(file, configDirectory) ?? '');
      if (mount?.source === 'Citadel') found.add(withoutTrailingSlashes(mount.directory));
    }
  }
  return [...found].toSorted();
}

function refused(refusal: ConfigRefusal): RewriteResult {
  return { kind: 'refused', refusal };
}

function badMountPath(mountPath: string): ConfigRefusal {
  return {
    code: 'InvalidMountPath',
    message: `The mount path ${JSON.stringify(mountPath)} is not an absolute path of printable characters.`,
    fix: 'Give an absolute path, such as /etc/prom-certs.',
    line: 1,
    column: 1,
  };
}

function fieldPath(job: JobReading, field: TlsField): string {
  return `scrape_configs[${job.name}].tls_config.${field}`;
}

function textEdit(edit: Edit): TextEdit {
  const { start, end, text, job, fields } = edit;
  return { start, end, text, job: job.name, paths: fields.map((field) => fieldPath(job, field)) };
}

function jobValues(config: ConfigReading, locate: Locate, { job, expected }: EvaluatedJob): JobValues {
  const values = TLS_FIELDS.flatMap((field): readonly FieldValue[] => {
    const desired = expected[field];
    if (desired === undefined) return [];
    const { value, site } = job.fields[field];
    const node = site === NONE ? (job.ownTls?.key ?? job.item) : site;
    const { line, column } = locate(offsetOf(config.tree, node));
    return [{ field, path: fieldPath(job, field), expected: desired, actual: value, line, column }];
  });
  const { line, column } = locate(offsetOf(config.tree, job.item));
  return { job: job.name, line, column, values, files: filesOf(job) };
}

/** The values of the jobs that are as desired in the result, and the aliases that are replaced. */
function settledNodes(
  config: ConfigReading,
  edited: EditedJobs,
  done: readonly EvaluatedJob[],
): ReadonlySet<NodeId> {
  const settled = new Set<NodeId>();
  for (const { replaces } of edited.edits) if (replaces !== undefined) settled.add(replaces);
  // Ours already: a mountPath may itself be called legacy.
  for (const { job, expected } of done) {
    for (const field of TLS_FIELDS) {
      const { site, home } = job.fields[field];
      if (expected[field] === undefined) continue;
      if (site !== NONE && home === job.ownTls?.value)
        settled.add(resolve(config.tree, site) === site ? site : NONE);
    }
  }
  return settled;
}
