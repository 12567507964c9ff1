// How the targets of a legacy world are scraped, by Prometheus's own data and by the targets' own: for tests and demo.
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

  /** Throws where a target has not been scraped well twice. */
  async gaps(sinceMs: number): Promise<Gaps> {
    const { secure, plain } = this.#world;
    const each = await Promise.all(secure.map(async (target) => this.#gapOf(SECURE_JOB, target, sinceMs)));
    return {
      secure: each.reduce((a, b) => (b.seconds > a.seconds ? b : a)),
      plain: await this.#gapOf(PLAIN_JOB, plain, sinceMs),
    };
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
    const gap = longestGap(await this.prometheus.history(selector, HISTORY_SECONDS), sinceMs / 1000);
    if (gap === undefined) throw new Error(`${name} was hardly ever scraped`);
    return gap;
  }
}
