// A text and edits of it in one: `a: ⟪b→c⟫` is the text `a: b` and the edit that makes `a: c` of it.
import type { Splice } from '../../../src/edit/text/splice.ts';

export interface MarkedText {
  readonly text: string;
  readonly edits: readonly Splice[];
}

export function readMarks(marked: string): MarkedText {
  const edits: Splice[] = [];
  let text = '';
  for (const [, plain = '', old = '', now = ''] of marked.matchAll(/([^⟪]*)(?:⟪([^→]*)→([^⟫]*)⟫|$)/g)) {
    text += plain;
    if (old !== '' || now !== '')
      edits.push({ start: text.length, end: text.length + old.length, text: now });
    text += old;
  }
  return { text, edits };
}
