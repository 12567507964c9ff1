// Which resource is reconciled next, with client-go's semantics: a key waits once however often it is added, never
// runs in two workers, and runs again if it was added meanwhile.
import { Backoff, type BackoffLimits } from '../kube/clock/backoff.ts';
import type { Timers } from '../kube/clock/timers.ts';
import type { QueueMetrics } from '../telemetry/queue-metrics.ts';
import { TokenBucket } from './token-bucket.ts';

export interface WorkQueueOptions {
  readonly timers: Timers;
  /** In [0, 1). */
  readonly random: () => number;
  readonly metrics?: QueueMetrics;
  readonly backoff?: BackoffLimits;
  readonly bucket?: { readonly perSecond: number; readonly burst: number };
}

// client-go begins at 5 ms, made for caches that lag; we wait for our own writes, so a failure here is the API
// server's, and half a second spares it. Five minutes is the longest that a person waits after fixing a cause.
const BACKOFF: BackoffLimits = { firstMs: 500, maxMs: 5 * 60_000 };
// client-go's own numbers: a cluster-wide failure must not become a storm of retries.
const BUCKET = { perSecond: 10, burst: 100 };
/** Node fires a timer beyond this at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

interface Alarm {
  readonly dueMs: number;
  readonly cancel: () => void;
}

export class WorkQueue {
  readonly #options: WorkQueueOptions;
  readonly #bucket: TokenBucket;
  /** Dirty and waiting for a worker, first in first out, with the time of the add. */
  readonly #ready = new Map<string, number>();
  /** In a worker, with the time of the take. */
  readonly #processing = new Map<string, number>();
  /** Dirty again while in a worker: ready as soon as that worker is done. */
  readonly #again = new Set<string>();
  readonly #alarms = new Map<string, Alarm>();
  readonly #backoffs = new Map<string, Backoff>();
  readonly #workers: ((key: string | undefined) => void)[] = [];
  readonly #drainWaiters: (() => void)[] = [];
  #isShutDown = false;

  constructor(options: WorkQueueOptions) {
    this.#options = options;
    this.#bucket = new TokenBucket(options.bucket ?? BUCKET, options.timers.now());
    options.metrics?.watchProcessing(() => this.#processingMs());
  }

  /** Keys that are ready for a worker. */
  get depth(): number {
    return this.#ready.size;
  }

  /** Wakes a key; does nothing if it is waiting already. */
  add(key: string): void {
    if (this.#isShutDown || this.#ready.has(key) || this.#again.has(key)) return;
    this.#options.metrics?.added();
    if (this.#processing.has(key)) this.#again.add(key);
    else this.#makeReady(key);
  }

  /** Wakes a key in `delayMs`. Of several alarms of one key the earliest wins. */
  addAfter(key: string, delayMs: number): void {
    if (this.#isShutDown) return;
    if (delayMs <= 0) {
      this.add(key);
      return;
    }
    const dueMs = this.#options.timers.now() + delayMs;
    const earlier = this.#alarms.get(key);
    if (earlier !== undefined && earlier.dueMs <= dueMs) return;
    earlier?.cancel();
    const cancel = this.#options.timers.after(Math.min(delayMs, LONGEST_TIMER_MS), () => {
      this.#alarms.delete(key);
      this.add(key);
    });
    this.#alarms.set(key, { dueMs, cancel });
  }

  /**
   * Wakes a key that failed: after its own exponential back-off, the overall rate or `atLeastMs` (what the API
   * server asked for), whichever is longest.
   */
  addRateLimited(key: string, atLeastMs = 0): void {
    if (this.#isShutDown) return;
    this.#options.metrics?.retried();
    let backoff = this.#backoffs.get(key);
    if (backoff === undefined) {
      backoff = new Backoff(this.#options.backoff ?? BACKOFF, this.#options.random);
      this.#backoffs.set(key, backoff);
    }
    const overallMs = this.#bucket.reserve(this.#options.timers.now());
    this.addAfter(key, Math.max(backoff.next(), overallMs, atLeastMs));
  }

  /** The key succeeded, or is no more: its next failure waits shortly again. */
  forget(key: string): void {
    this.#backoffs.delete(key);
  }

  /** The next key, as soon as there is one; `undefined` once the queue is shut down. Give it back with `done`. */
  get(): Promise<string | undefined> {
    if (this.#isShutDown) return Promise.resolve(undefined);
    const first = this.#ready.entries().next();
    if (first.done !== true) return Promise.resolve(this.#take(...first.value));
    return new Promise((resolve) => this.#workers.push(resolve));
  }

  /** The worker has finished with the key; if it was added meanwhile it is ready again. */
  done(key: string): void {
    const since = this.#processing.get(key);
    if (since === undefined) return;
    this.#processing.delete(key);
    this.#options.metrics?.done(this.#options.timers.now() - since);
    if (this.#again.delete(key)) this.#makeReady(key);
    if (this.#isShutDown && this.#processing.size === 0)
      this.#drainWaiters.splice(0).forEach((drained) => {
        drained();
      });
  }

  /**
   * Takes no more keys and gives out no more; resolves when every worker is done. Unlike client-go it drops what
   * waits: the caches of the next process wake every resource anyway, and a stopping one has seconds.
   */
  shutDown(): Promise<void> {
    this.#isShutDown = true;
    this.#ready.clear();
    this.#again.clear();
    this.#options.metrics?.depth(0);
    for (const alarm of this.#alarms.values()) alarm.cancel();
    this.#alarms.clear();
    this.#workers.splice(0).forEach((resolve) => {
      resolve(undefined);
    });
    if (this.#processing.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#drainWaiters.push(resolve));
  }

  #processingMs(): readonly number[] {
    const now = this.#options.timers.now();
    return [...this.#processing.values()].map((since) => now - since);
  }

  #makeReady(key: string): void {
    const now = this.#options.timers.now();
    const worker = this.#workers.shift();
    if (worker === undefined) {
      this.#ready.set(key, now);
      this.#options.metrics?.depth(this.#ready.size);
    } else worker(this.#take(key, now));
  }

  #take(key: string, readySince: number): string {
    const now = this.#options.timers.now();
    this.#ready.delete(key);
    this.#processing.set(key, now);
    this.#options.metrics?.depth(this.#ready.size);
    this.#options.metrics?.taken(now - readySince);
    return key;
  }
}
