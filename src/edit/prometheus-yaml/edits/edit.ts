// The edits that give one job its expected TLS values, or why none can: in place, else locally, else not at all.
import type { ScalarEvent, ScalarStyle } from 'js-yaml';
import { SCALAR_STYLE } from 'js-yaml';

import { isNull, keyMeaning } from '../document/scalar-meaning.ts';
import { afterColon, spanOf } from '../document/span.ts';
import type { NodeId, Tree } from '../document/tree.ts';
import { entriesOf, isAlias, isBlockScalar, isMapping, isQuoted, scalarOf } from '../document/tree.ts';
import type { JobProblem, JobReading } from '../jobs/read-job.ts';
import type { RecordKey, TlsLeaf } from '../result.ts';
import { TLS_LEAVES } from '../result.ts';
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
  readonly leaves: readonly TlsLeaf[];
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
  const wrong = TLS_LEAVES.filter((leaf) => !goal.isRight(leaf, job.leaves[leaf].value));
  const open = wrong.filter((leaf) => !isCarried(goal, job, leaf));
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

  edit(wrong: readonly TlsLeaf[]): Edit[] | JobProblem {
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
  editMapping(mapping: NodeId, wrong: readonly TlsLeaf[]): Edit[] | JobProblem {
    const edits: Edit[] = [];
    const missing: TlsLeaf[] = [];
    for (const leaf of wrong) {
      const { home, site, key } = this.job.leaves[leaf];
      if (home !== mapping) {
        if (this.hasOwnKey(mapping, leaf)) {
          return problem('OverriddenByMerge', key, `a merge below ${leaf} sets it again`);
        }
        missing.push(leaf);
        continue;
      }
      if (!isFree(this.goal, site, leaf)) return shared(site);
      const edit = this.setLeaf(leaf, key, site);
      if (edit === undefined)
        return problem('UnknownPlace', key, `the value of ${leaf} is written in an unusual way`);
      edits.push(edit);
    }
    for (const leaf of missing) if (!isFree(this.goal, mapping, leaf)) return shared(mapping);
    const added = this.addLeaves(mapping, missing);
    return added === undefined
      ? problem('UnknownPlace', mapping, 'there is no sure place for a new line in this tls_config')
      : [...edits, ...added];
  }

  hasOwnKey(mapping: NodeId, leaf: TlsLeaf): boolean {
    return entriesOf(this.tree, mapping).some(({ key }) => keyMeaning(this.tree, key) === leaf);
  }

  /** Replaces a value where it stands, in its own style; an alias by a literal in this job alone. */
  setLeaf(leaf: TlsLeaf, key: NodeId, site: NodeId): Edit | undefined {
    const { tree } = this;
    const span = spanOf(tree, site);
    const scalar = scalarOf(tree, site);
    if (span === undefined) {
      const isEmpty =
        scalar !== undefined && scalar.valueStart < 0 && scalar.anchorStart < 0 && scalar.tagStart < 0;
      const at = isEmpty ? afterColon(tree, key) : undefined;
      if (at === undefined) return undefined;
      const record = [{ key: leaf, original: '' }];
      return this.make({ start: at, end: at }, ` ${this.render(leaf, SCALAR_STYLE.PLAIN)}`, {
        leaves: [leaf],
        replaces: site,
        record,
      });
    }
    const text =
      scalar !== undefined && isBlockScalar(scalar)
        ? this.renderBlock(leaf, scalar, span.start)
        : this.render(leaf, scalar?.style ?? SCALAR_STYLE.PLAIN);
    const record = [{ key: leaf, original: tree.source.slice(span.start, span.end) }];
    return this.make(span, text, { leaves: [leaf], replaces: site, record });
  }

  /** Keeps header, comment and indentation of a block scalar; only its final line break is stripped. */
  renderBlock(leaf: TlsLeaf, scalar: ScalarEvent, start: number): string {
    const header = this.tree.source.slice(start, scalar.valueStart);
    const stripped = header.replace(/^([|>])([-+0-9]*)/, (_, indicator: string, rest: string) => {
      return `${indicator}${rest.replace(/[-+]/g, '')}-`;
    });
    return `${stripped}${' '.repeat(Math.max(scalar.indent, 0))}${this.goal.expected[leaf]}`;
  }

  addLeaves(mapping: NodeId, leaves: readonly TlsLeaf[]): Edit[] | undefined {
    const style = this.pathStyle(mapping);
    const groups = new Map<string, { place: Place; leaves: TlsLeaf[] }>();
    for (const leaf of leaves) {
      const place = placeFor(this.tree, mapping, { key: leaf, order: TLS_LEAVES });
      if (place === undefined) return undefined;
      const id = `${String(place.at)} ${place.before}`;
      const group = groups.get(id);
      if (group === undefined) groups.set(id, { place, leaves: [leaf] });
      else group.leaves.push(leaf);
    }
    return [...groups.values()].map((group) => {
      const { at, before, after, keyStyle } = group.place;
      const entries = group.leaves.map((leaf) => `${renderKey(leaf, keyStyle)}: ${this.render(leaf, style)}`);
      const apart = before === '' && after === '' ? ', ' : '';
      const text = entries.map((entry) => before + entry + after).join(apart);
      const record = group.leaves.map((leaf) => ({ key: leaf, original: null }));
      return this.make({ start: at, end: at }, text, { leaves: group.leaves, replaces: undefined, record });
    });
  }

  /** `tls_config: *t` becomes a mapping of its own that still merges t, so that all other keys stay. */
  replaceAlias(alias: NodeId, wrong: readonly TlsLeaf[]): Edit[] | JobProblem {
    for (const leaf of wrong) if (!isFree(this.goal, alias, leaf)) return shared(alias);
    const span = spanOf(this.tree, alias);
    if (span === undefined) return problem('UnknownPlace', alias, 'the alias cannot be located');
    const original = this.tree.source.slice(span.start, span.end);
    const merge = isNull(this.tree, alias) ? [] : [`<<: ${original}`];
    const text = `{${[...merge, ...this.pairs(wrong)].join(', ')}}`;
    const record = [{ key: 'tls_config' as const, original }];
    return [this.make(span, text, { leaves: wrong, replaces: alias, record })];
  }

  /** A tls_config that is there but null. */
  fillTls(key: NodeId, value: NodeId, wrong: readonly TlsLeaf[]): Edit[] | JobProblem {
    for (const leaf of wrong) if (!isFree(this.goal, value, leaf)) return shared(value);
    const span = spanOf(this.tree, value);
    const flow = `{${this.pairs(wrong).join(', ')}}`;
    const rest = { leaves: wrong, replaces: value };
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
  addTls(wrong: readonly TlsLeaf[]): Edit[] | JobProblem {
    const { mapping } = this.job;
    for (const leaf of wrong) if (!isFree(this.goal, mapping, leaf)) return shared(mapping);
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
      this.make(span, place.before + body + place.after, { leaves: wrong, replaces: undefined, record }),
    ];
  }

  pairs(leaves: readonly TlsLeaf[]): string[] {
    return leaves.map((leaf) => `${leaf}: ${this.render(leaf, SCALAR_STYLE.PLAIN)}`);
  }

  render(leaf: TlsLeaf, style: ScalarStyle): string {
    return leaf === 'insecure_skip_verify' ? 'true' : renderPath(this.goal.expected[leaf], style);
  }

  /** The quoting of the paths that already stand in this mapping, if they agree. */
  pathStyle(mapping: NodeId): ScalarStyle {
    const styles = new Set<ScalarStyle>();
    for (const leaf of TLS_LEAVES) {
      const { home, site } = this.job.leaves[leaf];
      const scalar =
        home === mapping && leaf !== 'insecure_skip_verify' ? scalarOf(this.tree, site) : undefined;
      if (scalar !== undefined) styles.add(isQuoted(scalar) ? scalar.style : SCALAR_STYLE.PLAIN);
    }
    const [style = SCALAR_STYLE.PLAIN] = styles;
    return styles.size === 1 ? style : SCALAR_STYLE.PLAIN;
  }

  make(
    span: { readonly start: number; readonly end: number },
    text: string,
    rest: Pick<Edit, 'leaves' | 'replaces' | 'record'>,
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
