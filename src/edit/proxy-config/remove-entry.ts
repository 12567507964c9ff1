// Takes entries out of proxy.istio.io/config. Several splices are candidates, best first: the caller takes the first
// that changes no foreign field.
import { skipBlanks, skipWhitespace } from '../text/blanks.ts';
import { breakAt, breakBefore, lineEnd, lineStart, nextLineStart } from '../text/lines.ts';
import type { Splice } from '../text/splice.ts';
import { endsInBlockScalar, writtenEnd, writtenStart } from '../text/yaml/span.ts';
import type { Entry, NodeId, Tree } from '../text/yaml/tree.ts';
import { entriesOf, isBlockScalar, isFlow, scalarOf } from '../text/yaml/tree.ts';

/** Candidates that take an entry out: its lines in block style (a comment behind it stays), itself in flow style. */
export function removeEntry(tree: Tree, mapping: NodeId, entry: Entry): readonly Splice[] {
  return isFlow(tree, mapping) ? removeFromFlow(tree, mapping, entry) : removeLines(tree, mapping, entry);
}

export interface Sole {
  readonly parent: Entry;
  readonly entry: Entry;
}

/** Candidates for the sole entry below `parent`: the parent with it where nothing else is written there, else `{}`. */
export function removeSole(tree: Tree, root: NodeId, { parent, entry }: Sole): readonly Splice[] {
  const { source } = tree;
  if (isFlow(tree, parent.value)) {
    // Nobody but a person wrote {} below a block; in a flow document our own new mapping is its first entry.
    const isOurs = isFlow(tree, root) && entriesOf(tree, root)[0]?.key === parent.key;
    return isOurs ? removeFromFlow(tree, root, parent) : removeFromFlow(tree, parent.value, entry);
  }
  const colon = source.indexOf(':', writtenEnd(tree, parent.key)) + 1;
  const isAlone =
    source.slice(colon, writtenStart(tree, entry.key)).trim() === '' && restOfLine(tree, entry) === '';
  if (isAlone && !hasCommentBelow(tree, parent, entry))
    return removeLines(tree, root, { key: parent.key, value: entry.value });
  return removeLines(tree, parent.value, entry).map((cut) => ({
    start: colon,
    end: cut.end,
    text: ` {}${source.slice(colon, cut.start)}${cut.text}`,
  }));
}

function removeFromFlow(tree: Tree, mapping: NodeId, { key, value }: Entry): readonly Splice[] {
  const { source } = tree;
  const entries = entriesOf(tree, mapping);
  const index = entries.findIndex((entry) => entry.key === key);
  const next = entries[index + 1];
  const previous = entries[index - 1];
  const start = writtenStart(tree, key);
  const end = writtenEnd(tree, value);
  if (next !== undefined) {
    const after = writtenStart(tree, next.key);
    return hasComment(source, end, after) ? [] : [{ start, end: after, text: '' }];
  }
  if (previous !== undefined) {
    const before = writtenEnd(tree, previous.value);
    return hasComment(source, before, start) ? [] : [{ start: before, end, text: '' }];
  }
  const behind = skipWhitespace(source, end);
  return [{ start, end: source[behind] === ',' ? behind + 1 : end, text: '' }];
}

/** The gap between two entries, which goes with one of them, must hold no comment. */
function hasComment(source: string, from: number, to: number): boolean {
  return source.slice(from, to).includes('#');
}

function removeLines(tree: Tree, mapping: NodeId, entry: Entry): readonly Splice[] {
  const { source } = tree;
  const { key, value } = entry;
  const scalar = scalarOf(tree, value);
  if (scalar !== undefined && (scalar.valueStart < 0 || isBlockScalar(scalar))) return [];
  const keyStart = writtenStart(tree, key);
  const valueEnd = writtenEnd(tree, value);
  if (restOfLine(tree, entry) !== '')
    return [{ start: keyStart, end: skipWhitespace(source, valueEnd), text: '' }];
  const start = lineStart(source, keyStart);
  const end = nextLineStart(source, valueEnd);
  const lines = { start, end, text: '' };
  if (end !== lineEnd(source, valueEnd)) return [lines];
  const entries = entriesOf(tree, mapping);
  const previous = entries[entries.findIndex((each) => each.key === key) - 1];
  // The last line has no break: then the line before it must not keep one, unless that is part of a value.
  if (previous !== undefined && endsInBlockScalar(tree, previous.value)) return [lines];
  return [{ ...lines, start: start - breakBefore(source, start).length }];
}

/** What is written behind the value on its last line: a comment or nothing. */
function restOfLine(tree: Tree, { value }: Entry): string {
  const end = writtenEnd(tree, value);
  return tree.source.slice(end, lineEnd(tree.source, end)).trim();
}

/** A comment in the lines behind the entry that is indented deeper than the parent's key. */
function hasCommentBelow(tree: Tree, parent: Entry, entry: Entry): boolean {
  const { source } = tree;
  const start = writtenStart(tree, parent.key);
  const indent = start - lineStart(source, start);
  let line = nextLineStart(source, writtenEnd(tree, entry.value));
  let text = skipBlanks(source, line);
  while (breakAt(source, text) !== '') {
    line = text + breakAt(source, text).length;
    text = skipBlanks(source, line);
  }
  return source[text] === '#' && text - line > indent && !source.slice(line, text).includes('\t');
}
