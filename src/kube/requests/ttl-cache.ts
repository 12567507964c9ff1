// Caches an answer for a minute: for what seldom changes and many resources ask for alike.
import type { Timers } from '../clock/timers.ts';

const LASTS_MS = 60_000;

export class TtlCache<T> {
  readonly #timers: Timers;
  readonly #known = new Map<string, { readonly untilMs: number; readonly answer: Promise<T> }>();

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  /** An answer that is at most a minute old, else a new one. Whoever asks while it is on its way gets the same one. */
  recall(key: string, ask: () => Promise<T>): Promise<T> {
    const now = this.#timers.now();
    const known = this.#known.get(key);
    if (known !== undefined && now < known.untilMs) return known.answer;
    for (const [old, { untilMs }] of this.#known) if (untilMs <= now) this.#known.delete(old);
    const answer = ask();
    this.#known.set(key, { untilMs: now + LASTS_MS, answer });
    // A failure is not cached: the next caller asks again.
    answer.catch(() => this.#known.delete(key));
    return answer;
  }
}
