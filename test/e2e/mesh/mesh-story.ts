// What the two stories of the mesh have in common: a legacy world on the shared mesh, and Prometheus's own word on it.
import { afterAll, beforeAll, expect, inject } from 'vitest';

import type { KubeObject } from '../../../testbed/api/kube-object.ts';
import { ProcessGroup } from '../../../testbed/control-plane/process-group.ts';
import type { LegacyWorld } from '../../../testbed/mesh/legacy-world.ts';
import { startLegacyWorld } from '../../../testbed/mesh/legacy-world.ts';
import type { Gap } from '../../../testbed/mesh/scrape-gap.ts';
import type { Gaps } from '../../../testbed/mesh/scraping.ts';
import { Scraping } from '../../../testbed/mesh/scraping.ts';
import type { TestBed } from '../../support/control-plane.ts';

/** Certificates are renewed at half of it. */
const SECRET_TTL = '24s';

/** One scrape and a bit: two measurements of the same restart may differ by so much. */
export const SCRAPE_SECONDS = 1;

export interface MeshStory {
  readonly world: LegacyWorld;
  readonly scraping: Scraping;
  /** Waits until every secure target is up. */
  readonly allUp: () => Promise<void>;
  /** Waits until every secure target was scraped three times more, by the targets' own word. */
  readonly goesOn: () => Promise<void>;
  /** The uid of the pod that runs now: another after a restart. */
  readonly podUid: () => Promise<string | undefined>;
}

/** To be called at the top of a test file; `secret` is made when the world is. */
export function useMeshStory(
  bed: TestBed,
  secret: (processes: ProcessGroup) => Promise<KubeObject>,
): MeshStory {
  const processes = new ProcessGroup();
  const mesh = inject('mesh');
  let world: LegacyWorld | undefined;
  const started = (): LegacyWorld => {
    if (world === undefined) throw new Error('the world is not there yet');
    return world;
  };
  beforeAll(async () => {
    const { api, url, namespace, kubectl } = bed;
    const shared = { api, processes, url, kubectl, mesh, namespace, secretTtl: SECRET_TTL };
    world = await startLegacyWorld({ ...shared, secret: await secret(processes) });
  });
  afterAll(async () => {
    try {
      await world?.stop();
    } finally {
      await processes.stop();
    }
  });
  return {
    get world() {
      return started();
    },
    get scraping() {
      return new Scraping(started());
    },
    allUp: async () => {
      const { secure } = started();
      const count = async (): Promise<number> => new Scraping(started()).secureUp();
      await expect.poll(count, { timeout: 90_000, interval: 200 }).toBe(secure.length);
    },
    goesOn: async () => {
      const sinceMs = Date.now();
      const count = (): number => new Scraping(started()).scrapesSince(sinceMs);
      await expect.poll(count, { timeout: 90_000, interval: 200 }).toBeGreaterThan(2);
    },
    podUid: async () => {
      const pod = await bed.api.find({ apiVersion: 'v1', kind: 'Pod', metadata: started().pod });
      return pod?.metadata.uid;
    },
  };
}

/** One line of measurement in the output of the run. */
export function reportGap(what: string, { secure, plain }: Gaps): void {
  const text = ({ seconds, failed }: Gap): string => `${seconds.toFixed(1)} s (${failed} failed)`;
  process.stdout.write(`gap, ${what}: secure targets ${text(secure)}, plain target ${text(plain)}\n`);
}
