// Whether planned edits do what they should and nothing else, and which jobs to give up where they do not.
import { applySplices, areApart } from '../../text/splice.ts';
import type { ExpectedFields } from '../jobs/expected-values.ts';
import { isExpected } from '../jobs/expected-values.ts';
import type { ConfigReading } from '../jobs/read-config.ts';
import type { JobProblem, JobReading } from '../jobs/job-reading.ts';
import type { Claim, Proof } from '../verify/verify.ts';
import { verify } from '../verify/verify.ts';
import type { Edit } from './edit.ts';

export type RefusedJobs = ReadonlyMap<JobReading, JobProblem>;

interface Task {
  readonly text: string;
  readonly config: ConfigReading;
  readonly chosen: readonly JobReading[];
  readonly expectedOf: (job: JobReading) => ExpectedFields;
  readonly configDirectory: string | undefined;
}

/** Whether a field of a job has the value that it should have: the expected one, or the one that it had before. */
export function desiredTest({
  expectedOf,
  configDirectory,
}: Pick<Task, 'expectedOf' | 'configDirectory'>): Claim['isDesired'] {
  return (job, field, value) => {
    const expected = expectedOf(job)[field];
    if (expected === undefined) return value === job.fields[field].value;
    return isExpected(expected, value, configDirectory);
  };
}

/** Proves that the edits give every chosen job that is not refused its expected values, and change nothing else. */
export function proveEdits(task: Task, edits: readonly Edit[], refused: RefusedJobs): Proof {
  return proveFor(
    task,
    edits,
    task.chosen.filter((job) => !refused.has(job)),
  );
}

function proveFor(task: Task, edits: readonly Edit[], jobs: readonly JobReading[]): Proof {
  const { text, config } = task;
  if (edits.length === 0) return { kind: 'proven' };
  if (!areApart(edits)) return { kind: 'failed', why: 'two edits would overlap', jobs: [] };
  return verify({
    before: config,
    text: applySplices(text, edits),
    edits,
    replaced: new Set(edits.flatMap(({ replaces }) => (replaces === undefined ? [] : [replaces]))),
    open: new Set(jobs.map((job) => job.item)),
    isDesired: desiredTest(task),
  });
}

interface Failure {
  readonly proof: Extract<Proof, { readonly kind: 'failed' }>;
  readonly refused: RefusedJobs;
}

/** The jobs to give up after a failed proof: those it names, else those whose edits fail alone, else all that edit. */
export function failingJobs(
  task: Task,
  edits: readonly Edit[],
  { proof, refused }: Failure,
): readonly JobReading[] {
  const named = task.chosen.filter((job) => proof.jobs.includes(job.item) && !refused.has(job));
  if (named.length > 0) return named;
  const editing = [...new Set(edits.map((edit) => edit.job))];
  const alone = failingAlone(task, edits, editing);
  return alone.length > 0 ? alone : editing;
}

/** Halves the set of jobs until the failing ones are alone. */
function failingAlone(
  task: Task,
  edits: readonly Edit[],
  jobs: readonly JobReading[],
): readonly JobReading[] {
  if (jobs.length <= 1) return jobs;
  const middle = jobs.length >> 1;
  return [jobs.slice(0, middle), jobs.slice(middle)].flatMap((half) => {
    const members = new Set(half);
    const mine = edits.filter((edit) => members.has(edit.job));
    return proveFor(task, mine, half).kind === 'proven' ? [] : failingAlone(task, edits, half);
  });
}
