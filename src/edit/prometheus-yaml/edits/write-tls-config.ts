// A tls_config written as a whole: in place of an alias, of null or of nothing.
import { afterColon, spanOf } from '../../text/yaml/span.ts';
import type { Entry, NodeId } from '../../text/yaml/tree.ts';
import { eventOf, isUnwritten } from '../../text/yaml/tree.ts';
import { isNull } from '../document/scalar-meaning.ts';
import type { JobProblem, JobReading } from '../jobs/job-reading.ts';
import type { TlsField } from '../result.ts';
import type { EditContext } from './edit-context.ts';
import type { Edit } from './edit.ts';
import { problem, renderPairs, shared } from './edit.ts';
import { placeNewEntry } from './place-new-entry.ts';
import { renderKey } from './render.ts';
import { isFree } from './shared-anchors.ts';

/** `tls_config: *t` becomes a mapping of its own that still merges t, so that all other keys stay. */
export function replaceAlias(
  context: EditContext,
  job: JobReading,
  { alias, fields }: { readonly alias: NodeId; readonly fields: readonly TlsField[] },
): Edit[] | JobProblem {
  const { tree } = context.config;
  if (!fields.every((field) => isFree(context, alias, field))) return shared(alias);
  const span = spanOf(tree, alias);
  if (span === undefined) return problem('UnknownPlace', alias, 'the alias cannot be located');
  const original = tree.source.slice(span.start, span.end);
  const merge = isNull(tree, alias) ? [] : [`<<: ${original}`];
  const text = `{${[...merge, ...renderPairs(context.expectedOf(job), fields)].join(', ')}}`;
  return [{ ...span, text, job, fields, replaces: alias, record: [{ key: 'tls_config', original }] }];
}

/** A tls_config that is there but null. */
export function fillTls(
  context: EditContext,
  job: JobReading,
  { tls, fields }: { readonly tls: Entry; readonly fields: readonly TlsField[] },
): Edit[] | JobProblem {
  const { tree } = context.config;
  const { key, value } = tls;
  if (!fields.every((field) => isFree(context, value, field))) return shared(value);
  const span = spanOf(tree, value);
  const flow = `{${renderPairs(context.expectedOf(job), fields).join(', ')}}`;
  const rest = { job, fields, replaces: value };
  if (span !== undefined) {
    const original = tree.source.slice(span.start, span.end);
    return [{ ...span, text: flow, ...rest, record: [{ key: 'tls_config', original }] }];
  }
  const at = isUnwritten(eventOf(tree, value)) ? afterColon(tree, key) : undefined;
  if (at === undefined)
    return problem('UnknownPlace', key, 'the empty tls_config is written in an unusual way');
  const record = [{ key: 'tls_config' as const, original: '' }];
  return [{ start: at, end: at, text: ` ${flow}`, ...rest, record }];
}

/** The job has no tls_config of its own: none at all, or one that a merge brings. Prometheus merges the two. */
export function addTls(
  context: EditContext,
  job: JobReading,
  fields: readonly TlsField[],
): Edit[] | JobProblem {
  const { tree } = context.config;
  const { mapping } = job;
  if (!fields.every((field) => isFree(context, mapping, field))) return shared(mapping);
  const place = placeNewEntry(tree, mapping, {
    key: 'tls_config',
    order: ['job_name', 'scheme', 'tls_config'],
  });
  if (place === undefined)
    return problem('UnknownPlace', mapping, 'there is no sure place for a tls_config in this job');
  const key = renderKey('tls_config', place.keyStyle);
  const pairs = renderPairs(context.expectedOf(job), fields);
  const body = place.flow
    ? `${key}: {${pairs.join(', ')}}`
    : [`${key}:`, ...pairs].join(`${place.lineBreak}${place.indent}  `);
  const text = place.before + body + place.after;
  const record = [{ key: 'tls_config' as const, original: null }];
  return [{ start: place.at, end: place.at, text, job, fields, replaces: undefined, record }];
}
