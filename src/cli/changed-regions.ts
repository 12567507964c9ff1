// Which lines of a text edits change, as the smallest runs of old and new lines.

export interface DiffEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** A run of old lines [from, to) and the lines in their place. */
export interface Region {
  readonly from: number;
  readonly to: number;
  readonly lines: readonly string[];
}

/** The regions that the edits (sorted, apart) change, in order. */
export function changedRegions(
  lines: readonly string[],
  text: string,
  edits: readonly DiffEdit[],
): readonly Region[] {
  return joined(regionsOf(lines, text, edits));
}

/** The lines with their \n, as diff and patch count them: a lone \r ends none. The last one may have no \n. */
export function linesOf(text: string): readonly string[] {
  const lines: string[] = [];
  for (let from = 0; from < text.length;) {
    const end = text.indexOf('\n', from);
    const next = end < 0 ? text.length : end + 1;
    lines.push(text.slice(from, next));
    from = next;
  }
  return lines;
}

function regionsOf(lines: readonly string[], text: string, edits: readonly DiffEdit[]): readonly Region[] {
  const regions: Region[] = [];
  let line = 0;
  let lineStart = 0;
  let index = 0;
  for (let edit = edits[index]; edit !== undefined; edit = edits[index]) {
    while (line < lines.length - 1 && lineStart + (lines[line] ?? '').length <= edit.start) {
      lineStart += (lines[line] ?? '').length;
      line += 1;
    }
    const from = line;
    const start = lineStart;
    const parts: string[] = [];
    let at = start;
    // All edits that begin on the lines of this region belong to it.
    for (let next = edits[index]; next !== undefined; next = edits[index]) {
      if (next.start >= lineStart + (lines[line] ?? '').length && !isLastLine(lines, line)) break;
      parts.push(text.slice(at, next.start), next.text);
      at = next.end;
      index += 1;
      while (!isLastLine(lines, line) && lineStart + (lines[line] ?? '').length <= at) {
        lineStart += (lines[line] ?? '').length;
        line += 1;
      }
    }
    const end = lineStart + (lines[line] ?? '').length;
    parts.push(text.slice(at, end));
    regions.push(...split(lines, { from, to: line + 1, lines: linesOf(parts.join('')) }));
    line += 1;
    lineStart = end;
    if (line >= lines.length) break;
  }
  return regions;
}

function isLastLine(lines: readonly string[], line: number): boolean {
  return line >= lines.length - 1;
}

/** Regions that touch are one: all old lines, then all new ones. */
function joined(regions: readonly Region[]): readonly Region[] {
  const all: Region[] = [];
  for (const region of regions) {
    const before = all.at(-1);
    if (before?.to !== region.from) all.push(region);
    else
      all[all.length - 1] = { from: before.from, to: region.to, lines: [...before.lines, ...region.lines] };
  }
  return all;
}

/** Beyond this a region is shown whole; the table below would grow with the square. */
const MAX_SPLIT = 200;

/** Splits a region into the smallest ones, by the longest common subsequence of its lines. */
function split(old: readonly string[], region: Region): readonly Region[] {
  const { from, to, lines } = region;
  if (to - from > MAX_SPLIT || lines.length > MAX_SPLIT) return [region];
  const common = commonLengths(old.slice(from, to), lines);
  const regions: Region[] = [];
  let a = from;
  let b = 0;
  let [startA, startB] = [a, b];
  const close = (): void => {
    if (startA < a || startB < b) regions.push({ from: startA, to: a, lines: lines.slice(startB, b) });
  };
  while (a < to || b < lines.length) {
    if (a < to && b < lines.length && old[a] === lines[b]) {
      close();
      a += 1;
      b += 1;
      [startA, startB] = [a, b];
    } else if (a < to && cellAt(common, a - from + 1, b) >= cellAt(common, a - from, b + 1)) a += 1;
    else if (b < lines.length) b += 1;
    else a += 1;
  }
  close();
  return regions;
}

function cellAt(table: readonly (readonly number[])[], row: number, column: number): number {
  return table[row]?.[column] ?? 0;
}

/** Of each pair of suffixes the length of their longest common subsequence. */
function commonLengths(a: readonly string[], b: readonly string[]): readonly (readonly number[])[] {
  const table: number[][] = [];
  for (let row = a.length; row >= 0; row -= 1) {
    const line: number[] = [];
    for (let column = b.length; column >= 0; column -= 1) {
      const same = row < a.length && column < b.length && a[row] === b[column];
      line[column] = same
        ? cellAt(table, row + 1, column + 1) + 1
        : Math.max(cellAt(table, row + 1, column), line[column + 1] ?? 0);
    }
    table[row] = line;
  }
  return table;
}
