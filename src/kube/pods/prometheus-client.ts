// What one Prometheus serves and scrapes, and its reload. An answer that does not come in seconds is data, too. Nothing of
// an answer leaves this file but its configuration, pool names, URLs and errors of targets.
import { request, type Dispatcher } from 'undici';
import { isMap, listAt, mapAt, textAt, type JsonMap } from '../../api/json-map.ts';
import type {
  FailedPoolsSeen,
  PrometheusEndpoint,
  PrometheusSeen,
  TargetSeen,
} from '../../plan/model/prometheus-seen.ts';
import { parseJson } from '../http/json.ts';
import { maskUrl } from './mask-url.ts';
import { describeSilence, podConnections, WHOLE_ANSWER_MS } from './pod-connections.ts';

const PROMETHEUS_BODY_MAX_BYTES = 64 * 1024 * 1024;

/** Its own metrics: some thousand lines. */
const METRICS_BODY_MAX_BYTES = 4 * 1024 * 1024;

const FAILED_POOLS = /^prometheus_target_scrape_pools_failed_total (\d+(?:\.\d+)?(?:e[+-]?\d+)?)\b/m;

export class PrometheusClient {
  readonly #connections = podConnections(PROMETHEUS_BODY_MAX_BYTES);
  readonly #metrics = podConnections(METRICS_BODY_MAX_BYTES);
  readonly #limitMs: number;

  /** `limitMs`: for each whole answer. */
  constructor(limitMs = WHOLE_ANSWER_MS) {
    this.#limitMs = limitMs;
  }

  /** Everything that stages 5 and 6 need of one replica; `silent` with the reason where it gives no usable answer. */
  async ask({ url }: PrometheusEndpoint): Promise<PrometheusSeen> {
    const answers = await Promise.allSettled([
      this.#get(`${url}/api/v1/status/config`),
      this.#get(`${url}/api/v1/status/runtimeinfo`),
      this.#get(`${url}/api/v1/scrape_pools`),
      this.#get(`${url}/api/v1/targets?state=active`),
    ]);
    // The first in this order, not in time: status shows it and must not change with every race.
    const failed = answers.find((answer) => answer.status === 'rejected');
    if (failed !== undefined) return { kind: 'silent', message: describeSilence(failed.reason) };
    const [config = {}, runtime = {}, pools = {}, targets = {}] = answers.map((answer) =>
      answer.status === 'fulfilled' ? answer.value : {},
    );
    const yaml = textAt(config, 'yaml');
    if (yaml === undefined) return { kind: 'silent', message: 'its /api/v1/status/config has no yaml' };
    return {
      kind: 'answered',
      config: yaml,
      reloadSucceeded: runtime['reloadConfigSuccess'] === true,
      configLoadedMs: wholeSecondAfter(timeAt(runtime, 'lastConfigTime')),
      pools: poolNames(pools['scrapePools']),
      targets: listAt(targets, 'activeTargets').map((target) => readTarget(isMap(target) ? target : {})),
    };
  }

  /** Of all its metrics one number leaves this file: why there is no pool, it says nowhere else but in its log. */
  async failedPools({ url }: PrometheusEndpoint): Promise<FailedPoolsSeen> {
    try {
      const options = { ...this.#options(), dispatcher: this.#metrics };
      const answer: Dispatcher.ResponseData = await request(`${url}/metrics`, options);
      const text = await answer.body.text();
      const count = answer.statusCode === 200 ? FAILED_POOLS.exec(text)?.[1] : undefined;
      return { count: count === undefined ? undefined : Number(count) };
    } catch {
      return { count: undefined };
    }
  }

  /** POST /-/reload. Whether it helped is seen by asking again: kubelet may not have carried the new file yet. */
  async reload({ url }: PrometheusEndpoint): Promise<void> {
    try {
      const { body } = await request(`${url}/-/reload`, { method: 'POST', ...this.#options() });
      await body.dump();
    } catch {
      // The next question gets no answer either, and that is what status reports.
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.#connections.destroy(), this.#metrics.destroy()]);
  }

  #options(): Pick<Dispatcher.RequestOptions, 'signal'> & { readonly dispatcher: Dispatcher } {
    return { dispatcher: this.#connections, signal: AbortSignal.timeout(this.#limitMs) };
  }

  /** The `data` of an API answer; empty for an endpoint that this version does not have. */
  async #get(url: string): Promise<JsonMap> {
    const answer: Dispatcher.ResponseData = await request(url, this.#options());
    if (answer.statusCode === 404) {
      await answer.body.dump();
      return {};
    }
    const { pathname } = new URL(url);
    if (answer.statusCode !== 200) {
      await answer.body.dump();
      throw new Error(`it answers ${answer.statusCode} to ${pathname}`);
    }
    const answered = parseJson(await answer.body.text());
    // The parser's own error would quote the body.
    if (answered === undefined) throw new Error(`its answer to ${pathname} is no JSON`);
    return isMap(answered) ? mapAt(answered, 'data') : {};
  }
}

/** `undefined`: this version does not name its pools. */
function poolNames(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string') : undefined;
}

function readTarget(target: JsonMap): TargetSeen {
  const health = textAt(target, 'health');
  return {
    scrapePool: textAt(target, 'scrapePool') ?? '',
    scrapeUrl: maskUrl(textAt(target, 'scrapeUrl') ?? ''),
    health: health === 'up' || health === 'down' ? health : 'unknown',
    // Prometheus puts `Get "<url>": ` before most errors; the URL is in the field beside it.
    lastError: (textAt(target, 'lastError') ?? '').replace(/^Get "[^"]*": /, ''),
    lastScrapeMs: timeAt(target, 'lastScrape'),
  };
}

function timeAt(map: JsonMap, key: string): number | undefined {
  const ms = Date.parse(textAt(map, key) ?? '');
  return Number.isNaN(ms) ? undefined : ms;
}

/** Prometheus gives the time of its configuration in whole seconds, cut off: what is after this is after it. */
function wholeSecondAfter(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms + 1000;
}
