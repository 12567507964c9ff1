// Timers that a test fires one by one, by their delay: nothing is waited for, and the test sees each delay that was asked.
import type { Timers } from '../../src/kube/clock/timers.ts';

export interface ArmedTimer {
  readonly delayMs: number;
  /** Moves the clock to its time and runs it. */
  fire(): void;
}

export class SteppedTimers implements Timers {
  #nowMs = 1_000_000;
  readonly #armed = new Map<
    object,
    { readonly delayMs: number; readonly dueMs: number; readonly run: () => void }
  >();
  #arrived: (() => void)[] = [];

  now(): number {
    return this.#nowMs;
  }

  get delays(): number[] {
    return [...this.#armed.values()].map((timer) => timer.delayMs);
  }

  after(delayMs: number, run: () => void): () => void {
    const key = {};
    this.#armed.set(key, { delayMs, dueMs: this.#nowMs + delayMs, run });
    const arrived = this.#arrived;
    this.#arrived = [];
    for (const resolve of arrived) resolve();
    return () => {
      this.#armed.delete(key);
    };
  }

  /** The first timer whose delay the predicate likes; waits until there is one. */
  async armed(like: (delayMs: number) => boolean): Promise<ArmedTimer> {
    for (;;) {
      for (const [key, timer] of this.#armed) {
        if (!like(timer.delayMs)) continue;
        const fire = (): void => {
          this.#fire(key);
        };
        return { delayMs: timer.delayMs, fire };
      }
      await new Promise<void>((resolve) => this.#arrived.push(resolve));
    }
  }

  #fire(key: object): void {
    const timer = this.#armed.get(key);
    if (timer === undefined) throw new Error('this timer was cancelled or has fired');
    this.#armed.delete(key);
    this.#nowMs = Math.max(this.#nowMs, timer.dueMs);
    timer.run();
  }
}

/** The pauses of a back-off and of Retry-After are shorter than every other timer of `kube/`. */
export function isPause(delayMs: number): boolean {
  return delayMs <= 30_000;
}
