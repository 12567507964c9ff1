// Remembers for a minute what was read: for what changes seldom and many resources ask for alike. It decides nothing.
import type { Timers } from '../clock/timers.ts';

const LASTS_MS = 60_000;

export class TtlCache<T> {
  readonly #timers: Timers;
  readonly #known = new Map<string, { readonly untilMs: number; readonly answer: Promise<T> }>();

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  /** The answer of a minute ago at most, else a new one. Who asks meanwhile gets the same answer. */
  recall(key: string, ask: () => Promise<T>): Promise<T> {
    const now = this.#timers.now();
    const known = this.#known.get(key);
    if (known !== undefined && now < known.untilMs) return known.answer;
    for (const [old, { untilMs }] of this.#known) if (untilMs <= now) this.#known.delete(old);
    const answer = ask();
    this.#known.set(key, { untilMs: now + LASTS_MS, answer });
    // What went wrong is not worth remembering.
    answer.catch(() => this.#known.delete(key));
    return answer;
  }
}
