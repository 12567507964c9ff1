import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';

import type { DiffEdit } from '../../src/cli/changed-regions.ts';
import { unifiedDiff } from '../../src/cli/unified-diff.ts';
import { rewrite } from '../../src/edit/prometheus-yaml/rewrite.ts';
import { GOLDENS } from '../edit/prometheus-yaml/goldens.ts';

const directory = mkdtempSync(join(tmpdir(), 'meshscrape-diff-'));
afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

/** What the real `patch` makes of the text. It fails on any offset or fuzz that it has to guess. */
function patched(text: string, diff: string): string {
  const file = join(directory, 'file');
  writeFileSync(file, text);
  writeFileSync(join(directory, 'diff'), diff);
  if (diff !== '') {
    const said = execFileSync('patch', ['--fuzz=0', '--binary', '-s', file, join(directory, 'diff')], {
      encoding: 'utf8',
    });
    expect(said).toBe('');
  }
  return readFileSync(file, 'utf8');
}

function applied(text: string, edits: readonly DiffEdit[]): string {
  return edits.reduceRight(
    (now, { start, end, text: with_ }) => now.slice(0, start) + with_ + now.slice(end),
    text,
  );
}

const NUMBERED = Array.from({ length: 20 }, (_, index) => `line ${index + 1}\n`).join('');

function change(line: number, text: string): DiffEdit {
  const start = NUMBERED.indexOf(`line ${line}\n`);
  return { start, end: start + `line ${line}`.length, text };
}

describe('unifiedDiff', () => {
  it('is empty without edits, and where edits change nothing', () => {
    expect(unifiedDiff('a', NUMBERED, [])).toBe('');
    expect(unifiedDiff('a', NUMBERED, [change(3, 'line 3')])).toBe('');
  });

  it('prints the hunk that diff -u would', () => {
    expect(unifiedDiff('dir/a.yaml', NUMBERED, [change(10, 'ten\nand a half')])).toBe(`--- a/dir/a.yaml
+++ b/dir/a.yaml
@@ -7,7 +7,8 @@
 line 7
 line 8
 line 9
-line 10
+ten
+and a half
 line 11
 line 12
 line 13
`);
  });

  it('joins hunks whose contexts touch and counts lines on', () => {
    const diff = unifiedDiff('a', NUMBERED, [change(1, 'one\none'), change(7, 'seven'), change(15, 'x')]);
    expect(diff.match(/^@@.*@@$/gm)).toEqual(['@@ -1,10 +1,11 @@', '@@ -12,7 +13,7 @@']);
  });

  it('says where a last line has no newline', () => {
    expect(unifiedDiff('a', 'x\ny', [{ start: 2, end: 3, text: 'z' }])).toBe(
      '--- a/a\n+++ b/a\n@@ -1,2 +1,2 @@\n x\n-y\n\\ No newline at end of file\n+z\n\\ No newline at end of file\n',
    );
  });

  it('makes a name safe: no leading slash, a tab behind blanks', () => {
    expect(unifiedDiff('/etc/my file', 'x\n', [{ start: 0, end: 1, text: 'y' }])).toMatch(
      /^--- a\/etc\/my file\t\n\+\+\+ b\/etc\/my file\t\n/,
    );
  });

  it.each(GOLDENS)('$name: patch makes the golden of it', ({ before, after, request }) => {
    const result = rewrite(before, request);
    if (result.kind === 'refused') throw new Error(result.refusal.message);
    expect(patched(before, unifiedDiff('prometheus.yaml', before, result.edits))).toBe(after);
  });

  it('is applied by patch to what the edits make, on random texts (seed 7)', { timeout: 60_000 }, () => {
    const line = fc.constantFrom('a', 'b', '', 'c\r', 'd d', '---', '+++ x', '@@ -1 +1 @@');
    const text = fc.tuple(fc.array(line, { minLength: 1, maxLength: 30 }), fc.boolean());
    const cut = fc.record({
      at: fc.nat(999),
      length: fc.nat(12),
      text: fc.constantFrom('', 'x', 'y\n', '\nz', 'a\nb\n'),
    });
    fc.assert(
      fc.property(text, fc.array(cut, { maxLength: 5 }), ([lines, last], cuts) => {
        const before = lines.join('\n') + (last ? '\n' : '');
        const edits: DiffEdit[] = [];
        for (const { at, length, text: with_ } of cuts.toSorted((a, b) => a.at - b.at)) {
          const start = Math.floor((at / 1000) * before.length);
          if (start < (edits.at(-1)?.end ?? 0)) continue;
          edits.push({ start, end: Math.min(start + length, before.length), text: with_ });
        }
        const after = applied(before, edits);
        // patch deletes a file that becomes empty.
        if (before === '' || after === '') return;
        expect(patched(before, unifiedDiff('f', before, edits))).toBe(after);
      }),
      { seed: 7, numRuns: 300 },
    );
  });
});
