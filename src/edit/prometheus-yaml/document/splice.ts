// Edits to text: sorted, checked not to overlap, applied in one pass.

export interface Splice {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Sorts edits by place; at one place those that fill in a value come before those that add lines. */
export function sortSplices<Item extends Splice & { readonly replaces?: number | undefined }>(
  edits: readonly Item[],
): readonly Item[] {
  const added = (edit: Item): number => (edit.replaces === undefined ? 1 : 0);
  return edits.toSorted((a, b) => a.start - b.start || a.end - b.end || added(a) - added(b));
}

/** Whether sorted edits lie in order and apart. */
export function areApart(edits: readonly Splice[]): boolean {
  return edits.every((edit, index) => index === 0 || (edits[index - 1]?.end ?? 0) <= edit.start);
}

/** The text with all edits made. The edits are sorted and apart; no edit: the very same text. */
export function applySplices(text: string, edits: readonly Splice[]): string {
  if (edits.length === 0) return text;
  const parts: string[] = [];
  let from = 0;
  for (const edit of edits) {
    parts.push(text.slice(from, edit.start), edit.text);
    from = edit.end;
  }
  parts.push(text.slice(from));
  return parts.join('');
}
