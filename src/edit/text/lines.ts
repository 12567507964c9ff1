// Lines of a text as YAML and a person count them: \n, \r\n and a lone \r end one, a byte order mark is not part of the
// first. Lines and columns count from 1, columns in UTF-16 units.

interface Position {
  readonly line: number;
  readonly column: number;
}

export type Locate = (offset: number) => Position;

const BYTE_ORDER_MARK = '\ufeff';
const LF = 10;
const CR = 13;

/** A function from offset to position over one text; the line starts are found once, at the first call. */
export function indexLines(text: string): Locate {
  let starts: readonly number[] | undefined;
  return (offset) => {
    starts ??= lineStarts(text);
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: Math.max(offset - (starts[low] ?? 0), 0) + 1 };
  };
}

/** `line 3, column 5`, for a sentence. */
export function describePosition(text: string, offset: number): string {
  const { line, column } = indexLines(text)(offset);
  return `line ${line}, column ${column}`;
}

function lineStarts(text: string): number[] {
  const starts = [firstLineStart(text)];
  if (!text.includes('\r')) {
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
    return starts;
  }
  for (let at = 0; at < text.length; at += 1) {
    if (isBreak(text.charCodeAt(at)) && breakAt(text, at).length === 1) starts.push(at + 1);
  }
  return starts;
}

function firstLineStart(text: string): number {
  return text.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK.length : 0;
}

function isBreak(char: number): boolean {
  return char === LF || char === CR;
}

/** The offset where the line of `offset` begins. */
export function lineStart(text: string, offset: number): number {
  const first = firstLineStart(text);
  let at = Math.max(offset, first);
  while (at > first && !isBreak(text.charCodeAt(at - 1))) at -= 1;
  return at;
}

/** The offset of the line break that ends the line of `offset`, or the end of the text. */
export function lineEnd(text: string, offset: number): number {
  for (let at = offset; at < text.length; at += 1) {
    if (isBreak(text.charCodeAt(at))) return at;
  }
  return text.length;
}

/** The offset where the line after that of `offset` begins, or the end of the text. */
export function nextLineStart(text: string, offset: number): number {
  const end = lineEnd(text, offset);
  return end + breakAt(text, end).length;
}

/** The line break that begins at `at`; '' where there is none. */
export function breakAt(text: string, at: number): string {
  const char = text.charCodeAt(at);
  if (char === CR) return text.charCodeAt(at + 1) === LF ? '\r\n' : '\r';
  return char === LF ? '\n' : '';
}

/** The line break that ends right before `at`; '' where there is none. */
export function breakBefore(text: string, at: number): string {
  const char = text.charCodeAt(at - 1);
  if (char === LF) return text.charCodeAt(at - 2) === CR ? '\r\n' : '\n';
  return char === CR ? '\r' : '';
}

/** The first line break of the text; `\n` for a text of one line. */
export function lineBreakOf(text: string): string {
  return breakAt(text, lineEnd(text, 0)) || '\n';
}
