// Sets the four TLS fields of the chosen jobs in a prometheus.yaml, byte-exact everywhere else, or says why not.
import type { Locate } from '../text/lines.ts';
import { indexLines } from '../text/lines.ts';
import { parseYaml } from './document/parse.ts';
import type { NodeId } from '../text/yaml/tree.ts';
import { NONE, resolve } from '../text/yaml/tree.ts';
import { editJob } from './edits/edit-job.ts';
import type { EditedJobs } from './edits/edit-jobs.ts';
import { editJobs } from './edits/edit-jobs.ts';
import type { Edit } from './edits/edit.ts';
import { isWritablePath } from './edits/render.ts';
import { findings } from './findings/findings.ts';
import { chooser } from './jobs/choose.ts';
import type { Expected } from './jobs/expected-values.ts';
import { expectedValues } from './jobs/expected-values.ts';
import type { ConfigReading } from './jobs/read-config.ts';
import { readConfig } from './jobs/read-config.ts';
import type { JobReading } from './jobs/job-reading.ts';
import { fileRefusal, offsetOf, skippedJob } from './jobs/refusals.ts';
import { recordOf } from './record/record.ts';
import type {
  JobValues,
  FieldValue,
  ConfigRefusal,
  RewriteRequest,
  RewriteResult,
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
  const { tree } = parsed;
  const locate = indexLines(text);
  const read = readConfig(tree);
  if (read.kind === 'problem') return refused(fileRefusal(tree, locate, read));
  const { config } = read;
  const expected = expectedValues(request.mountPath);
  const chosen = config.jobs.filter(chooser(request));
  const { configDirectory } = request;
  const edited = editJobs({ text, config, chosen, expected, configDirectory, editJob });
  const done = chosen.filter((job) => !edited.refused.has(job));
  return {
    kind: 'rewritten',
    text: edited.text,
    edits: edited.edits.map(textEdit),
    jobs: chosen.map((job) => jobValues(config, locate, { job, expected })),
    rewrittenJobs: done.map((job) => job.name),
    skipped: chosen.flatMap((job) => {
      const problem = edited.refused.get(job);
      return problem === undefined ? [] : [skippedJob(tree, locate, { job, problem })];
    }),
    findings: findings({ config, locate, request, chosen, settled: settledNodes(config, edited, done) }),
    record: recordOf(edited.edits, request.mountPath),
    scrapeConfigFiles: config.scrapeConfigFiles,
  };
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

function jobValues(
  config: ConfigReading,
  locate: Locate,
  { job, expected }: { readonly job: JobReading; readonly expected: Expected },
): JobValues {
  const values = TLS_FIELDS.map((field): FieldValue => {
    const { value, site } = job.fields[field];
    const node = site === NONE ? (job.ownTls?.key ?? job.item) : site;
    const { line, column } = locate(offsetOf(config.tree, node));
    return { field, path: fieldPath(job, field), expected: expected[field], actual: value, line, column };
  });
  const { line, column } = locate(offsetOf(config.tree, job.item));
  return { job: job.name, line, column, values };
}

/** The values of the jobs that are as desired in the result, and the aliases that are replaced. */
function settledNodes(
  config: ConfigReading,
  edited: EditedJobs,
  done: readonly JobReading[],
): ReadonlySet<NodeId> {
  const settled = new Set<NodeId>();
  for (const { replaces } of edited.edits) if (replaces !== undefined) settled.add(replaces);
  // Ours already: a mountPath may itself be called legacy.
  for (const job of done) {
    for (const field of TLS_FIELDS) {
      const { site, home } = job.fields[field];
      if (site !== NONE && home === job.ownTls?.value)
        settled.add(resolve(config.tree, site) === site ? site : NONE);
    }
  }
  return settled;
}
