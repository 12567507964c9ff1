// Positions in a text and the one kind of edit that the plan makes in a person's text: replace a range.
// Knows lines and line breaks of YAML and JSON; knows nothing of their grammar.

/** Replace `[start, end)` (UTF-16 offsets) by `text`; an insertion has `start === end`. */
export interface Splice {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

const BYTE_ORDER_MARK = '\uFEFF';

/** The text after the edit. Every byte outside the range is the same as before. */
export function applySplice(text: string, splice: Splice): string {
  return text.slice(0, splice.start) + splice.text + text.slice(splice.end);
}

/** `line 3, column 5`, counted from 1, columns in UTF-16 units; for sentences that a person reads. */
export function describePosition(text: string, offset: number): string {
  const line = text.slice(0, offset).split(/\r\n|\r|\n/).length;
  return `line ${line}, column ${offset - lineStart(text, offset) + 1}`;
}

/** Offset of the first character of the line that holds `offset`; a byte order mark is not part of the line. */
export function lineStart(text: string, offset: number): number {
  const before = Math.max(text.lastIndexOf('\n', offset - 1), text.lastIndexOf('\r', offset - 1));
  if (offset > 0 && before >= 0) return before + 1;
  return text.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK.length : 0;
}

/** Offset of the line break that ends the line of `offset`, or of the end of the text. */
export function lineEnd(text: string, offset: number): number {
  const found = text.slice(offset).search(/[\r\n]/);
  return found < 0 ? text.length : offset + found;
}

/** Offset behind the line break that ends the line of `offset`, or of the end of the text. */
export function nextLineStart(text: string, offset: number): number {
  const end = lineEnd(text, offset);
  return end + (text.startsWith('\r\n', end) ? 2 : end < text.length ? 1 : 0);
}

/** The line break that the text uses first; `\n` for a text of one line. */
export function lineBreakOf(text: string): string {
  return /\r\n|\r|\n/.exec(text)?.[0] ?? '\n';
}

/** Offset of the first character at or behind `offset` that is no blank (space, tab, line break). */
export function skipBlanks(text: string, offset: number): number {
  const found = text.slice(offset).search(/[^ \t\r\n]/);
  return found < 0 ? text.length : offset + found;
}
