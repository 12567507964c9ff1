import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lineReader } from '../../../src/kube/http/line-reader.ts';

const SEED = Number(process.env['SEED'] ?? 20261123);

describe('lineReader', () => {
  it(`gives the same lines however the bytes are cut (seed ${SEED})`, () => {
    const line = fc
      .string({ unit: 'binary', minLength: 1 })
      .map((s) => s.replaceAll('\n', '').toWellFormed());
    fc.assert(
      fc.property(fc.array(line), fc.array(fc.nat(20), { minLength: 1 }), (texts, cuts) => {
        const lines = texts.filter((text) => text !== '');
        const bytes = Buffer.from(lines.map((text) => `${text}\n`).join(''));
        const read: string[] = [];
        const feed = lineReader((text) => read.push(text));
        for (let from = 0, cut = 0; from < bytes.length; cut += 1) {
          const length = 1 + (cuts[cut % cuts.length] ?? 0);
          feed(bytes.subarray(from, from + length));
          from += length;
        }
        expect(read).toEqual(lines);
      }),
      { seed: SEED, numRuns: 500 },
    );
  });

  it('does not hand on a line without its end', () => {
    const read: string[] = [];
    const feed = lineReader((text) => read.push(text));
    feed(Buffer.from('a\n\nb'));
    expect(read).toEqual(['a']);
  });
});
