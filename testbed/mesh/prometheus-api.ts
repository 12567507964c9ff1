// What a Prometheus says of itself over HTTP, for tests that go by its own data.
export interface ActiveTarget {
  readonly scrapePool: string;
  readonly scrapeUrl: string;
  readonly health: 'up' | 'down' | 'unknown';
  readonly lastError: string;
}

export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export class PrometheusApi {
  readonly #url: string;

  /** Of the Prometheus at a pod's address. */
  constructor(ip: string) {
    this.#url = `http://${ip}:9090`;
  }

  async targets(): Promise<ActiveTarget[]> {
    return (await this.#get<{ activeTargets: ActiveTarget[] }>('targets?state=active')).activeTargets;
  }

  /** An instant query. */
  async query(expression: string): Promise<Sample[]> {
    const path = `query?${new URLSearchParams({ query: expression }).toString()}`;
    const { result } = await this.#get<{
      result: { metric: Record<string, string>; value: [number, string] }[];
    }>(path);
    return result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
  }

  /** The samples of one series in the last seconds, oldest first: [unix seconds, value]. */
  async history(selector: string, seconds: number): Promise<(readonly [number, number])[]> {
    const path = `query?${new URLSearchParams({ query: `${selector}[${seconds}s]` }).toString()}`;
    const { result } = await this.#get<{ result: { values: [number, string][] }[] }>(path);
    return (result[0]?.values ?? []).map(([at, value]) => [at, Number(value)]);
  }

  async pools(): Promise<string[]> {
    return (await this.#get<{ scrapePools: string[] }>('scrape_pools')).scrapePools;
  }

  /** The configuration that it says it works with. */
  async config(): Promise<string> {
    return (await this.#get<{ yaml: string }>('status/config')).yaml;
  }

  async isReady(): Promise<boolean> {
    const response = await this.#fetch('/-/ready');
    await response.text();
    return response.ok;
  }

  /** Its own metrics that have no labels, by name. */
  async metrics(): Promise<ReadonlyMap<string, number>> {
    const text = await (await this.#fetch('/metrics')).text();
    return new Map(
      [...text.matchAll(/^(\w+) (\S+)$/gm)].map(([, name = '', value]) => [name, Number(value)]),
    );
  }

  async reload(): Promise<number> {
    const response = await fetch(`${this.#url}/-/reload`, { method: 'POST' });
    await response.text();
    return response.status;
  }

  async #get<T>(path: string): Promise<T> {
    const response = await this.#fetch(`/api/v1/${path}`);
    const { data } = (await response.json()) as { data: T };
    return data;
  }

  async #fetch(path: string): Promise<Response> {
    return fetch(`${this.#url}${path}`, { signal: AbortSignal.timeout(5000) });
  }
}
