// Takes entries out of a YAML mapping: a block entry with its line, a flow entry with its comma; a comment that somebody
// wrote stays.
import { breakBefore, lineStart } from '../../text/lines.ts';
import type { Span, Splice } from '../../text/splice.ts';
import { endOf, lineEndAfter, startOf } from '../../text/yaml/span.ts';
import type { Entry, NodeId, Tree } from '../../text/yaml/tree.ts';
import { entriesOf, isFlow, isMapping } from '../../text/yaml/tree.ts';

export interface RestoreEdit extends Splice {
  /** All nodes of the old tree that go. */
  readonly removes: readonly NodeId[];
}

/** The removals that can be done for sure; entries that none of them names stay. */
export function removeEntries(tree: Tree, mapping: NodeId, gone: readonly Entry[]): readonly RestoreEdit[] {
  if (gone.length === 0) return [];
  const keys = new Set(gone.map(({ key }) => key));
  const entries = entriesOf(tree, mapping);
  if (isFlow(tree, mapping)) {
    return flowRuns(tree, entries, keys).flatMap((run) =>
      removal(run, flowSpan(tree, run, entries[0] === run[0])),
    );
  }
  const lead = entries.findIndex(({ key }) => !keys.has(key));
  // A block mapping cannot lose its last entry: it would turn into null.
  if (lead < 0) return [];
  const first = entries.slice(0, lead);
  const rest = entries.slice(lead).filter(({ key }) => keys.has(key));
  return [
    ...removeLeading(tree, first, entries[lead]),
    ...rest.flatMap((entry) => removal([entry], lineSpan(tree, entry))),
  ];
}

function removeLeading(tree: Tree, gone: readonly Entry[], next: Entry | undefined): readonly RestoreEdit[] {
  const [first] = gone;
  if (first === undefined) return [];
  const moved = removal(gone, leadingSpan(tree, gone, next));
  if (moved.length > 0) return moved;
  // Something else is written between them. That only matters on a line that begins with a dash.
  const start = startOf(tree, first.key);
  const ownLine = tree.source.slice(lineStart(tree.source, start), start).trim() === '';
  return ownLine ? gone.flatMap((entry) => removal([entry], lineSpan(tree, entry))) : [];
}

function removal(entries: readonly Entry[], span: Span | undefined): readonly RestoreEdit[] {
  if (span === undefined) return [];
  return [{ ...span, text: '', removes: entries.flatMap(({ key, value }) => [key, value]) }];
}

/** First entries of a mapping may share a line with a dash: the next entry moves up. Only blanks may be lost. */
function leadingSpan(tree: Tree, gone: readonly Entry[], next: Entry | undefined): Span | undefined {
  const [first] = gone;
  if (first === undefined || next === undefined) return undefined;
  const starts = [...gone, next].map(({ key }) => startOf(tree, key));
  for (const [index, { value }] of gone.entries()) {
    const end = endOf(tree, value);
    if (end === undefined || tree.source.slice(end, starts[index + 1]).trim() !== '') return undefined;
  }
  return { start: startOf(tree, first.key), end: startOf(tree, next.key) };
}

/** The line of a block entry with the line break before it; a comment on it that somebody wrote stays. */
function lineSpan(tree: Tree, { key, value }: Entry): Span | undefined {
  const { source } = tree;
  const start = startOf(tree, key);
  const end = endOf(tree, value) ?? endOfLines(tree, value);
  const lineEnd = end === undefined ? undefined : lineEndAfter(source, end);
  if (start < 0 || end === undefined || lineEnd === undefined) return undefined;
  const comment = source.slice(end, lineEnd).trim();
  if (comment !== '') return { start, end: lineEnd - comment.length };
  const before = lineStart(source, start);
  return { start: before - breakBefore(source, before).length, end: lineEnd };
}

/** The end of a block mapping that we wrote: that of its last entry. */
function endOfLines(tree: Tree, value: NodeId): number | undefined {
  if (!isMapping(tree, value)) return undefined;
  const last = entriesOf(tree, value).at(-1);
  return last === undefined ? undefined : endOf(tree, last.value);
}

/** Entries that go, together where only a comma is between them. */
function flowRuns(
  tree: Tree,
  entries: readonly Entry[],
  keys: ReadonlySet<NodeId>,
): readonly (readonly Entry[])[] {
  const runs: Entry[][] = [];
  for (const [index, entry] of entries.entries()) {
    if (!keys.has(entry.key)) continue;
    const before = entries[index - 1];
    const end = before === undefined ? undefined : endOf(tree, before.value);
    const between = end === undefined ? '' : tree.source.slice(end, startOf(tree, entry.key));
    const run = runs.at(-1);
    if (run !== undefined && run.at(-1) === before && /^[ \t]*,[ \t]*$/.test(between)) run.push(entry);
    else runs.push([entry]);
  }
  return runs;
}

/** A run of flow entries and the comma that joins it to a neighbour that stays. */
function flowSpan(tree: Tree, run: readonly Entry[], isFirst: boolean): Span | undefined {
  const [first] = run;
  const last = run.at(-1);
  if (first === undefined || last === undefined) return undefined;
  const start = startOf(tree, first.key);
  const end = endOf(tree, last.value);
  if (start < 0 || end === undefined) return undefined;
  // With something before it on the same line: take the comma before, else the one after.
  const before = /,[ \t]*$/.exec(tree.source.slice(Math.max(start - 200, 0), start));
  if (!isFirst && before !== null) return { start: start - before[0].length, end };
  const after = /^[ \t]*,[ \t]*/.exec(tree.source.slice(end, end + 200));
  return { start, end: end + (after?.[0].length ?? 0) };
}
