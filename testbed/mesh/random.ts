// Delays that can be played again: mulberry32 from a seed.
export interface Range {
  readonly leastMs: number;
  readonly mostMs: number;
}

export interface Delays {
  readonly seed: number;
  /** The next delay in the range, ends included, in whole milliseconds. */
  readonly next: (range: Range) => number;
}

/** A seed of the clock where none is given. */
export function seededDelays(seed: number = Date.now() % 2 ** 31): Delays {
  let state = seed >>> 0;
  const random = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    seed,
    next: ({ leastMs, mostMs }) => leastMs + Math.floor(random() * (mostMs - leastMs + 1)),
  };
}
