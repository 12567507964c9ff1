// When one resource is listed, watched, resumed or listed again, so that its cache stays true: it never gives up.
// Handlers only enqueue; what they throw is logged.
import type { KubernetesObject } from '../../api/kubernetes.ts';
import type { Logger } from '../../reconcile/context.ts';
import { Backoff } from '../clock/backoff.ts';
import { pause, type Timers } from '../clock/timers.ts';
import { KubeError } from '../http/kube-error.ts';
import { cacheName } from '../http/resource-path.ts';
import type { Transport } from '../http/transport.ts';
import { listObjects } from './list-objects.ts';
import { listRequest, watchRequest, type ReflectedResource } from './reflector-requests.ts';
import { Store, type StoreChange } from './store.ts';
import { runWatch } from './watch-session.ts';
import type { WatchState } from './watch-state.ts';

export interface ReflectorPorts {
  readonly transport: Transport;
  readonly timers: Timers;
  /** In [0, 1). */
  readonly random: () => number;
  readonly log: Logger;
}

export interface ReflectorOptions<T extends KubernetesObject> extends ReflectedResource {
  /** What the cache holds of an object as it came. */
  readonly transform: (object: KubernetesObject) => T;
  readonly onChange: (change: StoreChange<T>) => void;
  readonly onState?: (state: WatchState) => void;
}

/** A watch that ends sooner and brought nothing is a failure in disguise. */
const SHORT_WATCH_MS = 1_000;

export class Reflector<T extends KubernetesObject> {
  readonly store: Store<T>;
  readonly name: string;
  readonly #ports: ReflectorPorts;
  readonly #options: ReflectorOptions<T>;
  readonly #backoff: Backoff;
  #state: WatchState = { kind: 'starting' };
  #run: AbortController | undefined;
  /** Cuts what the present run waits for, so that it lists again. */
  #relisting = new AbortController();
  #cursor: string | undefined;
  #isSuspect = false;
  #listWaiters: (() => void)[] = [];

  constructor(ports: ReflectorPorts, options: ReflectorOptions<T>) {
    this.#ports = ports;
    this.#options = options;
    this.name = cacheName(options.type);
    this.#backoff = new Backoff({ firstMs: 500, maxMs: 30_000 }, ports.random);
    this.store = new Store((change) => {
      this.#callHandler(() => {
        options.onChange(change);
      });
    });
  }

  get state(): WatchState {
    return this.#state;
  }

  /** True once the first list is in, or it is known why there is none. */
  get isSettled(): boolean {
    return this.#state.kind !== 'starting';
  }

  start(): void {
    if (this.#run !== undefined) return;
    const run = new AbortController();
    this.#run = run;
    this.#cursor = undefined;
    void this.#loop(run.signal);
  }

  /** Ends the watch; nothing of it is delivered any more. The cache stays readable. */
  stop(): void {
    this.#run?.abort();
    this.#run = undefined;
    this.#releaseWaiters();
  }

  /** Settled once; also after `stop`. */
  async whenSettled(): Promise<void> {
    if (!this.isSettled) await this.#nextList();
  }

  /** Lists afresh, as after a 410; answers when that list has been delivered, or when it failed. */
  async relist(): Promise<void> {
    if (this.#run === undefined) return;
    this.#cursor = undefined;
    const done = this.#nextList();
    this.#relisting.abort();
    this.#relisting = new AbortController();
    await done;
  }

  async #loop(run: AbortSignal): Promise<void> {
    while (!run.aborted) {
      const signal = AbortSignal.any([run, this.#relisting.signal]);
      try {
        await this.#step(signal);
      } catch (error) {
        if (!signal.aborted) await this.#recover(error, signal);
      }
    }
  }

  /** One list if there is no version to go on from, then one watch until its end. */
  async #step(signal: AbortSignal): Promise<void> {
    if (this.#cursor === undefined) await this.#list(signal);
    const fromVersion = this.#cursor;
    if (fromVersion === undefined || signal.aborted) return;
    const startedAt = this.#ports.timers.now();
    await this.#watch(fromVersion, signal);
    const isShort = this.#ports.timers.now() - startedAt < SHORT_WATCH_MS;
    if (isShort && this.#cursor === fromVersion) await this.#wait(undefined, signal);
    else this.#backoff.reset();
  }

  async #list(signal: AbortSignal): Promise<void> {
    const { transform } = this.#options;
    const listed = await listObjects(this.#ports.transport, listRequest(this.#options, signal), transform);
    if (signal.aborted) return;
    this.store.replace(listed.items, listed.resourceVersion);
    this.#cursor = listed.resourceVersion;
    this.#become({ kind: 'synced' });
    this.#releaseWaiters();
  }

  async #watch(fromVersion: string, signal: AbortSignal): Promise<void> {
    const { transport, timers, random } = this.#ports;
    const { transform } = this.#options;
    const start = { fromVersion, isSuspect: this.#isSuspect, random: random(), signal };
    this.#isSuspect = false;
    await runWatch({ transport, timers }, watchRequest(this.#options, start), {
      onObject: (type, object) => {
        if (type === 'upsert') this.store.upsert(transform(object));
        else this.store.remove(transform(object));
      },
      onVersion: (version) => {
        this.store.bookmark(version);
        this.#cursor = version;
        this.#backoff.reset();
      },
    });
  }

  async #recover(error: unknown, signal: AbortSignal): Promise<void> {
    const { log } = this.#ports;
    const failure = error instanceof KubeError ? error : undefined;
    this.#isSuspect = failure?.code === 'Timeout';
    if (failure?.code === 'Gone') {
      log.debug({ resource: this.name }, 'the watch is too old, listing again');
      this.#cursor = undefined;
    } else if (failure?.code === 'NotFound') {
      this.#cursor = undefined;
      this.store.replace([], '0');
      this.#become({ kind: 'absent' });
    } else if (failure?.code === 'Forbidden') {
      this.#cursor = undefined;
      this.#become({ kind: 'unreadable', message: failure.message });
    } else if (failure?.retryable === true) {
      log.info({ resource: this.name, retry: error }, 'watch interrupted, trying again');
    } else {
      log.warn({ resource: this.name, err: error }, 'watch failed, trying again');
    }
    if (this.isSettled && failure?.code !== 'Gone') this.#releaseWaiters();
    await this.#wait(failure, signal);
  }

  #wait(failure: KubeError | undefined, signal: AbortSignal): Promise<void> {
    const delayMs = Math.max(this.#backoff.next(), failure?.retryAfterMs ?? 0);
    return pause(this.#ports.timers, delayMs, signal);
  }

  #become(state: WatchState): void {
    const former = this.#state;
    this.#state = state;
    if (former.kind === state.kind) return;
    if (state.kind === 'unreadable') {
      this.#ports.log.warn({ resource: this.name, message: state.message }, 'resource cannot be read');
    } else {
      this.#ports.log.debug({ resource: this.name, state: state.kind }, 'watch state changed');
    }
    this.#callHandler(() => this.#options.onState?.(state));
  }

  #callHandler(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#ports.log.error({ resource: this.name, err: error }, 'a watch handler failed');
    }
  }

  #nextList(): Promise<void> {
    return new Promise((resolve) => {
      this.#listWaiters.push(resolve);
    });
  }

  #releaseWaiters(): void {
    const waiters = this.#listWaiters;
    this.#listWaiters = [];
    for (const resolve of waiters) resolve();
  }
}
