// Where a new entry of a mapping goes, and what surrounds it there: the mapping's own indentation, line break and style.
import type { ScalarStyle } from 'js-yaml';
import { EVENT_ID, SCALAR_STYLE } from 'js-yaml';
import { breakAt, breakBefore, lineEnd, lineStart } from '../../text/lines.ts';
import { endOf, lineEndAfter, startOf } from '../../text/yaml/span.ts';
import type { Entry, NodeId, Tree } from '../../text/yaml/tree.ts';
import { entriesOf, eventOf, isFlow, isQuoted, scalarOf } from '../../text/yaml/tree.ts';
import { isMergeKey, keyMeaning } from '../document/scalar-meaning.ts';

export interface EntryPlace {
  /** The offset to insert at. */
  readonly at: number;
  readonly flow: boolean;
  /** What goes before and after each new entry. */
  readonly before: string;
  readonly after: string;
  readonly keyStyle: ScalarStyle;
  /** Of a block mapping: its line break and its indentation, for entries of more than one line. */
  readonly lineBreak: string;
  readonly indent: string;
}

interface PlaceCandidate {
  readonly entry: Entry;
  readonly side: 'after' | 'before';
}

export interface NewKey {
  readonly key: string;
  /** The keys in the order in which they are usually written. */
  readonly order: readonly string[];
}

/**
 * The place for a key in a mapping: after the nearest one before it in the usual order, and never above a merge key, which
 * would override it in Prometheus. Undefined where there is no sure place.
 */
export function placeNewEntry(tree: Tree, mapping: NodeId, newKey: NewKey): EntryPlace | undefined {
  const entries = entriesOf(tree, mapping);
  const flow = isFlow(tree, mapping);
  if (entries.length === 0) return flow ? emptyFlow(tree, mapping) : undefined;
  const indent = flow ? '' : blockIndent(tree, mapping);
  if (indent === undefined) return undefined;
  for (const candidate of candidates(tree, entries, newKey)) {
    const at = insertionOffset(tree, candidate, flow);
    if (at === undefined) continue;
    const after = candidate.side === 'after';
    // Alike on both sides of the new line, so that taking the line out again gives the same bytes.
    const lineBreak = flow ? '' : breakAround(tree.source, at, candidate.side);
    const separator = flow ? commaAt(tree.source, at, candidate.side) : lineBreak + indent;
    return {
      at,
      flow,
      before: after ? separator : '',
      after: after ? '' : separator,
      keyStyle: quotingOf(tree, candidate.entry.key),
      lineBreak,
      indent,
    };
  }
  return undefined;
}

function* candidates(
  tree: Tree,
  entries: readonly Entry[],
  { key, order }: NewKey,
): Generator<PlaceCandidate> {
  const lastMerge = entries.findLastIndex((entry) => isMergeKey(tree, entry.key));
  const free = entries.slice(Math.max(lastMerge, 0));
  const rank = order.indexOf(key);
  const find = (name: string): Entry | undefined =>
    free.find((entry) => keyMeaning(tree, entry.key) === name);
  for (const name of order.slice(0, rank).reverse()) {
    const entry = find(name);
    if (entry !== undefined) yield { entry, side: 'after' };
  }
  for (const name of order.slice(rank + 1)) {
    const entry = find(name);
    if (entry !== undefined) yield { entry, side: 'before' };
  }
  for (const entry of free.toReversed()) yield { entry, side: 'after' };
  const first = entries[0];
  if (lastMerge < 0 && first !== undefined) yield { entry: first, side: 'before' };
}

function insertionOffset(tree: Tree, { entry, side }: PlaceCandidate, flow: boolean): number | undefined {
  if (side === 'after') {
    const end = endOf(tree, entry.value);
    return end === undefined || flow ? end : lineEndAfter(tree.source, end);
  }
  const start = startOf(tree, entry.key);
  const before = tree.source.slice(Math.max(start - 80, 0), start).trimEnd();
  // `? key`: the question mark is part of the entry.
  return start < 0 || before.endsWith('?') ? undefined : start;
}

/** The indentation of a block mapping's keys; undefined where its column cannot be known for sure. */
function blockIndent(tree: Tree, mapping: NodeId): string | undefined {
  const event = eventOf(tree, mapping);
  if (event.type !== EVENT_ID.MAPPING) return undefined;
  const lead = tree.source.slice(lineStart(tree.source, event.start), event.start);
  return /^[-?: ]*$/.test(lead) ? ' '.repeat(lead.length) : undefined;
}

/** The line break for a new line beside that of `at`: the one that is there, else that of the line above, else \n. */
function breakAround(text: string, at: number, side: PlaceCandidate['side']): string {
  const above = breakBefore(text, lineStart(text, at));
  const there = side === 'after' ? breakAt(text, lineEnd(text, at)) : above;
  return there || above || '\n';
}

/** The comma of a new flow entry, spaced as the one before it where the new entry comes between two. */
function commaAt(source: string, at: number, side: PlaceCandidate['side']): string {
  return (side === 'before' && /,[ \t]*$/.exec(source.slice(Math.max(at - 80, 0), at))?.[0]) || ', ';
}

function emptyFlow(tree: Tree, mapping: NodeId): EntryPlace | undefined {
  const event = eventOf(tree, mapping);
  if (event.type !== EVENT_ID.MAPPING) return undefined;
  return {
    at: event.start + 1,
    flow: true,
    before: '',
    after: '',
    keyStyle: SCALAR_STYLE.PLAIN,
    lineBreak: '',
    indent: '',
  };
}

function quotingOf(tree: Tree, node: NodeId): ScalarStyle {
  const scalar = scalarOf(tree, node);
  return scalar !== undefined && isQuoted(scalar) ? scalar.style : SCALAR_STYLE.PLAIN;
}
