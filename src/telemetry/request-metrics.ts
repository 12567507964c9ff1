// Requests to the API server: once under client-go's name, once by Kubernetes verb (LIST and WATCH apart from GET).
import { Counter, Histogram, type Registry } from 'prom-client';
import type { RequestSeen } from '../api/request-seen.ts';

export interface RequestMetrics {
  /** Counts one request to the API server `host`. */
  requested(request: RequestSeen, host: string): void;
  /** Counts that a request goes out again because of the answer that it got. */
  retried(request: Omit<RequestSeen, 'durationMs'>, host: string): void;
}

// client-go's.
const REQUEST_BUCKETS_S = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60];

/** The metrics, in `registry`. */
export function createRequestMetrics(registry: Registry): RequestMetrics {
  const registers = [registry];
  const byMethod = new Counter({
    name: 'rest_client_requests_total',
    help: 'Requests to the API server by code, HTTP method and host.',
    labelNames: ['code', 'method', 'host'],
    registers,
  });
  const byVerb = new Counter({
    name: 'meshscrape_api_requests_total',
    help: 'Requests to the API server by Kubernetes verb and code.',
    labelNames: ['verb', 'code'],
    registers,
  });
  const durations = new Histogram({
    name: 'rest_client_request_duration_seconds',
    help: 'Time to the end of an answer of the API server, by HTTP method and host; watches, which do not end, are left out.',
    labelNames: ['verb', 'host'],
    buckets: REQUEST_BUCKETS_S,
    registers,
  });
  const retries = new Counter({
    name: 'rest_client_request_retries_total',
    help: 'Requests sent again because of the answer that they got, by its code, HTTP method and host.',
    labelNames: ['code', 'verb', 'host'],
    registers,
  });
  return {
    requested: ({ verb, code, durationMs }, host) => {
      byMethod.inc({ code, method: methodOf(verb), host });
      byVerb.inc({ verb, code });
      if (verb !== 'WATCH') durations.observe({ verb: methodOf(verb), host }, durationMs / 1000);
    },
    retried: ({ verb, code }, host) => {
      retries.inc({ code, verb: methodOf(verb), host });
    },
  };
}

function methodOf(verb: string): string {
  switch (verb) {
    case 'LIST':
    case 'WATCH':
      return 'GET';
    case 'APPLY':
      return 'PATCH';
    default:
      return verb;
  }
}
