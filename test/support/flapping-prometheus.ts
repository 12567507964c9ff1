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

/** What it answers. */
export interface Played {
  readonly config: string;
  readonly targets?: Targets;
  /** The pools that it has; that of world.ts where unset. */
  readonly pools?: readonly string[];
  /** Pools that it could not make; it does not say where unset. */
  readonly failedPools?: number;
  /** When it loaded its configuration, in milliseconds; it does not say where unset. */
  readonly loadedMs?: number;
  /** What it answers after a reload; the same as before where unset. */
  readonly reloaded?: () => Played;
}

export interface FlappingPrometheus {
  /** Answers at port 9090 of an address; resolves to how often it was asked for its targets and reloaded. */
  readonly start: (address: string, played: Played) => Promise<Counts>;
}

interface Counts {
  readonly asked: () => number;
  readonly reloads: () => number;
}

/** To be called at the top level of a test file. */
export function useFlappingPrometheus(): FlappingPrometheus {
  const servers: Server[] = [];
  afterAll(() => {
    for (const server of servers) server.close();
  });
  return {
    start: async (address, played) => {
      let now = played;
      let asked = 0;
      let reloads = 0;
      const answers: Readonly<Record<string, () => unknown>> = {
        '/api/v1/status/config': () => ({ yaml: now.config }),
        '/api/v1/status/runtimeinfo': () => ({
          reloadConfigSuccess: true,
          ...(now.loadedMs === undefined ? {} : { lastConfigTime: new Date(now.loadedMs).toISOString() }),
        }),
        '/api/v1/scrape_pools': () => ({ scrapePools: now.pools ?? [POOL] }),
        '/api/v1/targets': () => {
          asked += 1;
          return { activeTargets: activeTargets((now.targets ?? comesAndGoes)(asked)) };
        },
        '/-/reload': () => {
          reloads += 1;
          now = now.reloaded?.() ?? now;
          return undefined;
        },
      };
      const server = createServer((incoming, response) => {
        const path = (incoming.url ?? '').split('?')[0] ?? '';
        if (path === '/metrics' && now.failedPools !== undefined) {
          response.end(`prometheus_target_scrape_pools_failed_total ${now.failedPools}\n`);
          return;
        }
        const answer = answers[path];
        response.statusCode = answer === undefined ? 404 : 200;
        response.end(JSON.stringify({ status: 'success', data: answer?.() }));
      });
      servers.push(server);
      server.listen(9090, address);
      await once(server, 'listening');
      return { asked: () => asked, reloads: () => reloads };
    },
  };
}

function activeTargets(lastErrors: ReturnType<Targets>): readonly object[] {
  return lastErrors.map((lastError, index) => ({
    health: lastError === undefined ? 'unknown' : lastError === '' ? 'up' : 'down',
    scrapePool: POOL,
    scrapeUrl: `https://10.0.0.${index}/metrics`,
    lastError: lastError ?? '',
    lastScrape: new Date().toISOString(),
  }));
}
