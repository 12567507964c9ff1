// Which part of an error reaches the log: what it says of itself. Bodies, headers and whatever else a library hangs on an
// error do not. The log is JSON lines on stdout.
import pino, { type DestinationStream } from 'pino';
import type { Logger } from '../reconcile/context.ts';
import type { LogLevel } from '../settings.ts';

/** Causes of causes beyond this add nothing. */
const CAUSE_DEPTH = 4;
/** Some client errors carry a whole answer in their message. */
const MESSAGE_LOGGED_MAX = 2048;

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
    serializers: { err: describeError, retry: describeRetry },
  };
  // Without a destination pino writes synchronously: nothing is lost when the process ends.
  return destination === undefined ? pino(options) : pino(options, destination);
}

/** What a log line holds of a thrown value: class, code, message, stack, and the same of its causes. */
export function describeError(thrown: unknown): DescribedError {
  return describe(thrown, CAUSE_DEPTH);
}

/** The same of what was expected and is tried again: where in our code it was met says nothing. */
export function describeRetry(thrown: unknown): DescribedError {
  const { type, code, message } = describe(thrown, 0);
  return { type, ...(code === undefined ? {} : { code }), message };
}

function describe(thrown: unknown, depth: number): DescribedError {
  if (!(thrown instanceof Error)) return { type: typeof thrown, message: shorten(String(thrown)) };
  const code = 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : undefined;
  const frames = (thrown.stack ?? '').split('\n').filter((line) => line.startsWith('    at '));
  return {
    type: thrown.name,
    ...(code === undefined ? {} : { code }),
    message: shorten(thrown.message),
    // Each error with its own frames: those of the cause say where it began.
    ...(frames.length === 0 ? {} : { stack: frames.map((frame) => frame.trim()).join('\n') }),
    ...(thrown.cause === undefined || depth === 0 ? {} : { cause: describe(thrown.cause, depth - 1) }),
  };
}

function shorten(text: string): string {
  return text.length <= MESSAGE_LOGGED_MAX ? text : `${text.slice(0, MESSAGE_LOGGED_MAX)}…`;
}
