import { describe, expect, it } from 'vitest';
import { TokenBucket } from '../../src/controller/token-bucket.ts';

describe('TokenBucket.reserve', () => {
  it('gives its burst at once, then makes wait for each token of the future', () => {
    const bucket = new TokenBucket({ perSecond: 10, burst: 2 }, 0);
    expect([0, 0, 0, 0].map((nowMs) => bucket.reserve(nowMs))).toEqual([0, 0, 100, 200]);
  });

  it('earns by time, in fractions too', () => {
    const bucket = new TokenBucket({ perSecond: 10, burst: 1 }, 1_000);
    expect(bucket.reserve(1_000)).toBe(0);
    expect(bucket.reserve(1_050)).toBeCloseTo(50);
    expect(bucket.reserve(1_250)).toBe(0);
  });

  it('earns no more than its burst', () => {
    const bucket = new TokenBucket({ perSecond: 10, burst: 2 }, 0);
    expect([60_000, 60_000, 60_000].map((nowMs) => bucket.reserve(nowMs))).toEqual([0, 0, 100]);
  });

  it('earns nothing when the clock goes back', () => {
    const bucket = new TokenBucket({ perSecond: 10, burst: 1 }, 1_000);
    expect([bucket.reserve(1_000), bucket.reserve(0)]).toEqual([0, 100]);
    expect(bucket.reserve(100)).toBe(100);
  });
});
