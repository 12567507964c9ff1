// New entries of proxy.istio.io/config, written as what is beside them: indentation, line break, brackets, quotes.
// Several splices are candidates, best first: the caller takes the first that changes no foreign field.
import { SCALAR_STYLE } from 'js-yaml';
import { lineBreakOf, lineStart, nextLineStart } from '../text/lines.ts';
import type { Splice } from '../text/splice.ts';
import { endsInBlockScalar, writtenEnd, writtenStart } from '../text/yaml/span.ts';
import type { Entry, NodeId, Tree } from '../text/yaml/tree.ts';
import { NONE, entriesOf, isFlow, scalarOf } from '../text/yaml/tree.ts';
import { renderWord } from './set-scalar.ts';

/** A word, or a mapping of one word, to be written under a key. */
type NewValue = string | { readonly key: string; readonly value: string };

export interface NewEntry {
  readonly key: string;
  readonly value: NewValue;
}

/** Whole text of a new block document with these entries. */
export function renderDocument(entries: readonly NewEntry[]): string {
  return entries.map((entry) => `${blockLines(entry, '').join('\n')}\n`).join('');
}

/** Candidates for a new entry of the root mapping: behind everything, else in front of everything. */
export function addToRoot(tree: Tree, root: NodeId, entry: NewEntry): readonly Splice[] {
  const { source } = tree;
  const first = root === NONE ? undefined : entriesOf(tree, root)[0]?.key;
  if (root !== NONE && isFlow(tree, root)) return addToFlow(tree, root, entry);
  const indent = first === undefined ? '' : leadOf(tree, first);
  const eol = lineBreakOf(source);
  const lines = blockLines(entry, indent).join(eol);
  const ended = /[\r\n]$/.test(source);
  const append = { start: source.length, end: source.length, text: ended ? lines + eol : eol + lines };
  if (first === undefined) return [append];
  const start = lineStart(source, writtenStart(tree, first));
  const prepend = { start, end: start, text: lines + eol };
  // A line break behind a last block scalar would become part of its value.
  return endsInBlockScalar(tree, root) && !ended ? [prepend] : [append, prepend];
}

/** Candidates for a new first entry of the mapping under `parent`'s key. */
export function addBelow(tree: Tree, parent: Entry, entry: NewEntry): readonly Splice[] {
  const first = entriesOf(tree, parent.value)[0]?.key;
  if (first === undefined || isFlow(tree, parent.value)) return addToFlow(tree, parent.value, entry);
  const start = nextLineStart(tree.source, writtenEnd(tree, parent.key));
  const eol = lineBreakOf(tree.source);
  return [{ start, end: start, text: blockLines(entry, leadOf(tree, first)).join(eol) + eol }];
}

/** What is written before a key on its line. */
function leadOf(tree: Tree, key: NodeId): string {
  const start = writtenStart(tree, key);
  return tree.source.slice(lineStart(tree.source, start), start);
}

function blockLines({ key, value }: NewEntry, indent: string): readonly string[] {
  if (typeof value === 'string') return [`${indent}${key}: ${renderWord(value)}`];
  return [`${indent}${key}:`, `${indent}  ${value.key}: ${renderWord(value.value)}`];
}

/** In front of the first entry, with the quotes, the colon and the separator that this entry has. */
function addToFlow(tree: Tree, mapping: NodeId, { key, value }: NewEntry): readonly Splice[] {
  const { source } = tree;
  const first = entriesOf(tree, mapping)[0]?.key;
  const open = source.indexOf('{', writtenStart(tree, mapping)) + 1;
  const quoted = first !== undefined && scalarOf(tree, first)?.style === SCALAR_STYLE.DOUBLE_QUOTED;
  const compact = quoted && /^:\S/.test(source.slice(writtenEnd(tree, first)));
  const name = (word: string) => (quoted ? JSON.stringify(word) : word);
  const pair = (word: string, rest: string) => `${name(word)}:${compact ? '' : ' '}${rest}`;
  const quoteWord = (word: string) => renderWord(word, quoted && word !== 'true');
  const written =
    typeof value === 'string' ? quoteWord(value) : `{${pair(value.key, quoteWord(value.value))}}`;
  if (first === undefined) return [{ start: open, end: open, text: pair(key, written) }];
  const start = writtenStart(tree, first);
  const newLine = /(?:\r\n|\r|\n)[ \t]*$/.exec(source.slice(open, start))?.[0];
  const separator = `,${newLine ?? (compact ? '' : ' ')}`;
  return [{ start, end: start, text: `${pair(key, written)}${separator}` }];
}
