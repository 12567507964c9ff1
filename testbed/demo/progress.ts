// Waiting in sight: says what is waited for, and every few seconds that it still is. Pollers of the demo only.
import { setTimeout as delay } from 'node:timers/promises';

import type { Output } from './output.ts';

const POLL_MS = 200;
const REPORT_MS = 5000;

/** What was to be seen did not come in time. */
export class NotSeen extends Error {
  readonly code = 'NOT_SEEN';
  constructor(what: string, timeoutMs: number) {
    super(`${what}: not seen within ${timeoutMs / 1000} s`);
    this.name = 'NotSeen';
  }
}

export interface Wait<T> {
  /** `every target is up`. */
  readonly what: string;
  readonly ask: () => Promise<T>;
  readonly isMet: (answer: T) => boolean;
  readonly timeoutMs?: number;
}

/** Asks until the answer meets the condition, and gives it. Throws NotSeen. */
export async function waitInSight<T>(output: Output, wait: Wait<T>): Promise<T> {
  const { what, ask, isMet, timeoutMs = 60_000 } = wait;
  const startedMs = performance.now();
  let reportedMs = startedMs;
  for (;;) {
    const answer = await ask();
    if (isMet(answer)) return answer;
    const nowMs = performance.now();
    if (nowMs - startedMs > timeoutMs) throw new NotSeen(what, timeoutMs);
    if (nowMs - reportedMs > REPORT_MS) {
      reportedMs = nowMs;
      output.item('', `waiting: ${what} (${((nowMs - startedMs) / 1000).toFixed(0)} s)`, 'dim');
    }
    await delay(POLL_MS);
  }
}
