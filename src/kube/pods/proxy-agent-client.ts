// When the certificate ends that an istio-proxy serves, as its agent says. An answer that does not come in seconds is
// data, too. Of all the metrics that the agent answers with, one number leaves this file.
import { request } from 'undici';
import type { PrometheusEndpoint, ProxyAgentSeen } from '../../plan/model/prometheus-seen.ts';
import { describeSilence, podConnections, WHOLE_ANSWER_MS } from './pod-connections.ts';

/** Envoy's own metrics come along. */
const PROXY_BODY_MAX_BYTES = 16 * 1024 * 1024;

/** Seconds left of the workload's certificate; the label separates it from those that are read from files. */
const SECONDS_LEFT =
  /^istio_agent_cert_expiry_seconds\{[^}]*\bresource_name="default"[^}]*\} (-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)\b/m;

export class ProxyAgentClient {
  readonly #connections = podConnections(PROXY_BODY_MAX_BYTES);
  readonly #now: () => number;
  readonly #limitMs: number;

  /** `now` in milliseconds since the epoch: the agent gives a countdown. `limitMs`: for the whole answer. */
  constructor(now: () => number, limitMs = WHOLE_ANSWER_MS) {
    this.#now = now;
    this.#limitMs = limitMs;
  }

  async ask({ url }: PrometheusEndpoint): Promise<ProxyAgentSeen> {
    try {
      const signal = AbortSignal.timeout(this.#limitMs);
      const answer = await request(url, { dispatcher: this.#connections, signal });
      const nowMs = this.#now();
      const text = await answer.body.text();
      if (answer.statusCode !== 200) return { kind: 'silent', message: `it answers ${answer.statusCode}` };
      const seconds = SECONDS_LEFT.exec(text)?.[1];
      if (seconds === undefined) {
        return { kind: 'silent', message: 'it has no istio_agent_cert_expiry_seconds' };
      }
      return { kind: 'answered', notAfterMs: nowMs + Number(seconds) * 1000 };
    } catch (error) {
      return { kind: 'silent', message: describeSilence(error) };
    }
  }

  async close(): Promise<void> {
    await this.#connections.destroy();
  }
}
