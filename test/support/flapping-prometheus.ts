// A Prometheus that never says the same twice of its targets, at the address of a pod. It serves what it is given.
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { afterAll } from 'vitest';

export interface FlappingPrometheus {
  /** Answers at port 9090 of an address; resolves to how often it was asked for its targets. */
  readonly start: (address: string, config: string, pool: string) => Promise<() => number>;
}

/** To be called at the top level of a test file. */
export function useFlappingPrometheus(): FlappingPrometheus {
  const servers: Server[] = [];
  afterAll(() => {
    for (const server of servers) server.close();
  });
  return {
    start: async (address, config, pool) => {
      let asked = 0;
      const answers: Readonly<Record<string, () => unknown>> = {
        '/api/v1/status/config': () => ({ yaml: config }),
        '/api/v1/status/runtimeinfo': () => ({ reloadConfigSuccess: true }),
        '/api/v1/scrape_pools': () => ({ scrapePools: [pool] }),
        '/api/v1/targets': () => {
          asked += 1;
          // One up, one that comes and goes, and one that is always new, as where pods come and go.
          return {
            activeTargets: ['up', asked % 2 === 0 ? 'up' : 'down', 'unknown'].map((health, index) => ({
              ...{ health, scrapePool: pool, scrapeUrl: `https://10.0.0.${index}/metrics` },
              lastError: health === 'down' ? 'connection refused' : '',
              lastScrape: new Date().toISOString(),
            })),
          };
        },
      };
      const server = createServer((incoming, response) => {
        const answer = answers[(incoming.url ?? '').split('?')[0] ?? ''];
        response.statusCode = answer === undefined ? 404 : 200;
        response.end(JSON.stringify({ status: 'success', data: answer?.() }));
      });
      servers.push(server);
      server.listen(9090, address);
      await once(server, 'listening');
      return () => asked;
    },
  };
}
