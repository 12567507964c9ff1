// Asks one Prometheus what it serves and scrapes, and tells it to reload. Time limits of seconds; an answer that does not
// come is data. Nothing of an answer leaves here but paths, pool names, URLs and errors.
import { request, type Dispatcher } from 'undici';
import type { PrometheusEndpoint, PrometheusSeen, TargetSeen } from '../../plan/model/prometheus-seen.ts';
import { parseJson } from '../http/json.ts';
import { podConnections, sentenceOf, WHOLE_ANSWER_MS } from './pod-connections.ts';

const BODY_MAX_BYTES = 64 * 1024 * 1024;

export class PrometheusClient {
  readonly #connections = podConnections(BODY_MAX_BYTES);
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
    // The first in this order, not in time: it is told in status, which must not change with every race.
    const failed = answers.find((answer) => answer.status === 'rejected');
    if (failed !== undefined) return { kind: 'silent', message: sentenceOf(failed.reason) };
    const [config, runtime, pools, targets] = answers.map((answer) =>
      answer.status === 'fulfilled' ? answer.value : undefined,
    );
    const text = field(config, 'yaml');
    if (typeof text !== 'string') return { kind: 'silent', message: 'its /api/v1/status/config has no yaml' };
    return {
      kind: 'answered',
      config: text,
      reloadSucceeded: field(runtime, 'reloadConfigSuccess') === true,
      configLoadedMs: wholeSecondAfter(momentOf(field(runtime, 'lastConfigTime'))),
      pools: textsOf(field(pools, 'scrapePools')),
      targets: targetsOf(field(targets, 'activeTargets')),
    };
  }

  /** POST /-/reload. Whether it helped is seen by asking again: kubelet may not have carried the new file yet. */
  async reload({ url }: PrometheusEndpoint): Promise<void> {
    try {
      const { body } = await request(`${url}/-/reload`, { method: 'POST', ...this.#options() });
      await body.dump();
    } catch {
      // The next question gets the same silence, and that is what status tells.
    }
  }

  async close(): Promise<void> {
    await this.#connections.destroy();
  }

  #options(): Pick<Dispatcher.RequestOptions, 'signal'> & { readonly dispatcher: Dispatcher } {
    return { dispatcher: this.#connections, signal: AbortSignal.timeout(this.#limitMs) };
  }

  /** The `data` of an API answer; `undefined` for an endpoint that this version does not have. */
  async #get(url: string): Promise<unknown> {
    const answer: Dispatcher.ResponseData = await request(url, this.#options());
    if (answer.statusCode === 404) {
      await answer.body.dump();
      return undefined;
    }
    const { pathname } = new URL(url);
    if (answer.statusCode !== 200) {
      await answer.body.dump();
      throw new Error(`it answers ${answer.statusCode} to ${pathname}`);
    }
    const answered = parseJson(await answer.body.text());
    // The parser's own error would quote the body.
    if (answered === undefined) throw new Error(`its answer to ${pathname} is no JSON`);
    return field(answered, 'data');
  }
}

function field(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.getOwnPropertyDescriptor(value, name)?.value;
}

function textsOf(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string') : undefined;
}

function targetsOf(value: unknown): readonly TargetSeen[] {
  if (!Array.isArray(value)) return [];
  return value.map((each: unknown) => {
    const health = text(field(each, 'health'));
    return {
      scrapePool: text(field(each, 'scrapePool')),
      scrapeUrl: withoutSecrets(text(field(each, 'scrapeUrl'))),
      health: health === 'up' || health === 'down' ? health : 'unknown',
      // Prometheus puts `Get "<url>": ` before most errors; the URL stands beside it already.
      lastError: text(field(each, 'lastError')).replace(/^Get "[^"]*": /, ''),
      lastScrapeMs: momentOf(field(each, 'lastScrape')),
    };
  });
}

/** Prometheus masks the passwords of its configuration, not what somebody put into `params`: status names the URL. */
function withoutSecrets(url: string): string {
  return url.replace(/([?&][^=&]*(?:token|secret|passw|key|auth|credential)[^=&]*=)[^&]*/gi, '$1xxxxx');
}

function momentOf(value: unknown): number | undefined {
  const ms = Date.parse(text(value));
  return Number.isNaN(ms) ? undefined : ms;
}

/** Prometheus tells the time of its configuration in whole seconds, cut off: what is after this is after it. */
function wholeSecondAfter(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms + 1000;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
