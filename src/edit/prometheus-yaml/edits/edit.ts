// The edits that give one job its expected TLS values, or why none can: in place, else locally, else not at all.
import type { ScalarEvent, ScalarStyle } from 'js-yaml';
import { SCALAR_STYLE } from 'js-yaml';

import { isNull, keyMeaning } from '../document/scalar-meaning.ts';
import { afterColon, spanOf } from '../../text/yaml/span.ts';
import type { NodeId, Tree } from '../../text/yaml/tree.ts';
import {
  entriesOf,
  isAlias,
  isBlockScalar,
  isMapping,
  isQuoted,
  isUnwritten,
  scalarOf,
} from '../../text/yaml/tree.ts';
import type { JobProblem, JobReading } from '../jobs/read-job.ts';
import type { RecordKey, TlsField } from '../result.ts';
import { TLS_FIELDS } from '../result.ts';
import type { Goal } from './goal.ts';
import { isCarried, isFree } from './goal.ts';
import type { Place } from './place.ts';
import { placeFor } from './place.ts';
import { renderKey, renderPath } from './render.ts';

export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly job: JobReading;
  readonly fields: readonly TlsField[];
  /** The node of the old document that the edit replaces. */
  readonly replaces: NodeId | undefined;
  readonly record: readonly { readonly key: RecordKey; readonly original: string | null }[];
}

export type JobEdits =
  | { readonly kind: 'edits'; readonly edits: readonly Edit[] }
  | { readonly kind: 'problem'; readonly problem: JobProblem };

/** Plans the edits of one chosen job. */
export function editJob(goal: Goal, job: JobReading): JobEdits {
  if (job.problem !== undefined) return { kind: 'problem', problem: job.problem };
  const wrong = TLS_FIELDS.filter((field) => !goal.isRight(field, job.fields[field].value));
  const open = wrong.filter((field) => !isCarried(goal, job, field));
  if (open.length === 0) return { kind: 'edits', edits: [] };
  const edits = new JobEditor(goal, job).edit(open);
  return Array.isArray(edits) ? { kind: 'edits', edits } : { kind: 'problem', problem: edits };
}

class JobEditor {
  readonly goal: Goal;
  readonly job: JobReading;
  readonly tree: Tree;

  constructor(goal: Goal, job: JobReading) {
    this.goal = goal;
    this.job = job;
    this.tree = goal.config.tree;
  }

  edit(wrong: readonly TlsField[]): Edit[] | JobProblem {
    const { job, tree } = this;
    if (job.overridden)
      return problem('OverriddenByMerge', job.ownTls?.key, 'a merge below tls_config sets it again');
    if (job.ownTls === undefined) return this.addTls(wrong);
    const { key, value } = job.ownTls;
    if (isAlias(tree, value)) return this.replaceAlias(value, wrong);
    if (isMapping(tree, value)) return this.editMapping(value, wrong);
    return this.fillTls(key, value, wrong);
  }

  /** The ordinary case: the job's own mapping, leaf by leaf. */
  editMapping(mapping: NodeId, wrong: readonly TlsField[]): Edit[] | JobProblem {
    const edits: Edit[] = [];
    const missing: TlsField[] = [];
    for (const field of wrong) {
      const { home, site, key } = this.job.fields[field];
      if (home !== mapping) {
        if (this.hasOwnKey(mapping, field)) {
          return problem('OverriddenByMerge', key, `a merge below ${field} sets it again`);
        }
        missing.push(field);
        continue;
      }
      if (!isFree(this.goal, site, field)) return shared(site);
      const edit = this.setField(field, key, site);
      if (edit === undefined)
        return problem('UnknownPlace', key, `the value of ${field} is written in an unusual way`);
      edits.push(edit);
    }
    for (const field of missing) if (!isFree(this.goal, mapping, field)) return shared(mapping);
    const added = this.addFields(mapping, missing);
    return added === undefined
      ? problem('UnknownPlace', mapping, 'there is no sure place for a new line in this tls_config')
      : [...edits, ...added];
  }

  hasOwnKey(mapping: NodeId, field: TlsField): boolean {
    return entriesOf(this.tree, mapping).some(({ key }) => keyMeaning(this.tree, key) === field);
  }

  /** Replaces a value where it stands, in its own style; an alias by a literal in this job alone. */
  setField(field: TlsField, key: NodeId, site: NodeId): Edit | undefined {
    const { tree } = this;
    const span = spanOf(tree, site);
    const scalar = scalarOf(tree, site);
    if (span === undefined) {
      const at = isUnwritten(scalar) ? afterColon(tree, key) : undefined;
      if (at === undefined) return undefined;
      const record = [{ key: field, original: '' }];
      return this.make({ start: at, end: at }, ` ${this.render(field, SCALAR_STYLE.PLAIN)}`, {
        fields: [field],
        replaces: site,
        record,
      });
    }
    const text =
      scalar !== undefined && isBlockScalar(scalar)
        ? this.renderBlock(field, scalar, span.start)
        : this.render(field, scalar?.style ?? SCALAR_STYLE.PLAIN);
    const record = [{ key: field, original: tree.source.slice(span.start, span.end) }];
    return this.make(span, text, { fields: [field], replaces: site, record });
  }

  /** Keeps header, comment and indentation of a block scalar; only its final line break is stripped. */
  renderBlock(field: TlsField, scalar: ScalarEvent, start: number): string {
    const header = this.tree.source.slice(start, scalar.valueStart);
    const stripped = header.replace(/^([|>])([-+0-9]*)/, (_, indicator: string, rest: string) => {
      return `${indicator}${rest.replace(/[-+]/g, '')}-`;
    });
    return `${stripped}${' '.repeat(Math.max(scalar.indent, 0))}${this.goal.expected[field]}`;
  }

  addFields(mapping: NodeId, fields: readonly TlsField[]): Edit[] | undefined {
    const style = this.pathStyle(mapping);
    const groups = new Map<string, { place: Place; fields: TlsField[] }>();
    for (const field of fields) {
      const place = placeFor(this.tree, mapping, { key: field, order: TLS_FIELDS });
      if (place === undefined) return undefined;
      const id = `${String(place.at)} ${place.before}`;
      const group = groups.get(id);
      if (group === undefined) groups.set(id, { place, fields: [field] });
      else group.fields.push(field);
    }
    return [...groups.values()].map((group) => {
      const { at, before, after, keyStyle } = group.place;
      const entries = group.fields.map(
        (field) => `${renderKey(field, keyStyle)}: ${this.render(field, style)}`,
      );
      const apart = before === '' && after === '' ? ', ' : '';
      const text = entries.map((entry) => before + entry + after).join(apart);
      const record = group.fields.map((field) => ({ key: field, original: null }));
      return this.make({ start: at, end: at }, text, { fields: group.fields, replaces: undefined, record });
    });
  }

  /** `tls_config: *t` becomes a mapping of its own that still merges t, so that all other keys stay. */
  replaceAlias(alias: NodeId, wrong: readonly TlsField[]): Edit[] | JobProblem {
    for (const field of wrong) if (!isFree(this.goal, alias, field)) return shared(alias);
    const span = spanOf(this.tree, alias);
    if (span === undefined) return problem('UnknownPlace', alias, 'the alias cannot be located');
    const original = this.tree.source.slice(span.start, span.end);
    const merge = isNull(this.tree, alias) ? [] : [`<<: ${original}`];
    const text = `{${[...merge, ...this.pairs(wrong)].join(', ')}}`;
    const record = [{ key: 'tls_config' as const, original }];
    return [this.make(span, text, { fields: wrong, replaces: alias, record })];
  }

  /** A tls_config that is there but null. */
  fillTls(key: NodeId, value: NodeId, wrong: readonly TlsField[]): Edit[] | JobProblem {
    for (const field of wrong) if (!isFree(this.goal, value, field)) return shared(value);
    const span = spanOf(this.tree, value);
    const flow = `{${this.pairs(wrong).join(', ')}}`;
    const rest = { fields: wrong, replaces: value };
    if (span !== undefined) {
      const record = [{ key: 'tls_config' as const, original: this.tree.source.slice(span.start, span.end) }];
      return [this.make(span, flow, { ...rest, record })];
    }
    const at = afterColon(this.tree, key);
    if (at === undefined)
      return problem('UnknownPlace', key, 'the empty tls_config is written in an unusual way');
    const record = [{ key: 'tls_config' as const, original: '' }];
    return [this.make({ start: at, end: at }, ` ${flow}`, { ...rest, record })];
  }

  /** The job has no tls_config of its own: none at all, or one that a merge brings. Prometheus merges the two. */
  addTls(wrong: readonly TlsField[]): Edit[] | JobProblem {
    const { mapping } = this.job;
    for (const field of wrong) if (!isFree(this.goal, mapping, field)) return shared(mapping);
    const place = placeFor(this.tree, mapping, {
      key: 'tls_config',
      order: ['job_name', 'scheme', 'tls_config'],
    });
    if (place === undefined)
      return problem('UnknownPlace', mapping, 'there is no sure place for a tls_config in this job');
    const key = renderKey('tls_config', place.keyStyle);
    const inner = `${place.lineBreak}${place.indent}  `;
    const body = place.flow
      ? `${key}: {${this.pairs(wrong).join(', ')}}`
      : [`${key}:`, ...this.pairs(wrong)].join(inner);
    const record = [{ key: 'tls_config' as const, original: null }];
    const span = { start: place.at, end: place.at };
    return [
      this.make(span, place.before + body + place.after, { fields: wrong, replaces: undefined, record }),
    ];
  }

  pairs(fields: readonly TlsField[]): string[] {
    return fields.map((field) => `${field}: ${this.render(field, SCALAR_STYLE.PLAIN)}`);
  }

  render(field: TlsField, style: ScalarStyle): string {
    return field === 'insecure_skip_verify' ? 'true' : renderPath(this.goal.expected[field], style);
  }

  /** The quoting of the paths that already stand in this mapping, if they agree. */
  pathStyle(mapping: NodeId): ScalarStyle {
    const styles = new Set<ScalarStyle>();
    for (const field of TLS_FIELDS) {
      const { home, site } = this.job.fields[field];
      const scalar =
        home === mapping && field !== 'insecure_skip_verify' ? scalarOf(this.tree, site) : undefined;
      if (scalar !== undefined) styles.add(isQuoted(scalar) ? scalar.style : SCALAR_STYLE.PLAIN);
    }
    const [style = SCALAR_STYLE.PLAIN] = styles;
    return styles.size === 1 ? style : SCALAR_STYLE.PLAIN;
  }

  make(
    span: { readonly start: number; readonly end: number },
    text: string,
    rest: Pick<Edit, 'fields' | 'replaces' | 'record'>,
  ): Edit {
    return { start: span.start, end: span.end, text, job: this.job, ...rest };
  }
}

function problem(code: JobProblem['code'], node: NodeId | undefined, why: string): JobProblem {
  return { code, node: node ?? -1, why };
}

function shared(node: NodeId): JobProblem {
  return problem(
    'SharedByAnchor',
    node,
    'an anchor here is used elsewhere, so that an edit would reach that place too',
  );
}
