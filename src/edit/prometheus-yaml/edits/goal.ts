// What all jobs are to become together, and what an edit of one job does to others through the anchors that they share.
import type { NodeId } from '../../text/yaml/tree.ts';
import { NONE, resolve } from '../../text/yaml/tree.ts';
import type { ConfigReading } from '../jobs/read-config.ts';
import type { JobReading } from '../jobs/read-job.ts';
import type { TlsField } from '../result.ts';
import { reachOf } from './reach.ts';

export interface Goal {
  readonly config: ConfigReading;
  readonly expected: Readonly<Record<TlsField, string>>;
  readonly isRight: (field: TlsField, value: string | undefined) => boolean;
  /** The list items of the chosen jobs that are not refused so far. */
  readonly open: ReadonlySet<NodeId>;
  /** From each job's own tls_config mapping to the job. */
  readonly owners: ReadonlyMap<NodeId, JobReading>;
  /** Aliases that are going to be replaced by values of their own: they carry nothing any more. */
  readonly gone: ReadonlySet<NodeId>;
  /** Answers that were given before, since many jobs may ask about one anchor. */
  readonly answers: Map<string, boolean>;
}

/** Whether another chosen job's own edit brings this job the value, through an anchor that they share. */
export function isCarried(goal: Goal, job: JobReading, field: TlsField): boolean {
  if (goal.config.tree.aliases.size === 0) return false;
  const question = `carried ${String(job.item)} ${field}`;
  const known = goal.answers.get(question);
  if (known !== undefined) return known;
  const carried = findCarrier(goal, job, field);
  goal.answers.set(question, carried);
  return carried;
}

function findCarrier(goal: Goal, job: JobReading, field: TlsField): boolean {
  const { tree } = goal.config;
  const { site, home } = job.fields[field];
  if (job.ownTls !== undefined && goal.gone.has(job.ownTls.value)) return false;
  if (site < 0) {
    return job.tlsMappings.some((mapping) => {
      const owner = otherOwner(goal, job, mapping);
      // An owner that is itself carried adds nothing to its mapping.
      if (owner?.fields[field].site !== NONE || !isFree(goal, mapping, field)) return false;
      return !isCarried(goal, owner, field);
    });
  }
  const edits = (node: NodeId, mapping: NodeId): boolean =>
    otherOwner(goal, job, mapping)?.fields[field].site === node && isFree(goal, node, field);
  if (edits(site, home)) return true;
  if (goal.gone.has(site)) return false;
  const target = resolve(tree, site);
  return target !== site && edits(target, tree.parent[target] ?? -1);
}

function otherOwner(goal: Goal, job: JobReading, mapping: NodeId): JobReading | undefined {
  const owner = goal.owners.get(mapping);
  if (owner === undefined || owner === job || !goal.open.has(owner.item)) return undefined;
  return owner.problem === undefined && !owner.overridden ? owner : undefined;
}

/** Whether an edit inside `node` reaches no one but chosen jobs, all of which are to have the same value. */
export function isFree(goal: Goal, node: NodeId, field: TlsField): boolean {
  if (goal.config.tree.aliases.size === 0) return true;
  const question = `${String(node)} ${field}`;
  const known = goal.answers.get(question);
  if (known !== undefined) return known;
  const reached = reachOf(goal.config, node, { field, gone: goal.gone });
  const free = reached !== undefined && [...reached].every((item) => goal.open.has(item));
  goal.answers.set(question, free);
  return free;
}
