// The edits that give one job its expected TLS values, or why none can: in place, else locally, else not at all.
import { isAlias, isMapping } from '../../text/yaml/tree.ts';
import type { JobProblem, JobReading } from '../jobs/job-reading.ts';
import type { TlsField } from '../result.ts';
import { TLS_FIELDS } from '../result.ts';
import type { EditContext } from './edit-context.ts';
import { editMapping } from './edit-mapping.ts';
import type { Edit } from './edit.ts';
import { problem } from './edit.ts';
import { isCarried } from './shared-anchors.ts';
import { addTls, fillTls, replaceAlias } from './write-tls-config.ts';

export type JobEdits =
  | { readonly kind: 'edits'; readonly edits: readonly Edit[] }
  | { readonly kind: 'problem'; readonly problem: JobProblem };

/** Plans the edits of one chosen job. */
export function editJob(context: EditContext, job: JobReading): JobEdits {
  if (job.problem !== undefined) return { kind: 'problem', problem: job.problem };
  const wrong = TLS_FIELDS.filter((field) => !context.isDesired(job, field, job.fields[field].value));
  const own = wrong.filter((field) => !isCarried(context, job, field));
  if (own.length === 0) return { kind: 'edits', edits: [] };
  const edits = editFields(context, job, own);
  return Array.isArray(edits) ? { kind: 'edits', edits } : { kind: 'problem', problem: edits };
}

function editFields(context: EditContext, job: JobReading, fields: readonly TlsField[]): Edit[] | JobProblem {
  const { tree } = context.config;
  if (job.overridden)
    return problem('OverriddenByMerge', job.ownTls?.key, 'a merge below tls_config sets it again');
  if (job.ownTls === undefined) return addTls(context, job, fields);
  const { value } = job.ownTls;
  if (isAlias(tree, value)) return replaceAlias(context, job, { alias: value, fields });
  if (isMapping(tree, value)) return editMapping(context, job, { mapping: value, fields });
  return fillTls(context, job, { tls: job.ownTls, fields });
}
