// Single edits of a YAML mapping as splices: add an entry, set a scalar, take an entry out.
// Several splices are candidates, best first: the caller takes the first that changes no foreign leaf.
import type { Splice } from '../text/text-splice.ts';
import { lineBreakOf, lineEnd, lineStart, nextLineStart, skipBlanks } from '../text/text-splice.ts';
import type { YamlMapping, YamlNode, YamlScalar } from '../text/yaml-nodes.ts';
import type { Located } from './document.ts';

/** A word, or a mapping of words, to be written under a key. */
type NewValue = string | { readonly key: string; readonly value: string };

export interface NewEntry {
  readonly key: string;
  readonly value: NewValue;
}

/** A word as a YAML scalar: plain where every YAML reader takes it as this string, else double-quoted. */
function renderWord(word: string, forceQuotes = false): string {
  const plain = /^(?:true|\/[\w./-]*)$/.test(word);
  return plain && !forceQuotes ? word : JSON.stringify(word);
}

/** Whole text of a new block document with these entries. */
export function renderDocument(entries: readonly NewEntry[]): string {
  return entries.map((entry) => `${blockLines(entry, '').join('\n')}\n`).join('');
}

/** Candidates for a new entry of the root mapping: behind everything, else in front of everything. */
export function addToRoot(text: string, root: YamlMapping | undefined, entry: NewEntry): readonly Splice[] {
  const first = root?.entries[0]?.key;
  if (root?.flow === true) return addToFlow(text, root, entry);
  const indent = first === undefined ? '' : text.slice(lineStart(text, first.start), first.start);
  const eol = lineBreakOf(text);
  const lines = blockLines(entry, indent).join(eol);
  const ended = /[\r\n]$/.test(text);
  const append = { start: text.length, end: text.length, text: ended ? lines + eol : eol + lines };
  if (first === undefined) return [append];
  const start = lineStart(text, first.start);
  const prepend = { start, end: start, text: lines + eol };
  // A line break behind a last block scalar would become part of its value.
  return root?.endsInBlockScalar === true && !ended ? [prepend] : [append, prepend];
}

/** Candidates for a new first entry of the mapping that stands under `parent`'s key. */
export function addBelow(
  text: string,
  parent: Located & { readonly value: YamlMapping },
  entry: NewEntry,
): readonly Splice[] {
  const first = parent.value.entries[0]?.key;
  if (parent.value.flow || first === undefined) return addToFlow(text, parent.value, entry);
  const start = nextLineStart(text, parent.key.end);
  const indent = text.slice(lineStart(text, first.start), first.start);
  return [{ start, end: start, text: blockLines(entry, indent).join(lineBreakOf(text)) + lineBreakOf(text) }];
}

/** Candidates that give a scalar another value, in the quotes that it has; none for block scalars. */
export function setScalar(scalar: YamlNode, word: string, plain = renderWord(word)): readonly Splice[] {
  if (scalar.kind !== 'scalar') return [];
  switch (scalar.style) {
    case 'plain':
      return [{ ...scalar.inner, text: plain }];
    case 'single':
      return [{ ...scalar.inner, text: word.replaceAll("'", "''") }];
    case 'double':
      return [{ ...scalar.inner, text: JSON.stringify(word).slice(1, -1) }];
    case 'empty':
    case 'block':
      return [];
  }
}

/** Candidates that take an entry out: its lines in block style (a comment behind it stays), itself in flow style. */
export function removeEntry(text: string, mapping: YamlMapping, entry: Located): readonly Splice[] {
  return mapping.flow ? removeFromFlow(text, mapping, entry) : removeLines(text, mapping, entry);
}

/** Candidates for the sole entry below `parent`: the parent with it where nothing else stands there, else `{}`. */
export function removeSole(
  text: string,
  document: { readonly root: YamlMapping },
  sole: Sole,
): readonly Splice[] {
  const { parent, entry } = sole;
  if (parent.value.flow) {
    // Nobody but a person wrote {} below a block; in a flow document our own new mapping is its first entry.
    const isOurs = document.root.flow && document.root.entries[0]?.key === parent.key;
    return isOurs ? removeFromFlow(text, document.root, parent) : removeFromFlow(text, parent.value, entry);
  }
  const colon = text.indexOf(':', parent.key.end) + 1;
  const alone = text.slice(colon, entry.key.start).trim() === '' && restOfLine(text, entry) === '';
  if (alone && !hasCommentBelow(text, parent, entry))
    return removeLines(text, document.root, { key: parent.key, value: entry.value });
  return removeLines(text, parent.value, entry).map((cut) => ({
    start: colon,
    end: cut.end,
    text: ` {}${text.slice(colon, cut.start)}${cut.text}`,
  }));
}

export interface Sole {
  readonly parent: Located & { readonly value: YamlMapping };
  readonly entry: Located;
}

function blockLines({ key, value }: NewEntry, indent: string): readonly string[] {
  if (typeof value === 'string') return [`${indent}${key}: ${renderWord(value)}`];
  return [`${indent}${key}:`, `${indent}  ${value.key}: ${renderWord(value.value)}`];
}

/** In front of the first entry, with the quotes, the colon and the separator that this entry has. */
function addToFlow(text: string, mapping: YamlMapping, { key, value }: NewEntry): readonly Splice[] {
  const first = mapping.entries[0];
  const open = text.indexOf('{', mapping.start) + 1;
  const quoted = first?.key.kind === 'scalar' && first.key.style === 'double';
  const compact = quoted && /^:\S/.test(text.slice(first.key.end));
  const name = (word: string) => (quoted ? JSON.stringify(word) : word);
  const pair = (word: string, rest: string) => `${name(word)}:${compact ? '' : ' '}${rest}`;
  const quoteWord = (word: string) => renderWord(word, quoted && word !== 'true');
  const written =
    typeof value === 'string' ? quoteWord(value) : `{${pair(value.key, quoteWord(value.value))}}`;
  if (first === undefined) return [{ start: open, end: open, text: pair(key, written) }];
  const gap = text.slice(open, first.key.start);
  const newLine = /(?:\r\n|\r|\n)[ \t]*$/.exec(gap)?.[0];
  const separator = `,${newLine ?? (compact ? '' : ' ')}`;
  const start = first.key.start;
  return [{ start, end: start, text: `${pair(key, written)}${separator}` }];
}

function removeFromFlow(text: string, mapping: YamlMapping, { key, value }: Located): readonly Splice[] {
  const index = mapping.entries.findIndex((entry) => entry.key === key);
  const next = mapping.entries[index + 1];
  const previous = mapping.entries[index - 1];
  if (next !== undefined)
    return cutWithoutComment(text, { start: key.start, end: next.key.start, from: value.end });
  if (previous !== undefined) {
    return cutWithoutComment(text, {
      start: previous.value.end,
      end: value.end,
      from: previous.value.end,
      to: key.start,
    });
  }
  const behind = skipBlanks(text, value.end);
  return [{ start: key.start, end: text[behind] === ',' ? behind + 1 : value.end, text: '' }];
}

interface Cut {
  readonly start: number;
  readonly end: number;
  /** The gap between two entries, which goes too: it must hold no comment. */
  readonly from: number;
  readonly to?: number;
}

function cutWithoutComment(text: string, { start, end, from, to = end }: Cut): readonly Splice[] {
  return text.slice(from, to).includes('#') ? [] : [{ start, end, text: '' }];
}

function removeLines(text: string, mapping: YamlMapping, entry: Located): readonly Splice[] {
  const { key, value } = entry;
  if (value.kind === 'scalar' && (value.style === 'block' || value.style === 'empty')) return [];
  if (restOfLine(text, entry) !== '') {
    return [{ start: key.start, end: skipBlanks(text, value.end), text: '' }];
  }
  const start = lineStart(text, key.start);
  const end = nextLineStart(text, value.end);
  const lines = { start, end, text: '' };
  if (end !== lineEnd(text, value.end)) return [lines];
  const previous = mapping.entries[mapping.entries.findIndex((each) => each.key === key) - 1];
  // The last line has no break: then the line before it must not keep one, unless that is part of a value.
  if (previous?.value.endsInBlockScalar === true) return [lines];
  const before = /(?:\r\n|\r|\n)$/.exec(text.slice(0, start))?.[0].length ?? 0;
  return [{ ...lines, start: start - before }];
}

/** What stands behind the value on its last line: a comment or nothing. */
function restOfLine(text: string, { value }: Pick<Located, 'value'>): string {
  return text.slice(value.end, lineEnd(text, value.end)).trim();
}

/** A comment in the lines behind the entry that is indented deeper than the parent's key. */
function hasCommentBelow(text: string, parent: { readonly key: YamlScalar }, entry: Located): boolean {
  const indent = parent.key.start - lineStart(text, parent.key.start);
  const rest = text.slice(nextLineStart(text, entry.value.end));
  const comment = /^(?:[ \t]*(?:\r\n|\r|\n))*( *)#/.exec(rest)?.[1];
  return comment !== undefined && comment.length > indent;
}
