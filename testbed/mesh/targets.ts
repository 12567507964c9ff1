// Scrape targets: small servers of /metrics on loopback addresses, in and out of the mesh, good and bad.
// The certificates of those in the mesh come from istiod through pilot-agents; the server is testbed/programs/target/main.go.
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import type { Api } from '../api/client.ts';
import { createAuthority } from '../control-plane/certificates.ts';
import type { ProcessGroup } from '../control-plane/process-group.ts';
import { readyOrFailed } from '../control-plane/process-group.ts';
import { programs } from '../programs/programs.ts';
import { startAgent } from './agent.ts';
import type { MeshAddress } from './istiod.ts';
import type { Network } from './network.ts';

/**
 * `strict`: a certificate of the mesh, demands one of the mesh from its clients, as under PeerAuthentication STRICT.
 * `plain`: HTTP. `foreign`: TLS of an authority that nobody knows, demands nothing.
 * `guarded`: the same, but demands a client certificate of that authority, so no workload of the mesh gets in.
 * `expired`: as strict, but its own certificate has run out; a client that skips verification does not mind.
 */
type TargetKind = 'strict' | 'plain' | 'foreign' | 'guarded' | 'expired';

interface Scrape {
  readonly at: Date;
  /** The client certificate's URI, such as `spiffe://cluster.local/ns/x/sa/prometheus`; absent without one. */
  readonly peer?: string;
  /** Its serial number: another one after a rotation. */
  readonly serial?: string;
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
  /** Handshakes that failed, oldest first, in the words of Go's server. */
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
  /** Whether it offers HTTP/2, as Envoy does for a port named http. True where unset. */
  readonly http2?: boolean;
  /** 8080 where unset. */
  readonly port?: number;
}

/** Long enough to be written, short enough to wait for. */
const SHORT_TTL = '3s';
const START_TIMEOUT_MS = 10_000;

/** Starts one target; it ends with stop(), or with its process group. */
export async function startTarget(options: TargetsOptions, request: TargetRequest): Promise<Target> {
  const { kind, name = kind, port = 8080, http2 = true } = request;
  const { processes, network } = options;
  const paths = await programs(['target']);
  const { args, close } = await servingArgs(options, kind, name);
  const ip = network.take();
  const address = `${ip}:${port}`;
  const program = await processes.start({
    name: `target-${name}`,
    file: paths.target,
    args: [`--listen=${address}`, `--name=${name}`, `--http2=${String(http2)}`, ...args],
  });
  await readyOrFailed(program, listening(ip, port));
  const events = (): readonly TargetEvent[] => readEvents(join(processes.directory, `target-${name}.log`));
  return {
    ...{ kind, name, ip, port, address },
    get scrapes() {
      return events().filter(({ failure }) => failure === undefined);
    },
    get failures() {
      return events().flatMap(({ failure }) => (failure === undefined ? [] : [failure]));
    },
    stop: async () => {
      await program.stop('SIGKILL');
      await close();
      network.release(ip);
    },
  };
}

interface TargetEvent extends Scrape {
  readonly failure?: string;
}

/** Whole lines only: the last one may still be being written. */
function readEvents(log: string): TargetEvent[] {
  const lines = readFileSync(log, 'utf8').split('\n').slice(0, -1);
  return lines.flatMap((line) => {
    if (!line.startsWith('{')) return [];
    const event = JSON.parse(line) as Omit<TargetEvent, 'at'> & { readonly at: string };
    return [{ ...event, at: new Date(event.at) }];
  });
}

interface Serving {
  readonly args: readonly string[];
  readonly close: () => Promise<void>;
}

async function servingArgs(options: TargetsOptions, kind: TargetKind, name: string): Promise<Serving> {
  const nothing = async (): Promise<void> => Promise.resolve();
  switch (kind) {
    case 'plain':
      return { args: [], close: nothing };
    case 'foreign':
    case 'guarded': {
      const directory = await unknownCertificate(join(options.processes.directory, 'targets', name));
      const demand = kind === 'guarded' ? ['--demand'] : [];
      return { args: [`--certificates=${directory}`, ...demand], close: nothing };
    }
    case 'strict': {
      const { certificates, program } = await startAgent({ ...options, name });
      const close = async (): Promise<void> => program.stop('SIGKILL');
      return { args: [`--certificates=${certificates}`, '--demand'], close };
    }
    case 'expired': {
      const { certificates, program } = await startAgent({ ...options, name, secretTtl: SHORT_TTL });
      await program.stop('SIGKILL');
      const { validToDate } = new X509Certificate(await readFile(join(certificates, 'cert-chain.pem')));
      // An agent that is gone renews nothing; only the clock shows when it is over.
      while (validToDate.getTime() >= Date.now()) await delay(100);
      return { args: [`--certificates=${certificates}`, '--demand'], close: nothing };
    }
  }
}

async function unknownCertificate(directory: string): Promise<string> {
  const authority = createAuthority({ commonName: 'nobody-knows' });
  const { cert, key } = authority.issue({ dnsNames: ['localhost'] });
  await mkdir(directory, { recursive: true });
  const files = { 'cert-chain.pem': cert, 'key.pem': key, 'root-cert.pem': authority.cert };
  for (const [file, text] of Object.entries(files)) await writeFile(join(directory, file), text);
  return directory;
}

/** Polls until something accepts there; a server of that address only can be ours. */
async function listening(ip: string, port: number): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < deadline) {
    const socket = connect(port, ip);
    try {
      await once(socket, 'connect');
      return;
    } catch {
      await delay(20);
    } finally {
      socket.destroy();
    }
  }
  throw new Error(`no target listens at ${ip}:${port}`);
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
