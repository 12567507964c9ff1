// Requests to the API server: once under client-go's name, once by Kubernetes verb (LIST and WATCH apart from GET).
import { Counter, type Registry } from 'prom-client';

/** One request as the transport saw it. */
export interface SeenRequest {
  /** `GET`, `LIST`, `WATCH`, `POST`, `PATCH`, `APPLY`, `DELETE`. */
  readonly verb: string;
  /** HTTP status, or `<error>` if there was no answer. */
  readonly code: string;
}

export interface RequestMetrics {
  /** Counts one request to the API server `host`. */
  requested(request: SeenRequest, host: string): void;
}

/** The counters, in `registry`. */
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
  return {
    requested: ({ verb, code }, host) => {
      byMethod.inc({ code, method: methodOf(verb), host });
      byVerb.inc({ verb, code });
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
