// A node that runs its pods: binds them, keeps a PodRun for each, and finishes their deletion. What is real: Prometheus,
// pilot-agent, volumes at their paths, order, probes, restarts. What is not is listed in images.ts and sandbox.ts.
import { mkdir, readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';

import type { Api } from '../api/client.ts';
import { ApiError } from '../api/client.ts';
import type { KubeObject } from '../api/kube-object.ts';
import { follow } from '../api/wait.ts';
import type { ProcessGroup } from '../control-plane/process-group.ts';
import { freePorts } from '../control-plane/process-group.ts';
import { programs } from '../programs/programs.ts';
import type { ContainerRun } from './container-run.ts';
import type { MeshAddress } from './istiod.ts';
import type { Network } from './network.ts';
import { claimNetwork } from './network.ts';
import type { PodEnvironment } from './pod-run.ts';
import { PodRun } from './pod-run.ts';
import type { Range } from './random.ts';
import { seededDelays } from './random.ts';
import { checkMountNamespaces } from './sandbox.ts';

export interface NodeOptions {
  readonly api: Api;
  /** What holds the pods' processes; when it ends, so do they, and their files go. */
  readonly processes: ProcessGroup;
  /** The API server's, for programs in pods. */
  readonly url: string;
  /** Where istiod is; without it, pods resolve no name of the mesh. */
  readonly mesh?: Pick<MeshAddress, 'hosts'>;
  /** Only the pods of this namespace; all pods where unset. */
  readonly namespace?: string;
  /** `node-<network>` where unset, such as `node-127.0.2`. */
  readonly name?: string;
  /** Life of the certificates that agents ask for, as Go writes durations: `30s`. Renewed at half of it. Default 24h. */
  readonly secretTtl?: string;
  /** From a change of a ConfigMap or Secret to its files; a real kubelet takes up to a minute. Default 100 to 1000 ms. */
  readonly volumeDelay?: Range;
  /** From binding to the first container. Default none. */
  readonly startDelay?: Range;
  /** Of both delays; logged. */
  readonly seed?: number;
  /** The first wait before a crashed container starts again, doubling up to 30 times itself; a real one: 10000. Default 500. */
  readonly backOffMs?: number;
  /** Probes are asked at least this often, whatever their period. Default 1000. */
  readonly longestPeriodMs?: number;
  readonly log?: (line: string) => void;
}

/** A container of a pod that runs, from outside. */
interface ContainerView {
  /** Undefined for a pause, and between two runs. */
  readonly pid: number | undefined;
  readonly restarts: number;
  readonly ready: boolean;
  /** Why the latest probe said no. */
  readonly lastProbe: string | undefined;
  /** The end of its log, over restarts. */
  readonly logTail: (lines?: number) => string;
  /** A file as the container itself sees it, by its path in there. */
  readonly read: (path: string) => Promise<string>;
  /** Names in a directory as the container sees it; sorted. */
  readonly list: (path: string) => Promise<string[]>;
  /** Sends the program a signal; the container then restarts. */
  readonly kill: (signal?: NodeJS.Signals) => void;
}

export interface MeshNode {
  readonly name: string;
  readonly seed: number;
  /** Also a source of addresses for servers beside the pods. */
  readonly network: Network;
  /** Throws when the pod does not run here or has no such container. */
  readonly container: (pod: { namespace: string; name: string }, container: string) => ContainerView;
  readonly address: (pod: { namespace: string; name: string }) => string | undefined;
  /** Ends every pod here at once; their objects stay. Rejects if the node had failed before. */
  readonly stop: () => Promise<void>;
}

const STAND_IN = 'testbed-node';

/** Starts the node and registers it. Throws MountNamespacesUnavailable where pods cannot be run. */
export async function startNode(options: NodeOptions): Promise<MeshNode> {
  checkMountNamespaces();
  const { api, processes, log = toStderr } = options;
  const paths = await programs(['pilot-agent', 'prometheus']);
  const network = await claimNetwork();
  const name = options.name ?? `node-${network.prefix}`;
  const delays = seededDelays(options.seed);
  log(`node ${name}: pods on ${network.prefix}.0/24, seed ${delays.seed}`);
  const environment: PodEnvironment = {
    api,
    processes,
    log,
    programs: paths,
    hosts: options.mesh?.hosts ?? {},
    apiServerPort: new URL(options.url).port,
    secretTtl: options.secretTtl,
    backOffMs: options.backOffMs ?? 500,
    longestPeriodMs: options.longestPeriodMs ?? 1000,
    volumeDelayMs: () => delays.next(options.volumeDelay ?? { leastMs: 100, mostMs: 1000 }),
    startDelayMs: () => delays.next(options.startDelay ?? { leastMs: 0, mostMs: 0 }),
    statusPort: async () => (await freePorts(1))[0] ?? 0,
  };
  await mkdir(join(processes.directory, 'claims'), { recursive: true });
  await register(api, name);
  const node = new Runner({ name, network, environment });
  const stopping = new AbortController();
  const scope = options.namespace === undefined ? '' : `namespaces/${options.namespace}/`;
  const watch = async (
    plural: string,
    see: (objects: ReadonlyMap<string, KubeObject>) => void,
  ): Promise<void> => {
    for await (const objects of follow(api, `/api/v1/${scope}${plural}`, { signal: stopping.signal }))
      see(objects);
  };
  const watching = Promise.all([
    watch('pods', (pods) => {
      node.see(pods);
    }),
    ...(['ConfigMap', 'Secret'] as const).map(async (kind) =>
      watch(`${kind.toLowerCase()}s`, (objects) => {
        node.seeSources(kind, objects);
      }),
    ),
  ]);
  // Reported by stop(); until then it must not count as unhandled.
  watching.catch(() => undefined);
  return {
    name,
    seed: delays.seed,
    network,
    container: (pod, container) => view(node.container(pod, container), processes),
    address: (pod) => node.find(pod)?.ip,
    stop: async () => {
      stopping.abort();
      await watching;
      await node.stop();
      await network.close();
    },
  };
}

async function register(api: Api, name: string): Promise<void> {
  const node = { apiVersion: 'v1', kind: 'Node', metadata: { name } };
  await api.apply(node, { fieldManager: STAND_IN, force: true });
  const conditions = [{ type: 'Ready', status: 'True', reason: 'StandIn', message: '' }];
  await api.patch(node, { status: { conditions } }, { subresource: 'status' });
}

interface Running {
  readonly run: PodRun;
  pod: KubeObject;
  ending: Promise<void> | undefined;
}

interface RunnerOptions {
  readonly name: string;
  readonly network: Network;
  readonly environment: PodEnvironment;
}

class Runner {
  readonly #options: RunnerOptions;
  readonly #running = new Map<string, Running>();
  readonly #binding = new Set<string>();
  readonly #versions = new Map<string, string>();

  constructor(options: RunnerOptions) {
    this.#options = options;
  }

  see(pods: ReadonlyMap<string, KubeObject>): void {
    for (const [uid, pod] of pods) this.#play(uid, pod);
    for (const [uid, running] of this.#running) {
      // Deleted without grace by another client: there is nobody left to report to.
      if (!pods.has(uid)) void this.#end(uid, running, 0);
    }
  }

  seeSources(kind: 'ConfigMap' | 'Secret', objects: ReadonlyMap<string, KubeObject>): void {
    for (const [uid, { metadata }] of objects) {
      if (this.#versions.get(uid) === metadata.resourceVersion) continue;
      this.#versions.set(uid, metadata.resourceVersion ?? '');
      for (const { run, pod } of this.#running.values()) {
        if (pod.metadata.namespace === metadata.namespace) run.changed(`${kind}/${metadata.name ?? ''}`);
      }
    }
  }

  find({ namespace, name }: { namespace: string; name: string }): PodRun | undefined {
    const found = [...this.#running.values()].filter(
      ({ pod }) => pod.metadata.namespace === namespace && pod.metadata.name === name,
    );
    // Of an old pod that is going and its successor, the newer.
    return found.at(-1)?.run;
  }

  container(pod: { namespace: string; name: string }, name: string): ContainerRun {
    const container = this.find(pod)?.containers.find((candidate) => candidate.name === name);
    if (container === undefined)
      throw new Error(`no container ${name} of ${pod.namespace}/${pod.name} runs on ${this.#options.name}`);
    return container;
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#running].map(async ([uid, running]) => this.#end(uid, running, 0)));
  }

  #play(uid: string, pod: KubeObject): void {
    const { name, network, environment } = this.#options;
    const running = this.#running.get(uid);
    if (pod.metadata.deletionTimestamp !== undefined) {
      if (pod.spec.nodeName === name) void this.#finish(uid, pod, running);
    } else if (pod.spec.nodeName === undefined) {
      void this.#bind(uid, pod);
    } else if (pod.spec.nodeName === name && running === undefined) {
      const run = new PodRun(pod, network.take(), environment);
      this.#running.set(uid, { run, pod, ending: undefined });
    } else if (running !== undefined && running.pod !== pod) {
      running.pod = pod;
      running.run.changed('Pod', pod);
    }
  }

  async #bind(uid: string, { metadata: { name = '', namespace = '' } }: KubeObject): Promise<void> {
    if (this.#binding.has(uid)) return;
    this.#binding.add(uid);
    const target = { apiVersion: 'v1', kind: 'Node', name: this.#options.name };
    const metadata = { name, namespace, uid };
    await this.#quietly(async () =>
      this.#options.environment.api.create({ apiVersion: 'v1', kind: 'Binding', metadata, target }),
    );
  }

  /** Ends the pod with its grace, then lets the API server forget it. */
  async #finish(uid: string, pod: KubeObject, running: Running | undefined): Promise<void> {
    if (running?.ending !== undefined) return;
    const graceMs = (pod.metadata.deletionGracePeriodSeconds ?? 30) * 1000;
    if (running !== undefined) await this.#end(uid, running, graceMs);
    await this.#quietly(async () =>
      this.#options.environment.api.delete(pod, { gracePeriodSeconds: 0, preconditions: { uid } }),
    );
  }

  async #end(uid: string, running: Running, graceMs: number): Promise<void> {
    running.ending ??= running.run.stop(graceMs).then(() => {
      this.#running.delete(uid);
      this.#options.network.release(running.run.ip);
    });
    await running.ending;
  }

  /** A pod may change or go between its event and our answer; a call may fall into the end of the run. */
  async #quietly(call: () => Promise<unknown>): Promise<void> {
    try {
      await call();
    } catch (error) {
      if (error instanceof ApiError && [404, 409].includes(error.code)) return;
      this.#options.environment.log(`node ${this.#options.name}: ${String(error)}`);
    }
  }
}

function view(run: ContainerRun, processes: ProcessGroup): ContainerView {
  const root = (path: string): string => {
    if (run.program === undefined) throw new Error(`container ${run.name} has no process now`);
    return `/proc/${run.program.pid}/root${path}`;
  };
  return {
    pid: run.program?.pid,
    restarts: run.restarts,
    ready: run.isReady,
    lastProbe: run.lastProbe,
    logTail: (lines) => run.program?.logTail(lines) ?? `(no process; logs are in ${processes.directory})`,
    read: async (path) => readFile(root(path), 'utf8'),
    list: async (path) => (await readdir(root(path))).sort(),
    kill: (signal = 'SIGKILL') => {
      void run.program?.stop(signal);
    },
  };
}

function toStderr(line: string): void {
  process.stderr.write(`test bed: ${line}\n`);
}
