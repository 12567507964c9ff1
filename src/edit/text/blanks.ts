// What may be skipped between two words of YAML or JSON.

/** The first offset at or behind `from` that holds neither a space nor a tab. */
export function skipBlanks(text: string, from: number): number {
  let at = from;
  while (text[at] === ' ' || text[at] === '\t') at += 1;
  return at;
}

/** The first offset at or behind `from` that holds neither a blank nor a line break. */
export function skipWhitespace(text: string, from: number): number {
  let at = from;
  while (isWhitespace(text[at])) at += 1;
  return at;
}

/** The blanks and line breaks that end right before `offset`. */
export function whitespaceBefore(text: string, offset: number): string {
  let start = offset;
  while (isWhitespace(text[start - 1])) start -= 1;
  return text.slice(start, offset);
}

function isWhitespace(char: string | undefined): boolean {
  return char === ' ' || char === '\t' || char === '\n' || char === '\r';
}
