// Real time that a test can push forward: what is due after a push runs at once. No test waits for an interval.
import type { Timers } from '../../src/kube/clock/timers.ts';

interface Pending {
  readonly dueAt: number;
  readonly run: () => void;
  handle: NodeJS.Timeout;
}

export class ShiftableTimers implements Timers {
  #offsetMs = 0;
  readonly #pending = new Set<Pending>();

  now(): number {
    return Date.now() + this.#offsetMs;
  }

  after(delayMs: number, run: () => void): () => void {
    const pending: Pending = { dueAt: this.now() + delayMs, run, handle: setTimeout(() => undefined, 0) };
    this.#pending.add(pending);
    this.#arm(pending);
    return () => {
      clearTimeout(pending.handle);
      this.#pending.delete(pending);
    };
  }

  /** Pushes the clock forward; timers that are due by then run in their order. */
  advance(ms: number): void {
    this.#offsetMs += ms;
    for (const pending of [...this.#pending].sort((a, b) => a.dueAt - b.dueAt)) {
      if (this.#pending.has(pending)) this.#arm(pending);
    }
  }

  /** As `advance`; resolves once everything that was due has run. */
  async elapse(ms: number): Promise<void> {
    this.advance(ms);
    // Node runs timers of one duration in the order in which they were set, and 0 counts as 1.
    await new Promise((resolve) => setTimeout(resolve, 1));
  }

  #arm(pending: Pending): void {
    clearTimeout(pending.handle);
    const fire = (): void => {
      if (this.#pending.delete(pending)) pending.run();
    };
    const delayMs = pending.dueAt - this.now();
    if (delayMs <= 0) pending.handle = setTimeout(fire, 0);
    else pending.handle = setTimeout(fire, Math.min(delayMs, 2 ** 31 - 1));
  }
}
