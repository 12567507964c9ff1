// What an edit of one job does to others through the anchors that they share: whom it reaches, and who therefore needs no
// edit of its own.
import type { NodeId } from '../../text/yaml/tree.ts';
import { NONE, resolve } from '../../text/yaml/tree.ts';
import type { JobReading } from '../jobs/job-reading.ts';
import type { TlsField } from '../result.ts';
import type { EditContext } from './edit-context.ts';

/** Whether another chosen job's own edit brings this job the value, through an anchor that they share. */
export function isCarried(context: EditContext, job: JobReading, field: TlsField): boolean {
  if (context.config.tree.aliases.size === 0) return false;
  return answer(context, `carried ${String(job.item)} ${field}`, () => hasCarrier(context, job, field));
}

/** Whether an edit inside `node` reaches no one but chosen jobs that should have the same value, or have one of their own. */
export function isFree(context: EditContext, node: NodeId, field: TlsField): boolean {
  if (context.config.tree.aliases.size === 0) return true;
  return answer(context, `${String(node)} ${field}`, () => {
    const reached = reachedJobs(context, node, field);
    return reached !== undefined && [...reached].every((item) => accepts(context, item, { node, field }));
  });
}

function accepts(
  context: EditContext,
  item: NodeId,
  { node, field }: { readonly node: NodeId; readonly field: TlsField },
): boolean {
  const job = context.open.get(item);
  if (job === undefined || isSetIn(context, job, field)) return job !== undefined;
  const { site, home } = job.fields[field];
  return site !== NONE && home === job.ownTls?.value && resolve(context.config.tree, site) !== node;
}

function isSetIn({ expectedOf }: EditContext, job: JobReading | undefined, field: TlsField): boolean {
  return job !== undefined && expectedOf(job)[field] !== undefined;
}

function answer({ answers }: EditContext, question: string, find: () => boolean): boolean {
  const known = answers.get(question);
  if (known !== undefined) return known;
  const found = find();
  answers.set(question, found);
  return found;
}

function hasCarrier(context: EditContext, job: JobReading, field: TlsField): boolean {
  const { config, replacedAliases } = context;
  const { tree } = config;
  const { site, home } = job.fields[field];
  const ownerOf = (mapping: NodeId): JobReading | undefined => {
    const owner = otherOwner(context, job, mapping);
    return isSetIn(context, owner, field) ? owner : undefined;
  };
  if (job.ownTls !== undefined && replacedAliases.has(job.ownTls.value)) return false;
  if (site === NONE) {
    return job.tlsMappings.some((mapping) => {
      const owner = ownerOf(mapping);
      // An owner that is itself carried adds nothing to its mapping.
      if (owner?.fields[field].site !== NONE || !isFree(context, mapping, field)) return false;
      return !isCarried(context, owner, field);
    });
  }
  const isEdited = (node: NodeId, mapping: NodeId): boolean =>
    ownerOf(mapping)?.fields[field].site === node && isFree(context, node, field);
  if (isEdited(site, home)) return true;
  if (replacedAliases.has(site)) return false;
  const target = resolve(tree, site);
  return target !== site && isEdited(target, tree.parent[target] ?? NONE);
}

function otherOwner(context: EditContext, job: JobReading, mapping: NodeId): JobReading | undefined {
  const owner = context.owners.get(mapping);
  if (owner === undefined || owner === job) return undefined;
  // It will not be edited, or the edit will not be what it reads.
  return owner.problem === undefined && !owner.overridden ? owner : undefined;
}

/**
 * The list items of all jobs that read `node` through an alias of it or of anything around it; undefined where an
 * alias is used for anything but a job's TLS values, or for another field. An empty set: the node is nobody else's.
 */
function reachedJobs(context: EditContext, node: NodeId, field: TlsField): ReadonlySet<NodeId> | undefined {
  const { tree, aliasUses } = context.config;
  const reached = new Set<NodeId>();
  const seen = new Set<NodeId>();
  const pending = [node];
  for (let from = pending.pop(); from !== undefined; from = pending.pop()) {
    for (let around = from; around !== NONE && !seen.has(around); around = tree.parent[around] ?? NONE) {
      seen.add(around);
      for (const alias of tree.aliases.get(around) ?? []) {
        if (context.replacedAliases.has(alias)) continue;
        const use = aliasUses.get(alias);
        if (use === undefined || (use.field !== undefined && use.field !== field)) return undefined;
        for (const item of use.items) reached.add(item);
        pending.push(alias);
      }
    }
  }
  return reached;
}
