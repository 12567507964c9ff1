// A unified diff from two texts and the splices between them, in the form that `patch` and `git apply` read.
// Lines end at \n only, as patch counts them: a \r stays part of its line.
import { changedRegions, linesOf, type DiffEdit, type Region } from './changed-regions.ts';

const CONTEXT = 3;

/** The diff of `text` with the edits made (sorted, apart); '' where there is none. `name` is a path without a drive. */
export function unifiedDiff(name: string, text: string, edits: readonly DiffEdit[]): string {
  const lines = linesOf(text);
  const regions = changedRegions(lines, text, edits);
  if (regions.length === 0) return '';
  // patch reads a name with blanks up to a tab.
  const label = name.replace(/^\/+/, '') + (/\s/.test(name) ? '\t' : '');
  const out = [`--- a/${label}\n`, `+++ b/${label}\n`];
  let shift = 0;
  for (const group of groupsOf(regions)) {
    const printed = hunk(lines, group, shift);
    out.push(printed.text);
    shift += printed.grown;
  }
  return out.join('');
}

/** Regions whose contexts touch are one hunk. */
function groupsOf(regions: readonly Region[]): readonly (readonly Region[])[] {
  const groups: Region[][] = [];
  for (const region of regions) {
    const group = groups.at(-1);
    const before = group?.at(-1);
    if (group !== undefined && before !== undefined && region.from - before.to <= 2 * CONTEXT)
      group.push(region);
    else groups.push([region]);
  }
  return groups;
}

function hunk(
  lines: readonly string[],
  regions: readonly Region[],
  shift: number,
): { readonly text: string; readonly grown: number } {
  const from = Math.max((regions[0]?.from ?? 0) - CONTEXT, 0);
  const to = Math.min((regions.at(-1)?.to ?? 0) + CONTEXT, lines.length);
  const body: string[] = [];
  let at = from;
  let grown = 0;
  for (const region of regions) {
    body.push(...lines.slice(at, region.from).map((line) => diffLine(' ', line)));
    body.push(...lines.slice(region.from, region.to).map((line) => diffLine('-', line)));
    body.push(...region.lines.map((line) => diffLine('+', line)));
    grown += region.lines.length - (region.to - region.from);
    at = region.to;
  }
  body.push(...lines.slice(at, to).map((line) => diffLine(' ', line)));
  const header = `@@ -${range(from, to - from)} +${range(from + shift, to - from + grown)} @@\n`;
  return { text: header + body.join(''), grown };
}

/** A range of no lines is named by the line before it. */
function range(from: number, count: number): string {
  const first = count === 0 ? from : from + 1;
  return count === 1 ? String(first) : `${String(first)},${String(count)}`;
}

function diffLine(sign: ' ' | '-' | '+', line: string): string {
  return line.endsWith('\n') ? sign + line : `${sign}${line}\n\\ No newline at end of file\n`;
}
