// How long to wait between tries: exponential, with jitter, up to a limit.

export interface BackoffLimits {
  readonly firstMs: number;
  readonly maxMs: number;
}

export class Backoff {
  readonly #limits: BackoffLimits;
  readonly #random: () => number;
  #tries = 0;

  /** `random` answers in [0, 1). */
  constructor(limits: BackoffLimits, random: () => number) {
    this.#limits = limits;
    this.#random = random;
  }

  /** Milliseconds to wait now: between half and the whole of `firstMs` doubled per try, at most `maxMs`. */
  next(): number {
    const whole = Math.min(this.#limits.maxMs, this.#limits.firstMs * 2 ** this.#tries);
    this.#tries = Math.min(this.#tries + 1, 30);
    return whole / 2 + (whole / 2) * this.#random();
  }

  /** After a success: the next failure waits shortly again. */
  reset(): void {
    this.#tries = 0;
  }
}
