import { describe, expect, it } from 'vitest';

import type { Mutant } from './mutant.ts';
import { drawSample } from './sample.ts';

const at = (line: number): Mutant => ({
  file: 'src/a.ts',
  start: { line, column: 0 },
  end: { line, column: 9 },
  mutator: 'BooleanLiteral',
  replacement: 'true',
});
const HUNDRED = Array.from({ length: 100 }, (_, line) => at(line));
const linesOf = (mutants: readonly Mutant[]): readonly number[] => mutants.map(({ start }) => start.line);

describe('drawSample', () => {
  it('draws as many as asked for, none twice', () => {
    expect(new Set(linesOf(drawSample(HUNDRED, { size: 30, seed: 1 }))).size).toBe(30);
  });

  it('draws all where there are fewer', () => {
    expect(drawSample(HUNDRED, { size: 1000, seed: 1 })).toHaveLength(100);
  });

  it('draws the same again with the same seed, whatever the order', () => {
    expect(drawSample(HUNDRED.toReversed(), { size: 30, seed: 1 })).toEqual(
      drawSample(HUNDRED, { size: 30, seed: 1 }),
    );
  });

  it('draws others with another seed', () => {
    expect(linesOf(drawSample(HUNDRED, { size: 30, seed: 2 }))).not.toEqual(
      linesOf(drawSample(HUNDRED, { size: 30, seed: 1 })),
    );
  });

  it('draws each of several mutants of one place', () => {
    const two = [at(1), { ...at(1), replacement: 'false' }];
    const firsts = Array.from(
      { length: 20 },
      (_, seed) => drawSample(two, { size: 1, seed })[0]?.replacement,
    );
    expect(new Set(firsts)).toEqual(new Set(['true', 'false']));
  });

  it('keeps the rest of the draw where one mutant goes', () => {
    const [first, ...rest] = drawSample(HUNDRED, { size: 30, seed: 1 });
    const without = drawSample(
      HUNDRED.filter((mutant) => mutant !== first),
      { size: 29, seed: 1 },
    );
    expect(without).toEqual(rest);
  });
});
