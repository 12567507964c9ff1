// The connections to the API server: HTTP/2, TLS as the kubeconfig has it, through a proxy where it names one.
import { createHash } from 'node:crypto';
import type { RequestOptions } from 'node:https';
import { Agent, ProxyAgent, type Dispatcher } from 'undici';

/** Per connection; the pool opens another one when it is full, so watches never starve calls. */
const STREAMS_PER_CONNECTION = 100;
const POOL = {
  allowH2: true,
  keepAliveTimeout: 30_000,
  h2Options: { maxConcurrentStreams: STREAMS_PER_CONNECTION },
};

/** Without `undefined`, as undici wants it. */
type Tls = {
  [Key in 'ca' | 'cert' | 'key' | 'pfx' | 'passphrase' | 'rejectUnauthorized' | 'servername']?: Exclude<
    RequestOptions[Key],
    undefined
  >;
};

export function tlsOf(options: RequestOptions): Tls {
  const { ca, cert, key, pfx, passphrase, rejectUnauthorized, servername } = options;
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(pfx === undefined ? {} : { pfx }),
    ...(passphrase === undefined ? {} : { passphrase }),
    ...(rejectUnauthorized === undefined ? {} : { rejectUnauthorized }),
    ...(servername === undefined ? {} : { servername }),
  };
}

/** The same for the same server and the same certificates: another one needs another pool. */
export function fingerprintOf(server: string, tls: Tls): string {
  return createHash('sha256')
    .update(JSON.stringify([server, tls]))
    .digest('hex');
}

/** Throws for a SOCKS proxy, which undici does not speak. */
export function openPool(proxyUrl: string | undefined, tls: Tls): Dispatcher {
  const connect = { ...tls, keepAlive: true, keepAliveInitialDelay: 30_000 };
  if (proxyUrl === undefined || proxyUrl === '') return new Agent({ ...POOL, connect });
  if (proxyUrl.startsWith('socks')) throw new Error('SOCKS proxies are not supported');
  return new ProxyAgent({ ...POOL, uri: proxyUrl, requestTls: tls });
}
