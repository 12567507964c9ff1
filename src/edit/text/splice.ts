// The one way in which a text is edited: a range of it gives way to other text, all else keeps its bytes.
// Offsets count UTF-16 units, as strings do.

export interface Span {
  readonly start: number;
  /** Offset behind the last character. */
  readonly end: number;
}

/** Replaces its span by `text`; an insertion has `start === end`. */
export interface Splice extends Span {
  readonly text: string;
}

/** In the order of the text; splices at one place stay in the order given. */
export function sortSplices<Item extends Splice>(splices: readonly Item[]): readonly Item[] {
  return splices.toSorted((a, b) => a.start - b.start || a.end - b.end);
}

/** Whether splices lie in the order of the text and do not overlap. */
export function areApart(splices: readonly Splice[]): boolean {
  return splices.every(({ start }, index) => index === 0 || (splices[index - 1]?.end ?? 0) <= start);
}

/** The text with all splices made; the very same text where there are none. Throws RangeError unless they are apart. */
export function applySplices(text: string, splices: readonly Splice[]): string {
  if (splices.length === 0) return text;
  if (!areApart(splices)) throw new RangeError('splices overlap, or are not in the order of the text');
  const parts: string[] = [];
  let from = 0;
  for (const splice of splices) {
    parts.push(text.slice(from, splice.start), splice.text);
    from = splice.end;
  }
  parts.push(text.slice(from));
  return parts.join('');
}
