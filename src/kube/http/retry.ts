// Which answers are no answer yet: the same request goes out again after a while, a bounded number of times.
import type { HttpAnswer } from './exchange.ts';

const TRIES = 4;
const DEFAULT_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 10_000;

/**
 * Milliseconds until the next try: on 429 and on 503 with Retry-After as the server asks, and once on 401, with fresh
 * credentials, at once. `undefined`: this answer, to the try of this number from 1 on, is the last.
 */
export function retryDelayMs(answer: HttpAnswer, tries: number): number | undefined {
  if (answer.status === 401 && tries === 1) return 0;
  const isAsked = answer.status === 429 || (answer.status === 503 && answer.retryAfterMs !== undefined);
  if (!isAsked || tries >= TRIES) return undefined;
  return Math.min(answer.retryAfterMs ?? DEFAULT_WAIT_MS, LONGEST_WAIT_MS);
}
