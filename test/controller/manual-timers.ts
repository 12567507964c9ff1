// A clock that stands until a test moves it; timers fire in the order of their time.
import type { Timers } from '../../src/kube/clock/timers.ts';

interface Pending {
  readonly dueMs: number;
  readonly run: () => void;
}

export class ManualTimers implements Timers {
  #nowMs: number;
  readonly #pending = new Set<Pending>();

  constructor(nowMs = 1_000_000) {
    this.#nowMs = nowMs;
  }

  /** Timers that have neither fired nor been cancelled. */
  get pending(): number {
    return this.#pending.size;
  }

  now(): number {
    return this.#nowMs;
  }

  after(delayMs: number, run: () => void): () => void {
    const entry = { dueMs: this.#nowMs + delayMs, run };
    this.#pending.add(entry);
    return () => {
      this.#pending.delete(entry);
    };
  }

  /** Moves the clock; fires what falls due on the way. */
  advance(byMs: number): void {
    const untilMs = this.#nowMs + byMs;
    for (;;) {
      const [next] = [...this.#pending].filter((p) => p.dueMs <= untilMs).sort((a, b) => a.dueMs - b.dueMs);
      if (next === undefined) break;
      this.#pending.delete(next);
      this.#nowMs = Math.max(this.#nowMs, next.dueMs);
      next.run();
    }
    this.#nowMs = untilMs;
  }
}

/** Lets every promise that is settled by now run its handlers. */
export function flush(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
