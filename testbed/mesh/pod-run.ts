// Runs one pod: volumes, sandbox, containers in the kubelet's order, and its status as a kubelet reports it.
// Which pods run, and when they go, is node.ts's.
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import type { Api } from '../api/client.ts';
import { ApiError } from '../api/client.ts';
import type { KubeObject } from '../api/kube-object.ts';
import type { ProcessGroup, RunningProgram } from '../control-plane/process-group.ts';
import { ContainerRun } from './container-run.ts';
import { forwardAgentPorts } from './forward.ts';
import type { Image } from './images.ts';
import { agentEnvironment, argumentsOf, imageDefaults, imageOf, prometheusArgs } from './images.ts';
import { VolumeNotReady } from './payload.ts';
import type { Container } from './pod-fields.ts';
import { environmentOf, expand } from './pod-fields.ts';
import type { PodPhase } from './pod-report.ts';
import { podReport } from './pod-report.ts';
import { PodVolumes } from './pod-volumes.ts';
import type { Sandbox } from './sandbox.ts';
import { startSandbox } from './sandbox.ts';

export interface PodEnvironment {
  readonly api: Api;
  readonly processes: ProcessGroup;
  readonly programs: Readonly<Record<Exclude<Image, 'pause'>, string>>;
  /** Names that containers can resolve, with their addresses. */
  readonly hosts: Readonly<Record<string, string>>;
  readonly apiServerPort: string;
  readonly secretTtl: string | undefined;
  readonly backOffMs: number;
  readonly longestPeriodMs: number;
  readonly volumeDelayMs: () => number;
  readonly startDelayMs: () => number;
  readonly statusPort: () => Promise<number>;
  readonly log: (line: string) => void;
}

const RETRY_MS = 200;
/** How long `pilot-agent wait`, the postStart hook of a held application, waits at most. */
const POST_START_MS = 60_000;

export class PodRun {
  readonly ip: string;
  readonly #environment: PodEnvironment;
  readonly #volumes: PodVolumes;
  readonly #directory: string;
  readonly #init: readonly ContainerRun[];
  readonly #main: readonly ContainerRun[];
  readonly #ending = new AbortController();
  readonly #runs: Promise<void>;
  #pod: KubeObject;
  #phase: PodPhase = { kind: 'creating' };
  #sandbox: Sandbox | undefined;
  #agentPort = 0;
  #forwards: (() => Promise<void>) | undefined;
  #reporting: Promise<void> | undefined;
  #isReportDue = false;

  constructor(pod: KubeObject, ip: string, environment: PodEnvironment) {
    const { processes, api, log, volumeDelayMs } = environment;
    this.#pod = pod;
    this.ip = ip;
    this.#environment = environment;
    this.#directory = join(processes.directory, 'pods', pod.metadata.uid ?? '');
    this.#volumes = new PodVolumes({
      ...{ api, pod, log, directory: this.#directory },
      claims: join(processes.directory, 'claims'),
      delayMs: volumeDelayMs,
    });
    this.#init = ((pod.spec.initContainers ?? []) as Container[]).map((container) => this.#runOf(container));
    this.#main = (pod.spec.containers as Container[]).map((container) => this.#runOf(container));
    this.#runs = this.#run().catch((error: unknown) => {
      log(`pod ${this.#name}: ${String(error)}`);
    });
  }

  get containers(): readonly ContainerRun[] {
    return [...this.#init, ...this.#main];
  }

  /** The pod, or an object of its namespace (`ConfigMap/name`), changed. */
  changed(source: string, pod: KubeObject = this.#pod): void {
    this.#pod = pod;
    this.#volumes.changed(source, pod);
  }

  /** Ends the containers, sidecars last, and everything else of the pod. */
  async stop(graceMs: number): Promise<void> {
    this.#ending.abort();
    await this.#runs;
    await Promise.all(this.#main.map(async (run) => run.stop(graceMs)));
    for (const run of [...this.#init].reverse()) await run.stop(graceMs);
    await this.#forwards?.();
    await this.#sandbox?.stop();
    await this.#volumes.close();
    await this.#reporting;
  }

  get #name(): string {
    return `${this.#pod.metadata.namespace ?? ''}/${this.#pod.metadata.name ?? ''}`;
  }

  async #run(): Promise<void> {
    const { signal } = this.#ending;
    this.#report();
    await delay(this.#environment.startDelayMs(), undefined, { signal }).catch(() => undefined);
    if (!(await this.#prepared())) return;
    const { processes } = this.#environment;
    this.#sandbox = await startSandbox({
      processes,
      name: this.#logName(),
      directory: this.#directory,
      memory: this.#volumes.memory,
    });
    for (const run of this.#init) {
      if (signal.aborted) return;
      // An ordinary init container, such as istio-init, has nothing to do here: no traffic is intercepted.
      if (run.container.restartPolicy !== 'Always') continue;
      run.begin();
      await run.until('started', signal);
    }
    this.#phase = { kind: 'initialized' };
    for (const run of this.#main) {
      if (signal.aborted) return;
      run.begin();
      if (run.container.lifecycle?.postStart === undefined) continue;
      await run.until('ready', AbortSignal.any([signal, AbortSignal.timeout(POST_START_MS)]));
    }
    this.#phase = { kind: 'begun' };
    this.#report();
  }

  /** Tries until every volume is there, as a kubelet does; false when the pod goes first. */
  async #prepared(): Promise<boolean> {
    const { signal } = this.#ending;
    while (!signal.aborted) {
      try {
        await this.#volumes.prepare(this.#withAddress());
        return true;
      } catch (error) {
        if (!(error instanceof VolumeNotReady || error instanceof ApiError)) throw error;
        this.#phase = { kind: 'creating', message: error.message };
        this.#report();
        await delay(RETRY_MS, undefined, { signal }).catch(() => undefined);
      }
    }
    return false;
  }

  #runOf(container: Container): ContainerRun {
    const image = imageOf(container);
    const { backOffMs, longestPeriodMs } = this.#environment;
    return new ContainerRun({
      ...{ container, ip: this.ip, backOffMs, longestPeriodMs },
      start: image === 'pause' ? undefined : async () => this.#start(container, image),
      changed: () => {
        this.#report();
      },
      ...(image === 'prometheus' ? { readinessProbe: { httpGet: { path: '/-/ready', port: 9090 } } } : {}),
    });
  }

  async #start(container: Container, image: Exclude<Image, 'pause'>): Promise<RunningProgram> {
    const defaults = imageDefaults[image];
    const { hosts, programs, apiServerPort, secretTtl } = this.#environment;
    let env: Record<string, string> = {
      KUBERNETES_SERVICE_HOST: '127.0.0.1',
      KUBERNETES_SERVICE_PORT: apiServerPort,
      HOSTNAME: this.#pod.metadata.name ?? '',
      ...(await environmentOf(this.#withAddress(), container, async (...key) => this.#readKey(key))),
    };
    let args = argumentsOf(container, defaults).map((arg) => expand(arg, env));
    if (image === 'prometheus') args = prometheusArgs(args, this.ip);
    if (image === 'pilot-agent') {
      await this.#forward();
      env = agentEnvironment(env, { statusPort: this.#agentPort, secretTtl });
    }
    const context = { ...this.#pod.spec.securityContext, ...container.securityContext };
    const names = Object.entries({ localhost: '127.0.0.1', ...hosts });
    const sandbox = this.#sandbox;
    if (sandbox === undefined) throw new Error('a container without a sandbox');
    return sandbox.start({
      name: container.name,
      file: programs[image],
      path: defaults.path,
      args,
      env,
      workingDirectory: container.workingDir ?? defaults.workingDirectory,
      user: context.runAsUser ?? defaults.user,
      group: context.runAsGroup ?? defaults.group,
      readOnlyRoot: context.readOnlyRootFilesystem === true,
      mounts: this.#volumes.mountsOf(container, env),
      files: { '/etc/hosts': names.map(([name, address]) => `${address} ${name}\n`).join('') },
    });
  }

  /** Once per pod: the agent keeps its port over restarts. */
  async #forward(): Promise<void> {
    if (this.#forwards !== undefined) return;
    this.#agentPort = await this.#environment.statusPort();
    this.#forwards = await forwardAgentPorts(this.ip, this.#agentPort);
  }

  async #readKey([kind, name, key]: readonly ['ConfigMap' | 'Secret', string, string]): Promise<
    string | undefined
  > {
    const metadata = { name, namespace: this.#pod.metadata.namespace ?? '' };
    const object = await this.#environment.api.find({ apiVersion: 'v1', kind, metadata });
    const value = object?.data?.[key];
    return kind === 'Secret' && value !== undefined ? Buffer.from(value, 'base64').toString() : value;
  }

  /** The pod as containers may see it: its address may not have come back from the API server yet. */
  #withAddress(): KubeObject {
    return { ...this.#pod, status: { ...this.#pod.status, podIP: this.ip } };
  }

  #logName(): string {
    return `${this.#name.replace('/', '_')}_${(this.#pod.metadata.uid ?? '').slice(0, 8)}`;
  }

  /** Writes the status, once more if something changed meanwhile. */
  #report(): void {
    this.#isReportDue = true;
    this.#reporting ??= this.#reportAll().finally(() => {
      this.#reporting = undefined;
    });
  }

  async #reportAll(): Promise<void> {
    // Never in the constructor, where `report` may be called before the containers are known.
    await delay(0);
    while (this.#isReportDue) {
      this.#isReportDue = false;
      const { name, namespace, uid } = this.#pod.metadata;
      const [init, main] = [this.#init, this.#main];
      const status = podReport(this.#pod, { ip: this.ip, phase: this.#phase, init, main });
      try {
        const target = {
          apiVersion: 'v1',
          kind: 'Pod',
          metadata: { name: name ?? '', namespace: namespace ?? '' },
        };
        const answer = await this.#environment.api.patch(
          target,
          { metadata: { uid }, status },
          { subresource: 'status' },
        );
        this.#pod = answer;
      } catch (error) {
        // Gone, or another pod of that name already.
        if (error instanceof ApiError && [404, 409, 422].includes(error.code)) continue;
        if (!this.#ending.signal.aborted) this.#environment.log(`pod ${this.#name}: ${String(error)}`);
      }
    }
  }
}
