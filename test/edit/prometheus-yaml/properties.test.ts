import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { restore } from '../../../src/edit/prometheus-yaml/restore.ts';
import type { RewriteRequest, Rewritten } from '../../../src/edit/prometheus-yaml/result.ts';
import { rewrite } from '../../../src/edit/prometheus-yaml/rewrite.ts';
import { SEED } from '../seed.ts';
import { blows, damage } from './damage.ts';
import { documentChoice, render } from './documents.ts';
import { GOLDENS, REQUEST } from './goldens.ts';

const request: RewriteRequest = { ...REQUEST, previousMountPaths: ['/etc/old-prom'] };
const NEW_VALUE =
  /^(?:[\s\S]*[ "'{:]|)(?:\/etc\/prom-certs\/(?:root-cert|cert-chain|key)\.pem|true)["'}]?,?\s*$/;

function rewritten(text: string): Rewritten | undefined {
  const result = rewrite(text, request);
  return result.kind === 'rewritten' ? result : undefined;
}

describe(`rewrite, on random documents (seed ${SEED})`, () => {
  it('replaces nothing but TLS values, and writes nothing but TLS values', { timeout: 60_000 }, () => {
    let edited = 0;
    fc.assert(
      fc.property(documentChoice, (choice) => {
        const text = render(choice);
        const result = rewritten(text);
        if (result === undefined) return;
        let at = 0;
        let shift = 0;
        for (const edit of result.edits) {
          edited += 1;
          // All between two edits is the same text.
          expect(result.text.slice(at + shift, edit.start + shift)).toBe(text.slice(at, edit.start));
          expect(text.slice(edit.start, edit.end)).not.toMatch(/[a-z_]: |#(?!.*[\r\n])/);
          expect(edit.text).toMatch(NEW_VALUE);
          shift += edit.text.length - (edit.end - edit.start);
          at = edit.end;
        }
        expect(result.text.slice(at + shift)).toBe(text.slice(at));
      }),
      { seed: SEED, numRuns: 4000 },
    );
    expect(edited).toBeGreaterThan(8000);
  });

  it('sets no file field that holds a file of another owner', { timeout: 60_000 }, () => {
    let files = 0;
    fc.assert(
      fc.property(documentChoice, (choice) => {
        for (const { field, actual = '' } of rewritten(render(choice))?.jobs.flatMap((job) => job.values) ??
          []) {
          if (field === 'insecure_skip_verify' || actual === '') continue;
          files += 1;
          expect(actual).toMatch(/^\/etc\/(?:certs|istio-certs|prom-certs|old-prom)\//);
        }
      }),
      { seed: SEED + 4, numRuns: 2000 },
    );
    expect(files).toBeGreaterThan(4000);
  });

  it('finds nothing to do in its own result', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(documentChoice, (choice) => {
        const first = rewritten(render(choice));
        if (first === undefined) return;
        const second = rewritten(first.text);
        expect(second?.text).toBe(first.text);
        expect(second?.edits).toEqual([]);
        expect(second?.rewrittenJobs).toEqual(first.rewrittenJobs);
      }),
      { seed: SEED + 1, numRuns: 3000 },
    );
  });

  it('is undone by restore, to the byte', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(documentChoice, (choice) => {
        const text = render(choice);
        const result = rewritten(text);
        if (result === undefined) return;
        expect(restore(result.text, result.record)).toMatchObject({ kind: 'restored', text, skipped: [] });
      }),
      { seed: SEED + 2, numRuns: 3000 },
    );
  });
});

describe(`rewrite and restore, on damaged documents (seed ${SEED})`, () => {
  it('come to an end without throwing, and undo each other', { timeout: 60_000 }, () => {
    const texts = GOLDENS.map(({ before }) => before);
    fc.assert(
      fc.property(fc.constantFrom(...texts), blows, (text, strikes) => {
        const damaged = damage(text, strikes);
        const result = rewrite(damaged, request);
        if (result.kind === 'refused') {
          expect(result.refusal.line).toBeGreaterThan(0);
          return;
        }
        if (result.edits.length === 0) expect(result.text).toBe(damaged);
        else expect(restore(result.text, result.record)).toMatchObject({ text: damaged });
      }),
      { seed: SEED + 3, numRuns: 10_000 },
    );
  });
});
