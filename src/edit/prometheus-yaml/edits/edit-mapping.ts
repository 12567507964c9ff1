// The ordinary edit: a tls_config that the job writes itself, field by field; a value in the style of the one before it,
// a new line in the style of its neighbours.
import type { ScalarEvent, ScalarStyle } from 'js-yaml';
import { SCALAR_STYLE } from 'js-yaml';
import { afterColon, spanOf } from '../../text/yaml/span.ts';
import type { NodeId, Tree } from '../../text/yaml/tree.ts';
import { entriesOf, isBlockScalar, isQuoted, isUnwritten, scalarOf } from '../../text/yaml/tree.ts';
import { keyMeaning } from '../document/scalar-meaning.ts';
import type { JobProblem, JobReading } from '../jobs/job-reading.ts';
import type { TlsField } from '../result.ts';
import { TLS_FIELDS } from '../result.ts';
import type { EditContext } from './edit-context.ts';
import type { Edit } from './edit.ts';
import { problem, renderField, shared } from './edit.ts';
import type { EntryPlace } from './place-new-entry.ts';
import { placeNewEntry } from './place-new-entry.ts';
import { renderKey } from './render.ts';
import { isFree } from './shared-anchors.ts';

interface EditedMapping {
  readonly mapping: NodeId;
  readonly fields: readonly TlsField[];
}

export function editMapping(
  context: EditContext,
  job: JobReading,
  { mapping, fields }: EditedMapping,
): Edit[] | JobProblem {
  const { tree } = context.config;
  const edits: Edit[] = [];
  const missing: TlsField[] = [];
  for (const field of fields) {
    const { home, site, key } = job.fields[field];
    if (home !== mapping) {
      if (hasOwnKey(tree, mapping, field)) {
        return problem('OverriddenByMerge', key, `a merge below ${field} sets it again`);
      }
      missing.push(field);
      continue;
    }
    if (!isFree(context, site, field)) return shared(site);
    const edit = setField(context, job, field);
    if (edit === undefined)
      return problem('UnknownPlace', key, `the value of ${field} is written in an unusual way`);
    edits.push(edit);
  }
  if (!missing.every((field) => isFree(context, mapping, field))) return shared(mapping);
  const added = addFields(context, job, { mapping, fields: missing });
  return added === undefined
    ? problem('UnknownPlace', mapping, 'there is no sure place for a new line in this tls_config')
    : [...edits, ...added];
}

function hasOwnKey(tree: Tree, mapping: NodeId, field: TlsField): boolean {
  return entriesOf(tree, mapping).some(({ key }) => keyMeaning(tree, key) === field);
}

/** Replaces a value where it is, in its own style; an alias by a literal in this job alone. */
function setField(context: EditContext, job: JobReading, field: TlsField): Edit | undefined {
  const { tree } = context.config;
  const expected = context.expectedOf(job);
  const { key, site } = job.fields[field];
  const span = spanOf(tree, site);
  const scalar = scalarOf(tree, site);
  const rest = { job, fields: [field], replaces: site };
  if (span === undefined) {
    const at = isUnwritten(scalar) ? afterColon(tree, key) : undefined;
    if (at === undefined) return undefined;
    const text = ` ${renderField(expected, field, SCALAR_STYLE.PLAIN)}`;
    return { start: at, end: at, text, ...rest, record: [{ key: field, original: '' }] };
  }
  const text =
    scalar !== undefined && isBlockScalar(scalar)
      ? renderBlock(expected[field] ?? '', tree.source.slice(span.start, scalar.valueStart), scalar)
      : renderField(expected, field, scalar?.style ?? SCALAR_STYLE.PLAIN);
  const original = tree.source.slice(span.start, span.end);
  return { ...span, text, ...rest, record: [{ key: field, original }] };
}

/** Keeps header, comment and indentation of a block scalar; only its final line break is stripped. */
function renderBlock(value: string, header: string, scalar: ScalarEvent): string {
  const stripped = header.replace(/^([|>])([-+0-9]*)/, (_, indicator: string, rest: string) => {
    return `${indicator}${rest.replace(/[-+]/g, '')}-`;
  });
  return `${stripped}${' '.repeat(Math.max(scalar.indent, 0))}${value}`;
}

function addFields(
  context: EditContext,
  job: JobReading,
  { mapping, fields }: EditedMapping,
): Edit[] | undefined {
  const { tree } = context.config;
  const expected = context.expectedOf(job);
  const style = pathStyle(tree, job, mapping);
  const groups = new Map<string, { place: EntryPlace; fields: TlsField[] }>();
  for (const field of fields) {
    const place = placeNewEntry(tree, mapping, { key: field, order: TLS_FIELDS });
    if (place === undefined) return undefined;
    const id = `${String(place.at)} ${place.before}`;
    const group = groups.get(id);
    if (group === undefined) groups.set(id, { place, fields: [field] });
    else group.fields.push(field);
  }
  return [...groups.values()].map(({ place, fields: added }) => {
    const { at, before, after, keyStyle } = place;
    const entries = added.map(
      (field) => `${renderKey(field, keyStyle)}: ${renderField(expected, field, style)}`,
    );
    const apart = before === '' && after === '' ? ', ' : '';
    const text = entries.map((entry) => before + entry + after).join(apart);
    const record = added.map((key) => ({ key, original: null }));
    return { start: at, end: at, text, job, fields: added, replaces: undefined, record };
  });
}

/** The quoting of the paths that are in this mapping already, if they agree. */
function pathStyle(tree: Tree, job: JobReading, mapping: NodeId): ScalarStyle {
  const styles = new Set<ScalarStyle>();
  for (const field of TLS_FIELDS) {
    const { home, site } = job.fields[field];
    const isPath = home === mapping && field !== 'insecure_skip_verify';
    const scalar = isPath ? scalarOf(tree, site) : undefined;
    if (scalar !== undefined) styles.add(isQuoted(scalar) ? scalar.style : SCALAR_STYLE.PLAIN);
  }
  const [style = SCALAR_STYLE.PLAIN] = styles;
  return styles.size === 1 ? style : SCALAR_STYLE.PLAIN;
}
