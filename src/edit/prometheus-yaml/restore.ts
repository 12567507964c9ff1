// Undoes what rewrite() did, from its record; touches only values that are still ours.
import { indexLines } from '../text/lines.ts';
import { parseYaml } from './document/parse.ts';
import type { Splice } from '../text/splice.ts';
import { applySplices, areApart, sortSplices } from '../text/splice.ts';
import { NONE } from '../text/yaml/tree.ts';
import type { RestoreEdit } from './edits/remove-entries.ts';
import type { Recorded } from './edits/restore-job.ts';
import { restoreJob } from './edits/restore-job.ts';
import { expectedValues } from './jobs/expected-values.ts';
import type { ConfigReading } from './jobs/read-config.ts';
import { readConfig } from './jobs/read-config.ts';
import type { JobReading } from './jobs/job-reading.ts';
import { fileRefusal } from './jobs/refusals.ts';
import type { ConfigRecord, ConfigRefusal } from './result.ts';
import { TLS_FIELDS } from './result.ts';
import { verify } from './verify/verify.ts';

type RestoreSkipCode = 'JobMissing' | 'ChangedSince' | 'CannotUndo';

interface SkippedRestore {
  readonly job: string;
  readonly code: RestoreSkipCode;
  readonly message: string;
}

export type RestoreResult =
  | { readonly kind: 'refused'; readonly refusal: ConfigRefusal }
  | {
      readonly kind: 'restored';
      readonly text: string;
      /** The splices from the input to `text`, sorted and apart. */
      readonly edits: readonly Splice[];
      /** Jobs of which at least one value was put back. */
      readonly restored: readonly string[];
      readonly skipped: readonly SkippedRestore[];
    };

/** Puts the recorded originals back where the value is still one of ours. Never throws for any text. */
export function restore(text: string, record: ConfigRecord): RestoreResult {
  const parsed = parseYaml(text);
  if (parsed.kind === 'refused') return parsed;
  const read = readConfig(parsed.tree);
  if (read.kind === 'problem') {
    return { kind: 'refused', refusal: fileRefusal(parsed.tree, indexLines(text), read) };
  }
  const isOurs = ownValueTest(record);
  const skipped: SkippedRestore[] = [];
  const plans: RestorePlan[] = [];
  for (const [name, originals] of Object.entries(record.jobs)) {
    const plan = planJob(read.config, name, { originals, isOurs });
    skipped.push(...plan.skipped);
    if (plan.edits.length > 0) plans.push(plan);
  }
  return applyPlans({ text, config: read.config, plans, skipped });
}

interface RestorePlan {
  readonly name: string;
  readonly job: JobReading | undefined;
  readonly edits: readonly RestoreEdit[];
  readonly skipped: readonly SkippedRestore[];
}

function ownValueTest(record: ConfigRecord): Recorded['isOurs'] {
  const written = record.mountPaths.map(expectedValues);
  return (field, value) => written.some((values) => values[field] === value);
}

function planJob(config: ConfigReading, name: string, recorded: Recorded): RestorePlan {
  const none = (code: RestoreSkipCode, message: string): RestorePlan => ({
    name,
    job: undefined,
    edits: [],
    skipped: [{ job: name, code, message }],
  });
  const [job, second] = config.jobs.filter((candidate) => candidate.name === name);
  if (job === undefined)
    return none('JobMissing', `Job ${name} is not in the file any more; nothing is put back.`);
  if (second !== undefined) return none('CannotUndo', `Two jobs are called ${name}; nothing is put back.`);
  const { edits, left } = restoreJob(config.tree, job, recorded);
  const changed = left.map((what): SkippedRestore => {
    const message = `${what} of job ${name} was changed since by somebody else and stays as it is.`;
    return { job: name, code: 'ChangedSince', message };
  });
  return { name, job, edits, skipped: changed };
}

interface Draft {
  readonly text: string;
  readonly config: ConfigReading;
  readonly plans: readonly RestorePlan[];
  readonly skipped: readonly SkippedRestore[];
}

/** Applies all plans that can be proven harmless: at once if possible, else one after the other. */
function applyPlans(draft: Draft): RestoreResult {
  const { config, text, plans } = draft;
  if (isProven(config, text, plans)) return restored(text, plans, draft.skipped);
  const kept: RestorePlan[] = [];
  const skipped = [...draft.skipped];
  for (const [index, plan] of plans.entries()) {
    if (index < MAX_SINGLE_ATTEMPTS && isProven(config, text, [...kept, plan])) kept.push(plan);
    else skipped.push(cannotUndo(plan.name));
  }
  return restored(text, kept, skipped);
}

function restored(
  text: string,
  plans: readonly RestorePlan[],
  skipped: readonly SkippedRestore[],
): RestoreResult {
  const edits = editsOf(plans);
  const names = plans.map(({ name }) => name);
  return { kind: 'restored', text: applySplices(text, edits), edits, restored: names, skipped };
}

function editsOf(plans: readonly RestorePlan[]): readonly RestoreEdit[] {
  return sortSplices(plans.flatMap(({ edits }) => edits));
}

/** Each attempt parses the text again, so a file in which hundreds of jobs conflict is not worth all of them. */
const MAX_SINGLE_ATTEMPTS = 64;

function cannotUndo(job: string): SkippedRestore {
  const message = `The original text of job ${job} cannot be put back without changing the meaning of another place.`;
  return { job, code: 'CannotUndo', message };
}

function isProven(config: ConfigReading, text: string, plans: readonly RestorePlan[]): boolean {
  const edits = editsOf(plans);
  if (edits.length === 0) return true;
  if (!areApart(edits)) return false;
  const open = new Set(plans.flatMap(({ job }) => (job === undefined ? [] : [job.item])));
  const proof = verify({
    before: config,
    text: applySplices(text, edits),
    edits,
    replaced: new Set(edits.flatMap((edit) => edit.removes)),
    open: new Set([...open, ...carried(config, open)]),
    isDesired: () => true,
  });
  return proof.kind === 'proven';
}

/** Jobs without edits of their own whose values come from a job that is restored. */
function carried(config: ConfigReading, open: ReadonlySet<number>): readonly number[] {
  const mappings = new Set(
    config.jobs.flatMap((job) => (open.has(job.item) ? [job.ownTls?.value ?? NONE, job.mapping] : [])),
  );
  const reads = (job: JobReading): boolean =>
    job.tlsMappings.some((mapping) => mappings.has(mapping)) ||
    TLS_FIELDS.some((field) =>
      mappings.has(config.tree.parent[config.tree.targets.get(job.fields[field].site) ?? NONE] ?? NONE),
    );
  return config.jobs.filter(reads).map((job) => job.item);
}
