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
  while (text[at] === ' ' || text[at] === '\t' || text[at] === '\n' || text[at] === '\r') at += 1;
  return at;
}
