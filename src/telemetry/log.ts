// JSON lines on stdout, one per thing worth telling. An error is reduced to what it says of itself:
// bodies, headers and whatever else a library hangs on an error never reach the log.
import pino, { type DestinationStream } from 'pino';
import type { Logger } from '../reconcile/context.ts';
import type { LogLevel } from '../settings.ts';

/** Causes of causes beyond this say nothing new. */
const CAUSE_DEPTH = 4;
/** Some client errors carry a whole answer in their message. */
const MESSAGE_LIMIT = 2048;

interface DescribedError {
  readonly type: string;
  readonly code?: string;
  readonly message: string;
  readonly stack?: string;
  readonly cause?: DescribedError;
}

/** A log with ISO times and levels by name; without a destination it writes to stdout, at once. */
export function createLog(level: LogLevel, destination?: DestinationStream): Logger {
  const options: pino.LoggerOptions = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    serializers: { err: describeError },
  };
  // Without a destination pino writes synchronously: nothing is lost when the process ends.
  return destination === undefined ? pino(options) : pino(options, destination);
}

/** What a log line holds of a thrown value: class, code, message, stack, and the same of its causes. */
export function describeError(thrown: unknown): DescribedError {
  return describe(thrown, CAUSE_DEPTH);
}

function describe(thrown: unknown, depth: number): DescribedError {
  if (!(thrown instanceof Error)) return { type: typeof thrown, message: clip(String(thrown)) };
  const code = 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : undefined;
  const frames = (thrown.stack ?? '').split('\n').filter((line) => line.startsWith('    at '));
  return {
    type: thrown.name,
    ...(code === undefined ? {} : { code }),
    message: clip(thrown.message),
    // Only the place where it was thrown first: a cause's own frames tell more than those around it.
    ...(frames.length === 0 ? {} : { stack: frames.map((frame) => frame.trim()).join('\n') }),
    ...(thrown.cause === undefined || depth === 0 ? {} : { cause: describe(thrown.cause, depth - 1) }),
  };
}

function clip(text: string): string {
  return text.length <= MESSAGE_LIMIT ? text : `${text.slice(0, MESSAGE_LIMIT)}…`;
}
