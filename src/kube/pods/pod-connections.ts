// Connections to what runs in pods, Prometheus and the agent of istio-proxy: time limits of seconds, bounded answers.
import { Agent } from 'undici';

const CONNECT_MS = 2_000;
const ANSWER_MS = 5_000;
/** For the whole answer: the limits above begin again with every byte of an answer that drips. */
export const WHOLE_ANSWER_MS = 10_000;

/** Connections to pods, which may be gone or behind a network policy. */
export function podConnections(bodyMaxBytes: number): Agent {
  return new Agent({
    connect: { timeout: CONNECT_MS },
    headersTimeout: ANSWER_MS,
    bodyTimeout: ANSWER_MS,
    maxResponseSize: bodyMaxBytes,
    // Asked seldom: a connection held open would only go stale.
    keepAliveTimeout: 1_000,
    keepAliveMaxTimeout: 1_000,
  });
}

/** Why no answer came, in a word where the network has one. Status shows it: an error that quotes a body must not get here. */
export function describeSilence(error: unknown): string {
  if (!(error instanceof Error)) return 'no answer';
  if (error.name === 'TimeoutError') return 'its answer takes too long';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return code ?? error.message.slice(0, 200);
}
