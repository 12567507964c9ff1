// From chosen jobs to proven edits: plans all jobs together, gives up those that refuse or whose proof fails, and plans
// the rest again, since one job's edit may carry another's through an anchor.
import { applySplices, sortSplices } from '../../text/splice.ts';
import type { NodeId } from '../../text/yaml/tree.ts';
import type { ExpectedFields } from '../jobs/expected-values.ts';
import type { ConfigReading } from '../jobs/read-config.ts';
import type { JobProblem, JobReading } from '../jobs/job-reading.ts';
import type { EditContext } from './edit-context.ts';
import type { JobEdits } from './edit-job.ts';
import type { Edit } from './edit.ts';
import type { RefusedJobs } from './prove-edits.ts';
import { desiredTest, failingJobs, proveEdits } from './prove-edits.ts';

/** Each round parses the whole text again. */
const MAX_ROUNDS = 12;

export interface EditTask {
  readonly text: string;
  readonly config: ConfigReading;
  readonly chosen: readonly JobReading[];
  /** What is to be set in a chosen job; every other field of it stays as it is. */
  readonly expectedOf: (job: JobReading) => ExpectedFields;
  /** Chosen jobs that cannot be edited, whatever the text. */
  readonly refused: RefusedJobs;
  readonly configDirectory: string | undefined;
  /** Plans the edits of one job; whatever it plans is given out only where it is proven. */
  readonly editJob: (context: EditContext, job: JobReading) => JobEdits;
}

export interface EditedJobs {
  readonly text: string;
  readonly edits: readonly Edit[];
  readonly refused: RefusedJobs;
}

/** The edits for all chosen jobs that can be edited. What it returns is proven, or has no edit at all. */
export function editJobs(task: EditTask): EditedJobs {
  let replacedAliases: ReadonlySet<NodeId> = new Set();
  let best = editOnce(task, replacedAliases);
  // A local edit takes an alias away, and with it perhaps the reason why the anchor's own job was refused.
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    if (![...best.refused.values()].some(({ code }) => code === 'SharedByAnchor')) break;
    const replaced = best.edits.flatMap(({ replaces }) => (replaces === undefined ? [] : [replaces]));
    const more = new Set([
      ...replacedAliases,
      ...replaced.filter((node) => task.config.tree.targets.has(node)),
    ]);
    if (more.size === replacedAliases.size) break;
    const next = editOnce(task, more);
    if (next.refused.size >= best.refused.size) break;
    best = next;
    replacedAliases = more;
  }
  return best;
}

function editOnce(task: EditTask, replacedAliases: ReadonlySet<NodeId>): EditedJobs {
  const refused = new Map(task.refused);
  for (const job of namesakes(task.config.jobs)) {
    refused.set(job, { code: 'DuplicateJobName', node: job.item, why: 'another job has the same name' });
  }
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const edits = planAll(task, refused, replacedAliases);
    const proof = proveEdits(task, edits, refused);
    if (proof.kind === 'proven') return { text: applySplices(task.text, edits), edits, refused };
    for (const job of failingJobs(task, edits, { proof, refused })) {
      const why = `it cannot be proven safe, ${proof.why}`;
      refused.set(job, { code: 'ProofFailed', node: job.item, why });
    }
  }
  for (const job of task.chosen) {
    if (!refused.has(job))
      refused.set(job, { code: 'ProofFailed', node: job.item, why: 'it cannot be proven safe' });
  }
  return { text: task.text, edits: [], refused };
}

function namesakes(jobs: readonly JobReading[]): readonly JobReading[] {
  const counts = new Map<string, number>();
  for (const { name } of jobs) counts.set(name, (counts.get(name) ?? 0) + 1);
  return jobs.filter(({ name }) => (counts.get(name) ?? 0) > 1 && name !== '');
}

/** Plans until no further job refuses: a refusal may take away what carried another job. */
function planAll(
  task: EditTask,
  refused: Map<JobReading, JobProblem>,
  replacedAliases: ReadonlySet<NodeId>,
): readonly Edit[] {
  for (;;) {
    const context = contextOf(task, refused, replacedAliases);
    const edits: Edit[] = [];
    const before = refused.size;
    for (const job of task.chosen) {
      if (refused.has(job)) continue;
      const planned = task.editJob(context, job);
      if (planned.kind === 'edits') edits.push(...planned.edits);
      else refused.set(job, planned.problem);
    }
    if (refused.size === before) return sortSplices(edits);
  }
}

function contextOf(task: EditTask, refused: RefusedJobs, replacedAliases: ReadonlySet<NodeId>): EditContext {
  const { config, expectedOf } = task;
  const open = task.chosen.filter((job) => !refused.has(job));
  const owners = new Map<NodeId, JobReading>();
  for (const job of open) if (job.ownTls !== undefined) owners.set(job.ownTls.value, job);
  return {
    config,
    expectedOf,
    isDesired: desiredTest(task),
    open: new Map(open.map((job) => [job.item, job])),
    owners,
    replacedAliases,
    answers: new Map(),
  };
}
