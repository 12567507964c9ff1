// From chosen jobs to proven edits: plans all jobs together, drops those that refuse or whose proof fails, and plans
// the rest again, since one job's edit may carry another's through an anchor.
import { applySplices, areApart, sortSplices } from '../../text/splice.ts';
import type { NodeId } from '../../text/yaml/tree.ts';
import type { Expected } from '../jobs/expectation.ts';
import { isExpected } from '../jobs/expectation.ts';
import type { ConfigReading } from '../jobs/read-config.ts';
import type { JobProblem, JobReading } from '../jobs/read-job.ts';
import type { Proof } from '../verify/verify.ts';
import { verify } from '../verify/verify.ts';
import type { Edit } from './edit.ts';
import { editJob } from './edit.ts';
import type { Goal } from './goal.ts';

const MAX_ROUNDS = 12;

export interface Task {
  readonly text: string;
  readonly config: ConfigReading;
  readonly chosen: readonly JobReading[];
  readonly expected: Expected;
  readonly configDirectory: string | undefined;
}

export interface Solution {
  readonly text: string;
  readonly edits: readonly Edit[];
  readonly refused: ReadonlyMap<JobReading, JobProblem>;
}

/** Finds the edits for all chosen jobs that can be edited. What it returns is proven, or has no edit at all. */
export function solve(task: Task): Solution {
  let gone: ReadonlySet<NodeId> = new Set();
  let best = solveOnce(task, gone);
  // A local edit takes an alias away, and with it perhaps the reason why the anchor's own job was refused.
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    if (![...best.refused.values()].some(({ code }) => code === 'SharedByAnchor')) break;
    const replaced = best.edits.flatMap(({ replaces }) => (replaces === undefined ? [] : [replaces]));
    const more = new Set([...gone, ...replaced.filter((node) => task.config.tree.targets.has(node))]);
    if (more.size === gone.size) break;
    const next = solveOnce(task, more);
    if (next.refused.size >= best.refused.size) break;
    best = next;
    gone = more;
  }
  return best;
}

function solveOnce(task: Task, gone: ReadonlySet<NodeId>): Solution {
  const refused = new Map<JobReading, JobProblem>();
  for (const job of duplicates(task.config.jobs)) {
    refused.set(job, { code: 'DuplicateJobName', node: job.item, why: 'another job has the same name' });
  }
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const edits = planAll(task, refused, gone);
    const proof = prove(task, edits, refused);
    if (proof.kind === 'proven') return { text: applySplices(task.text, edits), edits, refused };
    for (const job of culprits(task, edits, { proof, refused })) {
      refused.set(job, {
        code: 'ProofFailed',
        node: job.item,
        why: `it cannot be proven safe, ${proof.why}`,
      });
    }
  }
  for (const job of task.chosen) {
    if (!refused.has(job))
      refused.set(job, { code: 'ProofFailed', node: job.item, why: 'it cannot be proven safe' });
  }
  return { text: task.text, edits: [], refused };
}

function duplicates(jobs: readonly JobReading[]): readonly JobReading[] {
  const counts = new Map<string, number>();
  for (const { name } of jobs) counts.set(name, (counts.get(name) ?? 0) + 1);
  return jobs.filter(({ name }) => (counts.get(name) ?? 0) > 1 && name !== '');
}

/** Plans until no further job refuses: a refusal may take away what carried another job. */
function planAll(
  task: Task,
  refused: Map<JobReading, JobProblem>,
  gone: ReadonlySet<NodeId>,
): readonly Edit[] {
  for (;;) {
    const goal = goalOf(task, refused, gone);
    const edits: Edit[] = [];
    const before = refused.size;
    for (const job of task.chosen) {
      if (refused.has(job)) continue;
      const planned = editJob(goal, job);
      if (planned.kind === 'edits') edits.push(...planned.edits);
      else refused.set(job, planned.problem);
    }
    if (refused.size === before) return sortSplices(edits);
  }
}

function goalOf(task: Task, refused: ReadonlyMap<JobReading, JobProblem>, gone: ReadonlySet<NodeId>): Goal {
  const open = task.chosen.filter((job) => !refused.has(job));
  const owners = new Map<NodeId, JobReading>();
  for (const job of open) if (job.ownTls !== undefined) owners.set(job.ownTls.value, job);
  return {
    config: task.config,
    expected: task.expected,
    isRight: (field, value) => isExpected(task.expected[field], value, task.configDirectory),
    open: new Set(open.map((job) => job.item)),
    owners,
    gone,
    answers: new Map(),
  };
}

function prove(task: Task, edits: readonly Edit[], refused: ReadonlyMap<JobReading, JobProblem>): Proof {
  if (edits.length === 0) return { kind: 'proven' };
  if (!areApart(edits)) return { kind: 'failed', why: 'two edits would overlap', jobs: [] };
  return verify({
    before: task.config,
    text: applySplices(task.text, edits),
    edits,
    replaced: new Set(edits.flatMap((edit) => (edit.replaces === undefined ? [] : [edit.replaces]))),
    open: new Set(task.chosen.filter((job) => !refused.has(job)).map((job) => job.item)),
    isRight: (_, field, value) => isExpected(task.expected[field], value, task.configDirectory),
  });
}

interface Failure {
  readonly proof: Extract<Proof, { readonly kind: 'failed' }>;
  readonly refused: ReadonlyMap<JobReading, JobProblem>;
}

/** The jobs to give up after a failed proof: those it names, else those that fail alone, else all. */
function culprits(task: Task, edits: readonly Edit[], failure: Failure): readonly JobReading[] {
  const named = task.chosen.filter(
    (job) => failure.proof.jobs.includes(job.item) && !failure.refused.has(job),
  );
  if (named.length > 0) return named;
  const editing = [...new Set(edits.map((edit) => edit.job))];
  const alone = failingAlone(task, edits, { ...failure, jobs: editing });
  return alone.length > 0 ? alone : editing;
}

/** Halves the set of jobs until the failing ones stand alone. */
function failingAlone(
  task: Task,
  edits: readonly Edit[],
  failure: Failure & { readonly jobs: readonly JobReading[] },
): readonly JobReading[] {
  const { jobs, refused } = failure;
  if (jobs.length <= 1) return jobs;
  const middle = jobs.length >> 1;
  return [jobs.slice(0, middle), jobs.slice(middle)].flatMap((half) => {
    const members = new Set(half);
    const others = task.chosen.filter((job) => !members.has(job) && !refused.has(job));
    const without = new Map<JobReading, JobProblem>([
      ...refused,
      ...others.map((job) => [job, { code: 'ProofFailed', node: job.item, why: '' }] as const),
    ]);
    const mine = edits.filter((edit) => members.has(edit.job));
    const proof = prove(task, mine, without);
    return proof.kind === 'proven' ? [] : failingAlone(task, edits, { ...failure, jobs: half });
  });
}
