// client-node's KubeConfig with one connection pool for everything: where the API server is, and who we are.
// Upstream opens one TLS connection per request and reads the mounted CA each time; here credentials are read again at
// most every ten seconds, and the pool is replaced when the CA or the client certificate changed.
import { CoreV1Api, KubeConfig, type RequestContext } from '@kubernetes/client-node';
import type { RequestOptions } from 'node:https';
import type { Dispatcher } from 'undici';
import { systemTimers, type Timers } from '../clock/timers.ts';
import { fingerprintOf, openPool, tlsOf } from './connection-pool.ts';
import { KubeError } from './kube-error.ts';

/** All that a request needs beside its path. */
export interface Connection {
  readonly dispatcher: Dispatcher;
  /** `https://host:port` */
  readonly origin: string;
  /** Path before `/api`, without a slash at its end; mostly empty. */
  readonly prefix: string;
  /** Who we are: Authorization and impersonation. Never logged. */
  readonly headers: Readonly<Record<string, string>>;
}

interface Read extends Connection {
  readonly fingerprint: string;
  readonly readAtMs: number;
}

const REREAD_MS = 10_000;
const RETIRE_MS = 60_000;

export class SharedKubeConfig extends KubeConfig {
  #read: Read | undefined;
  #reading: Promise<Read> | undefined;
  /** Old pools with the timer that ends them. */
  readonly #retired = new Map<Dispatcher, () => void>();
  readonly #timers: Timers;
  #isDestroyed = false;

  constructor(timers: Timers = systemTimers) {
    super();
    this.#timers = timers;
  }

  /** The present connection pool with present credentials. Throws a KubeError if there is no usable configuration. */
  async connection(): Promise<Connection> {
    if (this.#isDestroyed) throw new KubeError('Closed', 'the connections to the API server are closed');
    const read = this.#read;
    if (read !== undefined && this.#timers.now() - read.readAtMs < REREAD_MS) return read;
    this.#reading ??= this.#readAgain().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  /** After a 401: the next request reads the credentials again. */
  refresh(): void {
    if (this.#read !== undefined) this.#read = { ...this.#read, readAtMs: -Infinity };
  }

  /**
   * Nobody answered on this pool in time: the connection may be dead though TCP does not know. The next request opens
   * another pool, instead of waiting with all others until HTTP/2 notices.
   */
  suspect(dispatcher: Dispatcher): void {
    const read = this.#read;
    if (read?.dispatcher === dispatcher) this.#read = { ...read, fingerprint: '', readAtMs: -Infinity };
  }

  /** For client-node's own APIs: our credentials and our pool instead of a new one per request. */
  override async applySecurityAuthentication(context: RequestContext): Promise<void> {
    const { dispatcher, headers } = await this.connection();
    for (const [name, value] of Object.entries(headers)) context.setHeaderParam(name, value);
    context.setDispatcher(dispatcher);
  }

  /** client-node's typed API on our pool, for the library's own field: do not write with it, it drops unknown fields. */
  coreApi(): CoreV1Api {
    return this.makeApiClient(CoreV1Api);
  }

  /** `https://host:port` with the path prefix, as the kubeconfig names it; empty without a cluster. */
  get server(): string {
    return this.getCurrentCluster()?.server ?? '';
  }

  /** Ends every socket, for good; requests in flight fail. */
  async destroy(): Promise<void> {
    this.#isDestroyed = true;
    for (const cancel of this.#retired.values()) cancel();
    const all = [...this.#retired.keys(), ...(this.#read === undefined ? [] : [this.#read.dispatcher])];
    this.#retired.clear();
    this.#read = undefined;
    await Promise.all(all.map((dispatcher) => dispatcher.destroy()));
  }

  async #readAgain(): Promise<Read> {
    try {
      const next = await this.#readNow();
      this.#read = next;
      return next;
    } catch (error) {
      // A mounted file may be missing for a moment while it is being replaced: go on with what we have.
      if (this.#read !== undefined) return this.#read;
      const why = error instanceof Error ? error.message : String(error);
      throw new KubeError('Misconfigured', `no usable kubeconfig: ${why}`, { cause: error });
    }
  }

  async #readNow(): Promise<Read> {
    const cluster = this.getCurrentCluster();
    if (cluster === null) throw new Error('the current context names no cluster');
    const options: RequestOptions = {};
    await this.applyToHTTPSOptions(options);
    const tls = tlsOf(options);
    const fingerprint = fingerprintOf(cluster.server, tls);
    const url = new URL(cluster.server);
    const former = this.#read;
    const fresh = former?.fingerprint !== fingerprint;
    const read: Read = {
      dispatcher: fresh ? openPool(cluster.proxyUrl, tls) : former.dispatcher,
      origin: url.origin,
      prefix: url.pathname.replace(/\/+$/, ''),
      headers: headersOf(options),
      fingerprint,
      readAtMs: this.#timers.now(),
    };
    if (fresh && former !== undefined) this.#retire(former.dispatcher);
    return read;
  }

  /** Requests in flight may end on the old pool; watches come over with their next reconnect, at the latest when cut. */
  #retire(dispatcher: Dispatcher): void {
    const cancel = this.#timers.after(RETIRE_MS, () => {
      this.#retired.delete(dispatcher);
      void dispatcher.destroy();
    });
    this.#retired.set(dispatcher, cancel);
  }
}

/** From a file, or without one: KUBECONFIG, `~/.kube/config`, the pod's service account. */
export function loadKubeConfig(file?: string, timers: Timers = systemTimers): SharedKubeConfig {
  const kubeConfig = new SharedKubeConfig(timers);
  try {
    if (file === undefined) kubeConfig.loadFromDefault();
    else kubeConfig.loadFromFile(file);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new KubeError('Misconfigured', `cannot load kubeconfig ${file ?? '(default)'}: ${why}`, {
      cause: error,
    });
  }
  return kubeConfig;
}

function headersOf(options: RequestOptions): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(options.headers ?? {})) {
    if (typeof value === 'string') headers[name] = value;
  }
  if (typeof options.auth === 'string') {
    headers['Authorization'] = `Basic ${Buffer.from(options.auth).toString('base64')}`;
  }
  return headers;
}
