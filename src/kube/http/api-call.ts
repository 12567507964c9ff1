// One call of the API server, as its callers describe it and as it goes over the wire.
import type { ExchangeOptions } from './exchange.ts';
import type { Connection } from './kube-config.ts';
import type { RequestSubject } from './kube-error.ts';
import { withQuery } from './resource-path.ts';

export interface ApiCall {
  /** What it is about, for messages and metrics; no part of the request. */
  readonly subject: RequestSubject;
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string | undefined>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly contentType?: string;
  readonly accept?: string;
  /** For the answer's headers, and between chunks of its body. 30 s if not given. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

const DEFAULT_TIMEOUT_MS = 30_000;

/** For the answer's headers, and between chunks of its body. */
export function timeoutOf(call: ApiCall): number {
  return call.timeoutMs ?? DEFAULT_TIMEOUT_MS;
}

interface Sender {
  readonly connection: Connection;
  /** The User-Agent. */
  readonly agent: string;
  /** Whether the body must come in time: not for watches, whose events come when they come. */
  readonly limited: boolean;
}

export function exchangeOptions(call: ApiCall, { connection, agent, limited }: Sender): ExchangeOptions {
  const body = call.body === undefined ? undefined : JSON.stringify(call.body);
  return {
    origin: connection.origin,
    path: withQuery(`${connection.prefix}${call.path}`, call.query ?? {}),
    method: call.method,
    headers: {
      ...connection.headers,
      'user-agent': agent,
      accept: call.accept ?? 'application/json',
      ...(body === undefined ? {} : { 'content-type': call.contentType ?? 'application/json' }),
    },
    body,
    headersTimeoutMs: timeoutOf(call),
    bodyTimeoutMs: limited ? timeoutOf(call) : 0,
  };
}

/** A label of metrics: of few values, unlike the words of `subject.verb`, which are for messages. */
export function metricVerb(call: ApiCall): string {
  if (call.query?.['watch'] === 'true') return 'WATCH';
  if (call.method === 'GET' && call.subject.verb === 'list') return 'LIST';
  return call.contentType === 'application/apply-patch+yaml' ? 'APPLY' : call.method;
}
