import { describe, expect, it } from 'vitest';
import { longestGap, type UpSample } from '../../../testbed/mesh/scrape-gap.ts';

const up = (...seconds: readonly number[]): UpSample[] => seconds.map((at) => [at, 1] as const);

describe('longestGap', () => {
  it('is the interval where nothing was missed', () => {
    expect(longestGap(up(10, 11, 12), 0)).toEqual({ seconds: 1, from: 10, failed: 0 });
  });

  it('counts scrapes that failed, and those that are not there', () => {
    const samples: UpSample[] = [...up(10), [11, 0], [12, 0], ...up(15, 16)];
    expect(longestGap(samples, 0)).toEqual({ seconds: 5, from: 10, failed: 2 });
  });

  it('takes a gap that the window begins in as a whole, and none before it', () => {
    expect(longestGap(up(10, 19, 20, 23), 20.5)).toEqual({ seconds: 3, from: 20, failed: 0 });
    expect(longestGap(up(10, 19, 20), 18)).toEqual({ seconds: 9, from: 10, failed: 0 });
  });

  it('measures nothing with one good scrape', () => {
    expect(longestGap([...up(10), [11, 0]], 0)).toBeUndefined();
  });
});
