// One HTTP server for the kubelet's probes and for Prometheus. Its answers need no request to the API server, so that a
// probe cannot make an outage worse.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Registry } from 'prom-client';

interface ProbesOptions {
  readonly address: string;
  /** 0: any free port. */
  readonly port: number;
  /** All caches are filled. */
  readonly isReady: () => boolean;
  readonly registry: Registry;
}

export interface Probes {
  /** The port that it listens on. */
  readonly port: number;
  close(): Promise<void>;
}

interface ProbeAnswer {
  readonly code: number;
  readonly type?: string;
  readonly text: string;
}

/** Serves `/healthz`, `/readyz` and `/metrics`; rejects if the port cannot be had. */
export function startProbes(options: ProbesOptions): Promise<Probes> {
  const server = createServer((request, response) => void respond(options, request, response));
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: options.address, port: options.port }, () => {
      server.off('error', reject);
      const address = server.address();
      resolve({
        port: typeof address === 'object' && address !== null ? address.port : options.port,
        close: () =>
          new Promise((closed) => {
            server.close(() => {
              closed();
            });
            server.closeAllConnections();
          }),
      });
    });
  });
}

async function respond(
  options: ProbesOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  request.resume();
  const answer = await probeAnswer(options, request);
  response.writeHead(answer.code, { 'Content-Type': answer.type ?? 'text/plain; charset=utf-8' });
  response.end(request.method === 'HEAD' ? '' : answer.text);
}

async function probeAnswer(options: ProbesOptions, request: IncomingMessage): Promise<ProbeAnswer> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return { code: 405, text: 'use GET\n' };
  switch ((request.url ?? '').replace(/\?.*/s, '')) {
    case '/healthz':
      return { code: 200, text: 'ok\n' };
    case '/readyz':
      return options.isReady()
        ? { code: 200, text: 'ok\n' }
        : {
            code: 503,
            text: "the caches are not filled yet, or the CRD of PrometheusIstioScrape is absent or unreadable: see the log for the API server's answer\n",
          };
    case '/metrics':
      return { code: 200, type: options.registry.contentType, text: await options.registry.metrics() };
    default:
      return { code: 404, text: 'there is /healthz, /readyz and /metrics\n' };
  }
}
