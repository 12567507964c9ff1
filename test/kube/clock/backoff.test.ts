import { describe, expect, it } from 'vitest';
import { Backoff } from '../../../src/kube/clock/backoff.ts';

describe('Backoff', () => {
  it.each([
    { name: 'least jitter', random: 0, delays: [50, 100, 200, 400, 500, 500] },
    { name: 'most jitter', random: 0.999999, delays: [100, 200, 400, 800, 1000, 1000] },
  ])('doubles up to its limit: $name', ({ random, delays }) => {
    const backoff = new Backoff({ firstMs: 100, maxMs: 1000 }, () => random);
    expect(delays.map(() => Math.round(backoff.next()))).toEqual(delays);
    backoff.reset();
    expect(Math.round(backoff.next())).toBe(delays[0]);
  });

  it('stays finite after very many failures', () => {
    const backoff = new Backoff({ firstMs: 100, maxMs: 1000 }, () => 0.5);
    for (let tries = 0; tries < 5000; tries += 1) backoff.next();
    expect(backoff.next()).toBe(750);
  });
});
