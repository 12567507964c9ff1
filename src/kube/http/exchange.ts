// One HTTP exchange on an undici dispatcher, without streams between: chunks come as they arrive. The answer is settled
// once, with whatever status came; an error means that no answer came.
import { errors, type Dispatcher } from 'undici';

export interface ExchangeOptions {
  readonly origin: string;
  readonly path: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly headersTimeoutMs: number;
  /** 0: never; for watches, which have a timer of their own. */
  readonly bodyTimeoutMs: number;
}

/** An answer of any status. */
export interface HttpAnswer {
  readonly status: number;
  /** Raw text; empty where the body was handed on chunk by chunk. */
  readonly body: string;
  readonly retryAfterMs: number | undefined;
}

/** Called for each chunk of a 200 answer instead of collecting it. */
type OnChunk = (chunk: Buffer) => void;

export interface Exchange {
  readonly answer: Promise<HttpAnswer>;
  /** Ends it at once: `answer` rejects with the reason, also when the request still waits for a connection. */
  readonly abort: (reason: Error) => void;
}

function retryAfterMs(header: unknown): number | undefined {
  if (typeof header !== 'string' || !/^\d{1,6}$/.test(header)) return undefined;
  return Number(header) * 1000;
}

/** Sends the request. With `onChunk` the body of a 200 is streamed to it and `answer` settles at the end of the stream. */
export function startExchange(dispatcher: Dispatcher, options: ExchangeOptions, onChunk?: OnChunk): Exchange {
  const { promise, resolve, reject } = Promise.withResolvers<HttpAnswer>();
  const chunks: Buffer[] = [];
  let controller: Dispatcher.DispatchController | undefined;
  let settled: Error | true | undefined;
  let status = 0;
  let waitMs: number | undefined;
  const fail = (error: Error): void => {
    settled ??= error;
    reject(error);
  };
  dispatcher.dispatch(dispatchOptionsOf(options), {
    onRequestStart: (started) => {
      controller = started;
      if (settled instanceof Error) started.abort(settled);
    },
    onResponseStart: (_, code, headers) => {
      status = code;
      waitMs = retryAfterMs(headers['retry-after']);
    },
    onResponseData: (_, chunk) => {
      if (settled !== undefined) return;
      if (status === 200 && onChunk !== undefined) onChunk(chunk);
      else chunks.push(chunk);
    },
    onResponseEnd: () => {
      settled ??= true;
      resolve({ status, body: Buffer.concat(chunks).toString('utf8'), retryAfterMs: waitMs });
    },
    onResponseError: (_, error) => {
      fail(error);
    },
  });
  const abort = (reason: Error): void => {
    if (settled !== undefined) return;
    fail(reason);
    // undici 8.12.4: a stream that is aborted in the turn in which it was opened stays in the HTTP/2 session, and the
    // session's end then throws its error at nobody: the process dies. One turn later all is well.
    setImmediate(() => {
      controller?.abort(reason);
    });
  };
  return { answer: promise, abort };
}

function dispatchOptionsOf(options: ExchangeOptions): Dispatcher.DispatchOptions {
  return {
    origin: options.origin,
    path: options.path,
    method: options.method,
    headers: options.headers,
    body: options.body ?? null,
    headersTimeout: options.headersTimeoutMs,
    bodyTimeout: options.bodyTimeoutMs,
  };
}

/** True if nobody answered in time; false for a connection that failed. */
export function isTimeout(error: unknown): boolean {
  return (
    error instanceof errors.HeadersTimeoutError ||
    error instanceof errors.BodyTimeoutError ||
    error instanceof errors.ConnectTimeoutError
  );
}
