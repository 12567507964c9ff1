// Every request to the API server: credentials, time limits, bounded retries where the server asked us to wait, counting.
// Raw JSON text in and out. Answers of any status are values; only a request without an answer throws.
import type { RequestSeen } from '../../api/request-seen.ts';
import { pause, systemTimers, type Timers } from '../clock/timers.ts';
import { errorOfFailure } from './answer-errors.ts';
import { exchangeOptions, metricVerb, timeoutOf, type ApiCall } from './api-call.ts';
import { isTimeout, startExchange, type Exchange, type HttpAnswer } from './exchange.ts';
import type { SharedKubeConfig } from './kube-config.ts';
import { KubeError, type RequestSubject } from './kube-error.ts';
import { retryDelayMs } from './retry.ts';

interface TransportOptions {
  readonly kubeConfig: SharedKubeConfig;
  /** Of meshscrape, for the User-Agent. */
  readonly version: string;
  readonly onRequest?: (seen: RequestSeen) => void;
  /** The answer that was seen last is not taken: the same request goes out again. */
  readonly onRetry?: (seen: Omit<RequestSeen, 'durationMs'>) => void;
  readonly timers?: Timers;
}

/** Beyond undici's own limit, which does not run while a request waits for a connection. */
const GRACE_MS = 2_000;

export class Transport {
  readonly kubeConfig: SharedKubeConfig;
  readonly #agent: string;
  readonly #onRequest: (seen: RequestSeen) => void;
  readonly #onRetry: NonNullable<TransportOptions['onRetry']>;
  readonly #timers: Timers;
  readonly #closing = new AbortController();
  #writes = 0;
  #idle: (() => void) | undefined;

  constructor(options: TransportOptions) {
    this.kubeConfig = options.kubeConfig;
    this.#agent = `meshscrape/${options.version}`;
    this.#onRequest = options.onRequest ?? (() => undefined);
    this.#onRetry = options.onRetry ?? (() => undefined);
    this.#timers = options.timers ?? systemTimers;
  }

  /**
   * Answers what the API server said, whatever the status. Tries again, a bounded number of times, on 429 and on 503 with
   * Retry-After, and once on 401 with fresh credentials. Throws a KubeError if there was no answer.
   */
  async request(call: ApiCall): Promise<HttpAnswer> {
    const isWrite = call.method !== 'GET';
    if (this.#closing.signal.aborted) throw closedError(call.subject);
    if (isWrite) this.#writes += 1;
    try {
      return await this.#tryUntilAnswered(call);
    } finally {
      if (isWrite) this.#writes -= 1;
      if (this.#writes === 0) this.#idle?.();
    }
  }

  /** One GET whose 200 is streamed to `onChunk`; settles at its end. No retries. Abort it by the call's signal. */
  async stream(call: ApiCall, onChunk: (chunk: Buffer) => void): Promise<HttpAnswer> {
    if (this.#closing.signal.aborted) throw closedError(call.subject);
    return this.#exchange(call, onChunk);
  }

  /** Takes no new request, waits for writes in flight up to the limit, then destroys every socket. */
  async close(limitMs: number): Promise<void> {
    this.#closing.abort();
    if (this.#writes > 0) {
      const idle = new Promise<void>((resolve) => {
        this.#idle = resolve;
      });
      const limit = new AbortController();
      await Promise.race([idle, pause(this.#timers, limitMs, limit.signal)]);
      limit.abort();
    }
    await this.kubeConfig.destroy();
  }

  async #tryUntilAnswered(call: ApiCall): Promise<HttpAnswer> {
    for (let tries = 1; ; tries += 1) {
      const answer = await this.#exchange(call);
      const waitMs = retryDelayMs(answer, tries);
      if (waitMs === undefined) return answer;
      if (answer.status === 401) this.kubeConfig.refresh();
      if (call.signal?.aborted === true) return answer;
      await pause(this.#timers, waitMs, this.#closing.signal);
      if (this.#closing.signal.aborted) return answer;
      this.#onRetry({ verb: metricVerb(call), code: String(answer.status) });
    }
  }

  async #exchange(call: ApiCall, onChunk?: (chunk: Buffer) => void): Promise<HttpAnswer> {
    const startedAt = this.#timers.now();
    const connection = await this.kubeConfig.connection();
    const exchange = startExchange(
      connection.dispatcher,
      exchangeOptions(call, { connection, agent: this.#agent, limited: onChunk === undefined }),
      onChunk,
    );
    const release = this.#guard(call, exchange, onChunk === undefined);
    let code = '<error>';
    try {
      const answer = await exchange.answer;
      code = String(answer.status);
      return answer;
    } catch (error) {
      const failure = errorOfFailure(call.subject, error, isTimeout(error));
      if (failure.code === 'Timeout') this.kubeConfig.suspect(connection.dispatcher);
      throw failure;
    } finally {
      release();
      this.#onRequest({ verb: metricVerb(call), code, durationMs: this.#timers.now() - startedAt });
    }
  }

  /** Ends the exchange when the caller's signal aborts or, for calls, when the whole of it takes too long. */
  #guard(call: ApiCall, exchange: Exchange, limited: boolean): () => void {
    const onAbort = (): void => {
      exchange.abort(new KubeError('Closed', `${call.subject.verb} ${call.subject.kind}: given up`));
    };
    const { signal } = call;
    if (signal?.aborted === true) onAbort();
    signal?.addEventListener('abort', onAbort);
    const limitMs = timeoutOf(call) + GRACE_MS;
    const cancel = limited
      ? this.#timers.after(limitMs, () => {
          exchange.abort(new KubeError('Timeout', `no answer within ${limitMs} ms`));
        })
      : undefined;
    return () => {
      cancel?.();
      signal?.removeEventListener('abort', onAbort);
    };
  }
}

function closedError(subject: RequestSubject): KubeError {
  return new KubeError('Closed', `${subject.verb} ${subject.kind}: the transport is closed`);
}
