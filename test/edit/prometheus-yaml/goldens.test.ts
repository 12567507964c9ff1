import { describe, expect, it } from 'vitest';
import { restore } from '../../../src/edit/prometheus-yaml/restore.ts';
import { GOLDENS } from './goldens.ts';
import { rewritten } from './rewritten.ts';

describe('rewrite, on the named cases', () => {
  it('has at least sixty of them, each with a sentence that says why', () => {
    expect(GOLDENS.length).toBeGreaterThanOrEqual(60);
    expect(GOLDENS.filter(({ why }) => !/^\S.{20,}\.$/.test(why)).map(({ name }) => name)).toEqual([]);
  });

  it.each(GOLDENS)('$name: $why', (golden) => {
    const result = rewritten(golden.before, golden.request);
    expect(result.text).toBe(golden.after);
    expect(result.rewrittenJobs).toEqual(golden.rewritten);
    expect(result.skipped.map(({ job, code, line }) => ({ job, code, line }))).toEqual(golden.skipped);
    expect(result.findings.map(({ line, code, path }) => `${line}: ${code} ${path}`)).toEqual(
      golden.findings,
    );
    expect(result.scrapeConfigFiles).toEqual(golden.scrapeConfigFiles);
  });

  it.each(GOLDENS)('$name: it changes nothing in its own result', ({ after, request }) => {
    const again = rewritten(after, request);
    expect(again.text).toBe(after);
    expect(again.edits).toEqual([]);
    expect(again.record).toEqual({ version: 1, mountPaths: [], jobs: {} });
  });

  it.each(GOLDENS)('$name: its record gives the same bytes back', ({ before, request }) => {
    const { text, record } = rewritten(before, request);
    const stored: unknown = JSON.parse(JSON.stringify(record));
    expect(stored).toEqual(record);
    expect(restore(text, record)).toMatchObject({ kind: 'restored', text: before, skipped: [] });
  });

  it.each(GOLDENS)('$name: its edits are the whole difference', ({ before, request }) => {
    const { text, edits } = rewritten(before, request);
    let rebuilt = before;
    for (const { start, end, text: inserted } of edits.toReversed()) {
      rebuilt = rebuilt.slice(0, start) + inserted + rebuilt.slice(end);
    }
    expect(rebuilt).toBe(text);
  });
});
