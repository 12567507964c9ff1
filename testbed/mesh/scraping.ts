// How the targets of a legacy world are scraped, by Prometheus's own data and by the targets' own: for tests and demo.
import { setTimeout as delay } from 'node:timers/promises';
import type { LegacyWorld } from './legacy-world.ts';
import { PLAIN_JOB, SECURE_JOB } from './legacy-world.ts';
import { PrometheusApi } from './prometheus-api.ts';
import type { Gap } from './scrape-gap.ts';
import { longestGap } from './scrape-gap.ts';
import type { Target } from './targets.ts';

/** What Prometheus says of one target of the two jobs that count. */
export interface TargetLine {
  readonly job: string;
  readonly target: string;
  readonly health: 'up' | 'down' | 'unknown';
  readonly lastError: string;
}

export interface Gaps {
  /** The longest of any secure target. */
  readonly secure: Gap;
  /** Of the plain target: what a restart costs everybody, since nobody changes its job. */
  readonly plain: Gap;
}

/** Further back than any run. */
const HISTORY_SECONDS = 900;
/** Only what never comes takes so long. */
const DEADLINE_MS = 90_000;

export class Scraping {
  readonly #world: LegacyWorld;

  constructor(world: LegacyWorld) {
    this.#world = world;
  }

  /** The Prometheus that runs now: another address after a restart. */
  get prometheus(): PrometheusApi {
    return new PrometheusApi(this.#world.node.address(this.#world.pod) ?? '');
  }

  /** One line per target, sorted by job and target. */
  async lines(): Promise<readonly TargetLine[]> {
    const all = [this.#world.plain, ...this.#world.secure];
    const found = await this.prometheus.targets();
    return found
      .filter(({ scrapePool }) => scrapePool === SECURE_JOB || scrapePool === PLAIN_JOB)
      .map(({ scrapePool, scrapeUrl, health, lastError }) => ({
        ...{ job: scrapePool, health, lastError: lastError.replace(/^Get "[^"]*": /, '') },
        target: all.find(({ address }) => scrapeUrl.includes(address))?.name ?? scrapeUrl,
      }))
      .toSorted((a, b) => (`${a.job} ${a.target}` < `${b.job} ${b.target}` ? -1 : 1));
  }

  /** How many of the secure targets are up, by `up` itself; none while nobody answers, as between two pods. */
  async secureUp(): Promise<number> {
    const samples = await this.prometheus.query(`up{job="${SECURE_JOB}"} == 1`).catch(() => []);
    return samples.length;
  }

  /**
   * Up to now, once every target has been scraped well again: after a restart two jobs may find their targets five seconds
   * apart, the pace of Prometheus's discovery, and a gap that is still open would not be seen. Throws where one never is.
   */
  async gaps(sinceMs: number): Promise<Gaps> {
    const { secure, plain } = this.#world;
    const [first, ...others] = await Promise.all([
      this.#gapOf(PLAIN_JOB, plain, sinceMs),
      ...secure.map(async (target) => this.#gapOf(SECURE_JOB, target, sinceMs)),
    ]);
    return { secure: others.reduce((a, b) => (b.seconds > a.seconds ? b : a)), plain: first };
  }

  /** The fewest good scrapes that any secure target has seen since, by its own word. */
  scrapesSince(sinceMs: number): number {
    const counts = this.#world.secure.map(
      ({ scrapes }) => scrapes.filter(({ at }) => at.getTime() > sinceMs).length,
    );
    return Math.min(...counts);
  }

  /** Client certificates that every secure target has seen since, oldest first: each after the first is a rotation. */
  serialsSince(sinceMs: number): readonly string[] {
    const of = ({ scrapes }: Target): string[] => [
      ...new Set(scrapes.filter(({ at }) => at.getTime() > sinceMs).map(({ serial = '' }) => serial)),
    ];
    const [first = [], ...others] = this.#world.secure.map(of);
    return first.filter((serial) => others.every((seen) => seen.includes(serial)));
  }

  async #gapOf(job: string, { name, address }: Target, sinceMs: number): Promise<Gap> {
    const selector = `up{job="${job}",instance="${address}"}`;
    const askedMs = Date.now();
    while (Date.now() < askedMs + DEADLINE_MS) {
      const samples = await this.prometheus.history(selector, HISTORY_SECONDS);
      const isClosed = samples.some(([at, value]) => value === 1 && at * 1000 > askedMs);
      const gap = isClosed ? longestGap(samples, sinceMs / 1000) : undefined;
      if (gap !== undefined) return gap;
      await delay(200);
    }
    throw new Error(`${name} was not scraped well again within ${DEADLINE_MS} ms`);
  }
}
