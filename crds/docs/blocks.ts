// Puts generated blocks between the markers of a page and leaves all the prose around them as it is.

/** Block by the name in its markers. */
export type Blocks = Readonly<Record<string, string>>;

/** The page with its blocks made anew. Throws where a block has no place, or a place no block. */
export function fillBlocks(page: string, path: string, blocks: Blocks): string {
  const places = [...page.matchAll(/^<!-- begin: (.*) -->$/gm)].map((match) => match[1] ?? '');
  const strays = places.filter((name) => !Object.hasOwn(blocks, name));
  if (strays.length > 0) throw new Error(`${path} has a place for ${strays.join(', ')}: no such block`);
  let text = page;
  for (const [name, block] of Object.entries(blocks)) {
    const [begin, end] = [`<!-- begin: ${name} -->\n`, `<!-- end: ${name} -->`];
    const [from, to] = [text.indexOf(begin), text.indexOf(end)];
    if (from < 0 || to < from) throw new Error(`${path} lacks ${begin.trim()} or ${end} after it`);
    text = text.slice(0, from + begin.length) + unformatted(block) + text.slice(to);
  }
  return text;
}

/** Prettier would pad every cell of a table to the longest one. */
function unformatted(block: string): string {
  return `<!-- prettier-ignore-start -->\n\n${block}\n\n<!-- prettier-ignore-end -->\n`;
}
