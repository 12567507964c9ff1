// A Prometheus that may never say the same twice of its targets, at the address of a pod. It serves what it is given.
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { afterAll } from 'vitest';

/** The job of world.ts. */
const POOL = 'kubernetes-pods-istio-secure';

/** The lastError of each target at the n-th question; an empty one is up, `undefined` was not scraped yet. */
export type Targets = (asked: number) => readonly (string | undefined)[];

/** One up, one that comes and goes, and one that is always new, as where pods come and go. */
export const comesAndGoes: Targets = (asked) => ['', asked % 2 === 0 ? '' : 'connection refused', undefined];

export interface FlappingPrometheus {
  /** Answers at port 9090 of an address; resolves to how often it was asked for its targets. */
  readonly start: (address: string, config: string, targets: Targets) => Promise<() => number>;
}

/** To be called at the top level of a test file. */
export function useFlappingPrometheus(): FlappingPrometheus {
  const servers: Server[] = [];
  afterAll(() => {
    for (const server of servers) server.close();
  });
  return {
    start: async (address, config, targets) => {
      let asked = 0;
      const answers: Readonly<Record<string, () => unknown>> = {
        '/api/v1/status/config': () => ({ yaml: config }),
        '/api/v1/status/runtimeinfo': () => ({ reloadConfigSuccess: true }),
        '/api/v1/scrape_pools': () => ({ scrapePools: [POOL] }),
        '/api/v1/targets': () => {
          asked += 1;
          return {
            activeTargets: targets(asked).map((lastError, index) => ({
              health: lastError === undefined ? 'unknown' : lastError === '' ? 'up' : 'down',
              scrapePool: POOL,
              scrapeUrl: `https://10.0.0.${index}/metrics`,
              lastError: lastError ?? '',
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
