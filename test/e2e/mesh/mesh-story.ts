// What the two stories of the mesh tell alike: a legacy world on the shared mesh, and Prometheus's own word on it.
import { afterAll, beforeAll, expect, inject } from 'vitest';

import type { KubeObject } from '../../../testbed/kube-object.ts';
import { SECURE_JOB, PLAIN_JOB, startLegacyWorld } from '../../../testbed/mesh/legacy-world.ts';
import type { LegacyWorld } from '../../../testbed/mesh/legacy-world.ts';
import { longestGap } from '../../../testbed/mesh/scrape-gap.ts';
import type { Gap } from '../../../testbed/mesh/scrape-gap.ts';
import type { Target } from '../../../testbed/mesh/targets.ts';
import { ProcessGroup } from '../../../testbed/process-group.ts';
import type { TestBed } from '../../support/control-plane.ts';
import { PrometheusApi } from './prometheus-api.ts';

/** Certificates are renewed at half of it. */
const SECRET_TTL = '24s';

/** One scrape and a bit: two measurements of the same restart may differ by so much. */
export const SCRAPE_SECONDS = 1;

export interface MeshStory {
  readonly world: LegacyWorld;
  /** The Prometheus that runs now: another address after a restart. */
  readonly prometheus: () => PrometheusApi;
  /** How many of the secure targets are up, by `up` itself. */
  readonly secureUp: () => Promise<number>;
  /** Waits until all of them are. */
  readonly allUp: () => Promise<void>;
  /** Waits until every secure target was scraped three times more, by the targets' own word. */
  readonly goesOn: () => Promise<void>;
  /** The longest time without a good scrape of any secure target, and of the plain one, since then. */
  readonly gaps: (sinceMs: number) => Promise<{ readonly secure: Gap; readonly plain: Gap }>;
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
  const prometheus = (): PrometheusApi => new PrometheusApi(started().node.address(started().pod) ?? '');
  const secureUp = async (): Promise<number> =>
    (await prometheus().query(`up{job="${SECURE_JOB}"} == 1`)).length;
  const gapOf = async (job: string, target: Target, sinceMs: number): Promise<Gap> => {
    const samples = await prometheus().history(`up{job="${job}",instance="${target.address}"}`, 600);
    const gap = longestGap(samples, sinceMs / 1000);
    if (gap === undefined)
      throw new Error(`${target.name} was hardly ever scraped: ${JSON.stringify(samples)}`);
    return gap;
  };
  return {
    get world() {
      return started();
    },
    prometheus,
    secureUp,
    allUp: async () => {
      // Between two pods nobody answers.
      const count = async (): Promise<number> => secureUp().catch(() => -1);
      await expect.poll(count, { timeout: 60_000, interval: 200 }).toBe(started().secure.length);
    },
    goesOn: async () => {
      const sinceMs = Date.now();
      const counts = (): number[] =>
        started().secure.map(({ scrapes }) => scrapes.filter(({ at }) => at.getTime() > sinceMs).length);
      await expect.poll(() => Math.min(...counts()), { timeout: 30_000, interval: 200 }).toBeGreaterThan(2);
    },
    gaps: async (sinceMs) => {
      const each = await Promise.all(
        started().secure.map(async (target) => gapOf(SECURE_JOB, target, sinceMs)),
      );
      const plain = await gapOf(PLAIN_JOB, started().plain, sinceMs);
      return { secure: each.reduce((a, b) => (b.seconds > a.seconds ? b : a)), plain };
    },
    podUid: async () => {
      const pod = await bed.api.find({ apiVersion: 'v1', kind: 'Pod', metadata: started().pod });
      return pod?.metadata.uid;
    },
  };
}

/** One line of measurement in the output of the run. */
export function tellGap(
  what: string,
  { secure, plain }: { readonly secure: Gap; readonly plain: Gap },
): void {
  const text = ({ seconds, failed }: Gap): string => `${seconds.toFixed(1)} s (${failed} failed)`;
  process.stdout.write(`gap, ${what}: secure targets ${text(secure)}, plain target ${text(plain)}\n`);
}
