// What one Prometheus or one proxy agent said of itself, and where it answers.

export interface TargetSeen {
  readonly scrapePool: string;
  readonly scrapeUrl: string;
  readonly health: 'up' | 'down' | 'unknown';
  readonly lastError: string;
  /** `undefined`: not said. */
  readonly lastScrapeMs: number | undefined;
}

export interface PrometheusEndpoint {
  /** Of the pod, for messages. */
  readonly pod: string;
  /** `http://10.0.0.7:9090/prefix`, without a trailing slash. */
  readonly url: string;
}

/** An address as URLs want it. */
export function hostOf(ip: string): string {
  return ip.includes(':') ? `[${ip}]` : ip;
}

/** What one Prometheus said of itself. `config` is what it serves, with secrets masked by Prometheus. */
export type PrometheusSeen =
  | {
      readonly kind: 'answered';
      readonly config: string;
      readonly reloadSucceeded: boolean;
      /** Of the last load that succeeded; `undefined`: not said. */
      readonly configLoadedMs: number | undefined;
      /** `undefined`: this version (before 2.42) does not say. */
      readonly pools: readonly string[] | undefined;
      readonly targets: readonly TargetSeen[];
    }
  | { readonly kind: 'silent'; readonly message: string };

/** How many scrape pools one Prometheus could not make since it started; `undefined`: it does not say. */
export interface FailedPoolsSeen {
  readonly count: number | undefined;
}

/** What the agent of one istio-proxy said of the certificate that it serves. */
export type ProxyAgentSeen =
  | { readonly kind: 'answered'; readonly notAfterMs: number }
  | { readonly kind: 'silent'; readonly message: string };
