// The clock of every unit test: it moves only when a test moves it. Starts at a fixed time, so that times in expectations
// can be literal. Timers fire as the clock passes them, or one by one by their delay.
import type { Timers } from '../../src/kube/clock/timers.ts';

interface Pending {
  readonly delayMs: number;
  readonly dueMs: number;
  readonly run: () => void;
}

interface ArmedTimer {
  readonly delayMs: number;
  /** Moves the clock to its time and runs it, and no other timer. */
  fire(): void;
}

export class FakeClock implements Timers {
  #nowMs = Date.parse('2026-03-01T12:00:00Z');
  readonly #pending = new Set<Pending>();
  #armedWaiters: (() => void)[] = [];

  readonly now = (): number => this.#nowMs;

  /** RFC 3339 in whole seconds, as the API server writes times. */
  get text(): string {
    return `${new Date(this.#nowMs).toISOString().slice(0, 19)}Z`;
  }

  /** Of the timers that have neither fired nor been cancelled, as they were set. */
  get delays(): readonly number[] {
    return [...this.#pending].map(({ delayMs }) => delayMs);
  }

  after(delayMs: number, run: () => void): () => void {
    const timer = { delayMs, dueMs: this.#nowMs + delayMs, run };
    this.#pending.add(timer);
    for (const resolve of this.#armedWaiters.splice(0)) resolve();
    return () => {
      this.#pending.delete(timer);
    };
  }

  /** Moves the clock; fires what falls due on the way, in the order of time. */
  pass(ms: number): void {
    const untilMs = this.#nowMs + ms;
    for (;;) {
      const [next] = [...this.#pending]
        .filter(({ dueMs }) => dueMs <= untilMs)
        .sort((a, b) => a.dueMs - b.dueMs);
      if (next === undefined) break;
      this.#fire(next);
    }
    this.#nowMs = untilMs;
  }

  /** The first timer whose delay is of that kind; waits until there is one. */
  async armed(isIt: (delayMs: number) => boolean): Promise<ArmedTimer> {
    for (;;) {
      const timer = [...this.#pending].find(({ delayMs }) => isIt(delayMs));
      if (timer !== undefined) {
        const fire = (): void => {
          if (!this.#pending.has(timer)) throw new Error('this timer was cancelled or has fired');
          this.#fire(timer);
        };
        return { delayMs: timer.delayMs, fire };
      }
      await new Promise<void>((resolve) => this.#armedWaiters.push(resolve));
    }
  }

  #fire(timer: Pending): void {
    this.#pending.delete(timer);
    this.#nowMs = Math.max(this.#nowMs, timer.dueMs);
    timer.run();
  }
}

/** The pauses of a back-off and of Retry-After are shorter than every other timer of `kube/`. */
export function isPause(delayMs: number): boolean {
  return delayMs <= 30_000;
}
