// Scrape targets: small servers of /metrics on loopback addresses, in and out of the mesh, good and bad.
// They run in this process; the certificates of those in the mesh come from istiod through pilot-agents.
import { readFileSync, watch } from 'node:fs';
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import type { IncomingMessage, RequestListener, Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { ServerOptions } from 'node:https';
import { join } from 'node:path';
import { X509Certificate } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { TLSSocket } from 'node:tls';

import { createAuthority } from '../certificates.ts';
import type { Api } from '../client.ts';
import type { ProcessGroup } from '../process-group.ts';
import { startAgent } from './agent.ts';
import type { MeshAddress } from './istiod.ts';
import type { Network } from './network.ts';

/**
 * `strict`: a certificate of the mesh, demands one of the mesh from its clients, as under PeerAuthentication STRICT.
 * `plain`: HTTP. `foreign`: TLS of an authority that nobody knows, demands nothing.
 * `guarded`: the same, but demands a client certificate of that authority, so no workload of the mesh gets in.
 * `expired`: as strict, but its own certificate has run out; a client that skips verification does not mind.
 */
export type TargetKind = 'strict' | 'plain' | 'foreign' | 'guarded' | 'expired';

export interface Scrape {
  readonly at: Date;
  /** The client certificate's names, such as `URI:spiffe://cluster.local/ns/x/sa/prometheus`; undefined over HTTP. */
  readonly peer: string | undefined;
  /** Its serial number: another one after a rotation. */
  readonly serial: string | undefined;
}

export interface Target {
  readonly kind: TargetKind;
  readonly name: string;
  readonly ip: string;
  readonly port: number;
  /** `ip:port`, as in static_configs. */
  readonly address: string;
  /** What got through, oldest first. */
  readonly scrapes: readonly Scrape[];
  /** Handshakes that failed, oldest first: OpenSSL's words. */
  readonly failures: readonly string[];
  readonly stop: () => Promise<void>;
}

export interface TargetsOptions {
  readonly api: Api;
  readonly processes: ProcessGroup;
  readonly mesh: MeshAddress;
  readonly network: Network;
  /** Where the servers' service accounts are. */
  readonly namespace: string;
  /** Of the strict target's certificate; see NodeOptions. */
  readonly secretTtl?: string;
}

export interface TargetRequest {
  readonly kind: TargetKind;
  /** The kind where unset; unique among the targets of a group. */
  readonly name?: string;
  /** 8080 where unset. */
  readonly port?: number;
}

/** The shortest life that an agent can work with; then it is stopped. */
const SHORT_TTL_SECONDS = 3;

/** Starts one target; stop() it, or it keeps this process alive. */
export async function startTarget(options: TargetsOptions, request: TargetRequest): Promise<Target> {
  const { kind, name = kind, port = 8080 } = request;
  const scrapes: Scrape[] = [];
  const failures: string[] = [];
  const answer: RequestListener = (incoming, response) => {
    scrapes.push(scrapeOf(incoming));
    response.setHeader('content-type', 'text/plain; version=0.0.4');
    response.end(
      `# TYPE testbed_target_scrapes_total counter\ntestbed_target_scrapes_total{target="${name}"} ${scrapes.length}\n`,
    );
  };
  const { server, close } = await serverFor(options, { kind, name, answer });
  // Each scrape shakes hands anew, so that each shows the certificate of its moment.
  server.keepAliveTimeout = 1;
  server.on('tlsClientError', (error) => failures.push(error.message));
  const ip = options.network.take();
  await once(server.listen(port, ip), 'listening');
  const stop = async (): Promise<void> => {
    const closed = once(server.close(), 'close');
    server.closeAllConnections();
    await closed;
    await close();
    options.network.release(ip);
  };
  return { kind, name, ip, port, address: `${ip}:${port}`, scrapes, failures, stop };
}

interface Serving {
  readonly kind: TargetKind;
  readonly name: string;
  readonly answer: RequestListener;
}

interface Served {
  readonly server: Server;
  readonly close: () => Promise<void>;
}

async function serverFor(options: TargetsOptions, { kind, name, answer }: Serving): Promise<Served> {
  const nothing = async (): Promise<void> => Promise.resolve();
  switch (kind) {
    case 'plain':
      return { server: createHttpServer(answer), close: nothing };
    case 'foreign':
    case 'guarded': {
      const authority = createAuthority({ commonName: 'nobody-knows' });
      const pair = authority.issue({ dnsNames: ['localhost'] });
      const demand = kind === 'guarded' ? demanding(authority.cert) : {};
      return { server: createHttpsServer({ ...pair, ...demand }, answer), close: nothing };
    }
    case 'strict': {
      const agent = await startAgent({ ...options, name });
      const server = createHttpsServer(fromFiles(agent.certificates), answer);
      const watcher = watch(agent.certificates, () => {
        try {
          server.setSecureContext(fromFiles(agent.certificates));
        } catch {
          // Between two of its files; the next event brings the rest.
        }
      });
      return {
        server,
        close: async () => {
          watcher.close();
          await agent.program.stop('SIGKILL');
        },
      };
    }
    case 'expired': {
      const agent = await startAgent({ ...options, name, secretTtl: `${SHORT_TTL_SECONDS}s` });
      await agent.program.stop('SIGKILL');
      const files = fromFiles(agent.certificates);
      const { validToDate } = new X509Certificate(files.cert);
      while (validToDate.getTime() >= Date.now()) await delay(100);
      return { server: createHttpsServer(files, answer), close: nothing };
    }
  }
}

type Demand = Pick<ServerOptions, 'ca' | 'requestCert' | 'rejectUnauthorized'>;

function demanding(ca: string): Demand {
  return { ca, requestCert: true, rejectUnauthorized: true };
}

function fromFiles(directory: string): { readonly cert: string; readonly key: string } & Demand {
  const [cert, key, ca] = ['cert-chain.pem', 'key.pem', 'root-cert.pem'].map((name) =>
    readFileSync(join(directory, name), 'utf8'),
  );
  return { cert: cert ?? '', key: key ?? '', ...demanding(ca ?? '') };
}

function scrapeOf({ socket }: IncomingMessage): Scrape {
  const peer = socket instanceof TLSSocket ? socket.getPeerCertificate() : undefined;
  return { at: new Date(), peer: peer?.subjectaltname, serial: peer?.serialNumber };
}

export interface TargetPod {
  readonly namespace: string;
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/**
 * Makes a target known as a running pod, so that kubernetes_sd finds it: bound to a node that is not there, with the
 * target's address. Never injected. Answers what removes it.
 */
export async function announceTarget(api: Api, target: Target, pod: TargetPod): Promise<() => Promise<void>> {
  const { name, namespace } = pod;
  const ports = [{ containerPort: target.port, name: target.kind === 'plain' ? 'http' : 'https' }];
  const labels = { ...pod.labels, 'sidecar.istio.io/inject': 'false' };
  const object = await api.create({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels, annotations: { ...pod.annotations } },
    spec: { nodeName: 'testbed-targets', containers: [{ name: 'app', image: 'target', ports }] },
  });
  const conditions = ['PodScheduled', 'Initialized', 'ContainersReady', 'Ready'].map((type) => ({
    type,
    status: 'True',
  }));
  const status = {
    phase: 'Running',
    podIP: target.ip,
    podIPs: [{ ip: target.ip }],
    hostIP: '127.0.0.1',
    conditions,
  };
  await api.patch(object, { status }, { subresource: 'status' });
  return async () => {
    if ((await api.find(object)) !== undefined) await api.delete(object, { gracePeriodSeconds: 0 });
  };
}
