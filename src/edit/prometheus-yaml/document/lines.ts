// Offsets to lines and columns, as a person counts them: from 1, columns in UTF-16 units, any YAML line break.

interface Position {
  readonly line: number;
  readonly column: number;
}

export type Locate = (offset: number) => Position;

/** A function from offset to position over one text; the index of line starts is built at the first call. */
export function positions(text: string): Locate {
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
    const start = starts[low] ?? 0;
    // A byte order mark takes no column in an editor.
    const mark = low === 0 && text.startsWith('\ufeff') ? 1 : 0;
    return { line: low + 1, column: Math.max(offset - start - mark, 0) + 1 };
  };
}

function lineStarts(text: string): number[] {
  const starts = [0];
  if (!text.includes('\r')) {
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
    return starts;
  }
  for (let at = 0; at < text.length; at += 1) {
    if (isBreak(text.charCodeAt(at)) && breakAt(text, at).length === 1) starts.push(at + 1);
  }
  return starts;
}

function isBreak(char: number): boolean {
  return char === 10 || char === 13;
}

/** The offset of the line break that ends the line of `offset`, or the end of the text. */
export function endOfLine(text: string, offset: number): number {
  for (let at = offset; at < text.length; at += 1) {
    if (isBreak(text.charCodeAt(at))) return at;
  }
  return text.length;
}

/** The offset where the line of `offset` begins. */
export function lineStart(text: string, offset: number): number {
  let at = offset;
  while (at > 0 && !isBreak(text.charCodeAt(at - 1))) at -= 1;
  return at;
}

/**
 * The line break for a line that is added after the line of `offset`, or before it: the one that stands there already,
 * else that of the line above, else \n.
 */
export function breakAround(text: string, offset: number, side: 'after' | 'before'): string {
  const there =
    side === 'after' ? breakAt(text, endOfLine(text, offset)) : breakBefore(text, lineStart(text, offset));
  return there || breakBefore(text, lineStart(text, offset)) || '\n';
}

/** The line break that ends right before `at`; '' at the start of the text. */
export function breakBefore(text: string, at: number): string {
  const char = text.charAt(at - 1);
  if (char === '\n') return text.charAt(at - 2) === '\r' ? '\r\n' : '\n';
  return char === '\r' ? '\r' : '';
}

/** The line break that begins at `at`; '' where there is none. */
function breakAt(text: string, at: number): string {
  const char = text.charCodeAt(at);
  if (char === 13) return text.charCodeAt(at + 1) === 10 ? '\r\n' : '\r';
  return char === 10 ? '\n' : '';
}
