// The edits that put one job's recorded originals back, as far as its values are still ours.
import { EVENT_ID } from 'js-yaml';

import { breakBefore, lineStart } from '../../text/lines.ts';
import { booleanMeaning, isMergeKey, keyMeaning, stringMeaning } from '../document/scalar-meaning.ts';
import { endOf, lineEndAfter, spanOf, startOf } from '../../text/yaml/span.ts';
import type { Span, Splice } from '../../text/splice.ts';
import type { Entry, NodeId, Tree } from '../../text/yaml/tree.ts';
import { entriesOf, eventOf, isFlow, isMapping } from '../../text/yaml/tree.ts';
import type { JobReading } from '../jobs/read-job.ts';
import type { RecordedJob, TlsField } from '../result.ts';
import { TLS_FIELDS } from '../result.ts';

export interface Undo extends Splice {
  /** A node that the splice replaces: such splices come before those that remove. */
  readonly replaces: NodeId | undefined;
  /** All nodes of the old tree that go. */
  readonly removes: readonly NodeId[];
}

export interface UndoJob {
  readonly undo: readonly Undo[];
  /** What is left because somebody changed it since. */
  readonly left: readonly string[];
}

interface Recorded {
  readonly originals: RecordedJob;
  readonly isOurs: (field: TlsField, value: string | undefined) => boolean;
}

/** Plans the undo of one job. */
export function undoJob(tree: Tree, job: JobReading, recorded: Recorded): UndoJob {
  const tls = job.ownTls;
  const { originals } = recorded;
  if (tls === undefined) return { undo: [], left: Object.keys(originals) };
  const undo: Undo[] = [];
  const left: string[] = [];
  const whole = originals.tls_config;
  if (whole !== undefined) {
    const done = undoWhole(tree, job, { tls, original: whole, isOurs: recorded.isOurs });
    if (done === undefined) left.push('tls_config');
    else undo.push(...done);
  }
  const removed: Entry[] = [];
  for (const field of TLS_FIELDS) {
    const original = originals[field];
    if (original === undefined || whole !== undefined) continue;
    const entry = ownEntry(tree, tls.value, field);
    if (isOriginal(tree, entry, original)) continue;
    if (entry === undefined || !recorded.isOurs(field, valueOf(tree, field, entry.value))) left.push(field);
    else if (original === null) removed.push(entry);
    else {
      const edit = putBack(tree, entry, original);
      if (edit === undefined) left.push(field);
      else undo.push(edit);
    }
  }
  const removals = removeEntries(tree, tls.value, removed);
  const gone = new Set(removals.flatMap(({ removes }) => removes));
  for (const { key } of removed) if (!gone.has(key)) left.push(keyMeaning(tree, key) ?? '');
  return { undo: [...undo, ...removals], left };
}

function valueOf(tree: Tree, field: TlsField, node: NodeId): string | undefined {
  const meaning = field === 'insecure_skip_verify' ? booleanMeaning(tree, node) : stringMeaning(tree, node);
  return meaning.kind === 'value' ? String(meaning.value) : undefined;
}

/** Somebody, or another resource's undo, put it back already. */
function isOriginal(tree: Tree, entry: Entry | undefined, original: string | null): boolean {
  if (entry === undefined) return original === null;
  const span = spanOf(tree, entry.value);
  return span !== undefined && tree.source.slice(span.start, span.end) === original;
}

function ownEntry(tree: Tree, mapping: NodeId, key: string): Entry | undefined {
  if (!isMapping(tree, mapping)) return undefined;
  return entriesOf(tree, mapping).find((entry) => keyMeaning(tree, entry.key) === key);
}

/** An original of '' was an empty value: the blank that was put after its colon goes too. */
function putBack(tree: Tree, { value }: Entry, original: string): Undo | undefined {
  const span = spanOf(tree, value);
  if (span === undefined) return undefined;
  const blank = original === '' && tree.source.charAt(span.start - 1) === ' ' ? 1 : 0;
  return { start: span.start - blank, end: span.end, text: original, replaces: value, removes: [value] };
}

interface Whole {
  readonly tls: Entry;
  readonly original: string | null;
  readonly isOurs: Recorded['isOurs'];
}

/** The tls_config was ours as a whole, in place of an alias or of nothing. */
function undoWhole(
  tree: Tree,
  job: JobReading,
  { tls, original, isOurs }: Whole,
): readonly Undo[] | undefined {
  if (!isMapping(tree, tls.value)) return undefined;
  const fields: readonly string[] = TLS_FIELDS;
  const entries = entriesOf(tree, tls.value);
  const ours = entries.filter((entry) =>
    TLS_FIELDS.some(
      (field) => keyMeaning(tree, entry.key) === field && isOurs(field, valueOf(tree, field, entry.value)),
    ),
  );
  const untouched = entries.every((entry) => ours.includes(entry) || isOurMerge(tree, entry, original));
  if (ours.length === 0) return undefined;
  if (!untouched) return removeEntries(tree, tls.value, ours);
  if (original === null) return removeEntries(tree, job.mapping, [tls]);
  const end = endOf(tree, tls.value);
  const event = eventOf(tree, tls.value);
  if (end === undefined || event.type !== EVENT_ID.MAPPING || !isFlow(tree, tls.value)) {
    return removeEntries(
      tree,
      tls.value,
      ours.filter((entry) => fields.includes(keyMeaning(tree, entry.key) ?? '')),
    );
  }
  const blank = original === '' && tree.source.charAt(event.start - 1) === ' ' ? 1 : 0;
  return [{ start: event.start - blank, end, text: original, replaces: tls.value, removes: [tls.value] }];
}

function isOurMerge(tree: Tree, entry: Entry, original: string | null): boolean {
  if (original === null || !isMergeKey(tree, entry.key)) return false;
  const span = spanOf(tree, entry.value);
  return span !== undefined && tree.source.slice(span.start, span.end) === original;
}

/** Takes entries out of a mapping: a block entry with its line, a flow entry with its comma. */
function removeEntries(tree: Tree, mapping: NodeId, gone: readonly Entry[]): readonly Undo[] {
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

function removeLeading(tree: Tree, gone: readonly Entry[], next: Entry | undefined): readonly Undo[] {
  const [first] = gone;
  if (first === undefined) return [];
  const moved = removal(gone, leadingSpan(tree, gone, next));
  if (moved.length > 0) return moved;
  // Something else stands between them. That only matters on a line that begins with a dash.
  const start = startOf(tree, first.key);
  const ownLine = tree.source.slice(lineStart(tree.source, start), start).trim() === '';
  return ownLine ? gone.flatMap((entry) => removal([entry], lineSpan(tree, entry))) : [];
}

function removal(entries: readonly Entry[], span: Span | undefined): readonly Undo[] {
  if (span === undefined) return [];
  return [
    { ...span, text: '', replaces: undefined, removes: entries.flatMap(({ key, value }) => [key, value]) },
  ];
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

/** Entries that go, together where only a comma stands between them. */
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
