// The life of one container: start, probes, exit, restart with back-off. What it says of itself is a containerStatus.
// The order of a pod's containers, and what the pod reports, are pod-run.ts's.
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';

import type { RunningProgram } from '../control-plane/process-group.ts';
import type { Container } from './pod-fields.ts';
import type { Probe } from './probe.ts';
import { ask } from './probe.ts';

export interface ContainerRunOptions {
  readonly container: Container;
  readonly ip: string;
  /** Starts the program; undefined is a pause, which runs until it is asked to end. */
  readonly start: (() => Promise<RunningProgram>) | undefined;
  /** Called after each change of the status. */
  readonly changed: () => void;
  /** Used where the container names no readiness probe. */
  readonly readinessProbe?: Probe;
  /** The first wait before a restart; doubles up to 30 times itself. */
  readonly backOffMs: number;
  /** No probe is asked less often than this, whatever its period. */
  readonly longestPeriodMs: number;
}

type State = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** A run of 10 of these without an exit sets the back-off back. */
const STEADY_BACK_OFFS = 10;
/** Between questions until the first yes. */
const FIRST_PERIOD_MS = 100;

export class ContainerRun {
  readonly container: Container;
  readonly #options: ContainerRunOptions;
  readonly #ending = new AbortController();
  #program: RunningProgram | undefined;
  #state: State = { waiting: { reason: 'PodInitializing' } };
  #lastState: State = {};
  #restarts = 0;
  #ready = false;
  #started = false;
  #life: Promise<void> = Promise.resolve();
  /** Why the latest readiness or startup probe said no. */
  lastProbe: string | undefined;

  constructor(options: ContainerRunOptions) {
    this.#options = options;
    this.container = options.container;
  }

  get name(): string {
    return this.container.name;
  }

  get isReady(): boolean {
    return this.#ready;
  }

  get program(): RunningProgram | undefined {
    return this.#program;
  }

  get restarts(): number {
    return this.#restarts;
  }

  /** Starts the first run; the container then keeps itself running until stop(). */
  begin(): void {
    this.#life = this.#live();
  }

  /** Waits until the container has passed its startup probe; `ready` also for its readiness. False when stopped. */
  async until(what: 'started' | 'ready', signal: AbortSignal): Promise<boolean> {
    while (!signal.aborted && !this.#ending.signal.aborted) {
      if (what === 'started' ? this.#started : this.#ready) return true;
      await delay(20);
    }
    return false;
  }

  /** SIGTERM, after the grace SIGKILL. */
  async stop(graceMs: number): Promise<void> {
    this.#ending.abort();
    const program = this.#program;
    if (program !== undefined) {
      const timer = setTimeout(() => void program.stop('SIGKILL'), graceMs);
      await program.stop('SIGTERM');
      clearTimeout(timer);
    }
    await this.#life;
  }

  status(): Record<string, unknown> {
    const { name, image } = this.container;
    return {
      name,
      image,
      imageID: image,
      containerID: this.#program === undefined ? '' : `testbed://${this.#program.pid}`,
      ready: this.#ready,
      started: this.#started,
      restartCount: this.#restarts,
      state: this.#state,
      lastState: this.#lastState,
    };
  }

  async #live(): Promise<void> {
    let backOffMs = this.#options.backOffMs;
    while (!this.#ending.signal.aborted) {
      const startedMs = Date.now();
      const state = await this.#once();
      if (this.#isEnding()) return;
      if (Date.now() - startedMs > STEADY_BACK_OFFS * backOffMs) backOffMs = this.#options.backOffMs;
      this.#lastState = state;
      const message = `back-off ${backOffMs / 1000}s restarting failed container=${this.name}`;
      this.#change({ waiting: { reason: 'CrashLoopBackOff', message } });
      await this.#pause(backOffMs);
      backOffMs = Math.min(backOffMs * 2, this.#options.backOffMs * 30);
      if (!this.#isEnding()) this.#restarts += 1;
    }
  }

  /** A method, or the type checker takes the first answer for the only one. */
  #isEnding(): boolean {
    return this.#ending.signal.aborted;
  }

  /** One run, from start to exit; answers the terminated state. */
  async #once(): Promise<State> {
    const startedAt = now();
    try {
      this.#program = await this.#options.start?.();
    } catch (error) {
      const terminated = {
        exitCode: 128,
        reason: 'StartError',
        message: String(error),
        startedAt,
        finishedAt: now(),
      };
      this.#change({ terminated });
      return { terminated };
    }
    // Asked to end while it was being started: stop() has seen no program.
    if (this.#isEnding()) void this.#program?.stop('SIGTERM');
    const over = new AbortController();
    this.#change({ running: { startedAt } });
    const probing = this.#probe(over.signal);
    const how = (await this.#program?.exited) ?? (await this.#ended());
    over.abort();
    await probing;
    const exitCode = exitCodeOf(how);
    const reason = exitCode === 0 ? 'Completed' : 'Error';
    const terminated = { exitCode, reason, startedAt, finishedAt: now() };
    this.#program = undefined;
    this.#ready = false;
    this.#started = false;
    this.#change({ terminated });
    return { terminated };
  }

  async #ended(): Promise<string> {
    const { signal } = this.#ending;
    if (!signal.aborted) await once(signal, 'abort');
    return 'code 0';
  }

  async #probe(signal: AbortSignal): Promise<void> {
    const { startupProbe, livenessProbe } = this.container;
    const readiness: Probe = this.container.readinessProbe ?? this.#options.readinessProbe;
    const hasStarted =
      startupProbe === undefined || (await this.#ask(startupProbe, signal, (isGood) => isGood));
    if (!hasStarted) return;
    this.#started = true;
    this.#ready = readiness === undefined;
    this.#options.changed();
    const liveness =
      livenessProbe === undefined
        ? undefined
        : this.#ask(livenessProbe, signal, (isGood) => {
            if (!isGood) void this.#program?.stop('SIGTERM');
            return !isGood;
          });
    if (readiness !== undefined) {
      await this.#ask(readiness, signal, (isGood) => {
        if (this.#ready !== isGood) {
          this.#ready = isGood;
          this.#options.changed();
        }
        return false;
      });
    }
    await liveness;
  }

  /** Asks until `heard` is true, which hears yes at once and no after `failureThreshold` times; false when cut off. */
  async #ask(probe: Probe, signal: AbortSignal, heard: (isGood: boolean) => boolean): Promise<boolean> {
    const { container } = this;
    const { ip } = this.#options;
    const periodMs = Math.min((probe.periodSeconds ?? 10) * 1000, this.#options.longestPeriodMs);
    await sleep(Math.min((probe.initialDelaySeconds ?? 0) * 1000, this.#options.longestPeriodMs), signal);
    const isOver = (): boolean => signal.aborted;
    let failures = 0;
    let hasSucceeded = false;
    while (!isOver()) {
      const answer = await ask(probe, { container, ip });
      // A program is often killed in the middle of an answer.
      if (isOver()) break;
      this.lastProbe = answer;
      failures = answer === undefined ? 0 : failures + 1;
      hasSucceeded ||= answer === undefined;
      const isLost = failures >= (probe.failureThreshold ?? 3);
      if ((answer === undefined || isLost) && heard(answer === undefined)) return true;
      // Until the first yes something waits for it.
      await sleep(hasSucceeded ? periodMs : Math.min(periodMs, FIRST_PERIOD_MS), signal);
    }
    return false;
  }

  async #pause(ms: number): Promise<void> {
    await sleep(ms, this.#ending.signal);
  }

  #change(state: State): void {
    this.#state = state;
    this.#options.changed();
  }
}

async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => undefined);
}

function exitCodeOf(how: string): number {
  const code = /^code (\d+)$/.exec(how)?.[1];
  if (code !== undefined) return Number(code);
  return { 'signal SIGTERM': 143, 'signal SIGKILL': 137 }[how] ?? 128;
}

function now(): string {
  return new Date().toISOString().replace(/\.\d+Z$/, 'Z');
}
