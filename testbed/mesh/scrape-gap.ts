// How long a target went unscraped, by Prometheus's own series `up`.

/** A sample of `up`: unix seconds and 1 or 0. */
export type UpSample = readonly [seconds: number, value: number];

export interface Gap {
  readonly seconds: number;
  /** Unix seconds of the last good scrape before it. */
  readonly from: number;
  /** Samples within it that say 0; the others are simply not there. */
  readonly failed: number;
}

/**
 * The longest time between two scrapes that succeeded, of those that touch the window from `since` on (unix seconds).
 * Without a gap it is the scrape interval. Undefined with fewer than two good scrapes: there is nothing to measure.
 */
export function longestGap(samples: readonly UpSample[], since: number): Gap | undefined {
  const good = samples.filter(([, value]) => value === 1).map(([at]) => at);
  let longest: Gap | undefined;
  for (const [index, from] of good.entries()) {
    const to = good[index + 1];
    if (to === undefined || to < since) continue;
    const failed = samples.filter(([at, value]) => value === 0 && at > from && at < to).length;
    if (longest === undefined || to - from > longest.seconds) longest = { seconds: to - from, from, failed };
  }
  return longest;
}
