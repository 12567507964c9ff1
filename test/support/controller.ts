// The real controller, in process, on the e2e control plane: with a clock that tests push, and a count of its writes.
import { EventEmitter, once } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, beforeAll } from 'vitest';
import { startController, type Controller } from '../../src/controller/controller.ts';
import type { Cluster, ClusterEvent } from '../../src/reconcile/cluster.ts';
import type { ReconcileContext, ReconcileResult } from '../../src/reconcile/context.ts';
import { reconcile } from '../../src/reconcile/reconcile.ts';
import { readSettings } from '../../src/settings.ts';
import { createLog } from '../../src/telemetry/log.ts';
import { ShiftableTimers } from './shiftable-timers.ts';

const WRITES = new Set(['apply', 'patch', 'delete', 'writeStatus', 'setFinalizers', 'emit']);

export interface ControllerHandle {
  readonly timers: ShiftableTimers;
  /** Every write since the last `forgetWrites`: `apply StatefulSet/prometheus`. */
  readonly writes: readonly string[];
  /** Those of the reconciles of one key: earlier files left resources of their own behind. */
  writesOf(key: string): readonly string[];
  forgetWrites(): void;
  /** No reconcile is under way, and the last one has set its timer. */
  settled(): Promise<void>;
  /** Pushes the clock once all is settled: a reconcile that planned before a push would set its timer after it, too late. */
  advance(ms: number): Promise<void>;
  advanceTo(timeMs: number): Promise<void>;
  /** Pushes the clock beyond the interval and waits until the key was reconciled because of that. */
  checkAgain(key: string): Promise<ReconcileResult>;
  /** What `/metrics` answers. */
  metrics(): Promise<string>;
  restart(): Promise<void>;
  relist(): Promise<void>;
  stop(): Promise<void>;
}

export interface ControllerSettings {
  readonly kubeconfig: () => string;
  readonly templateWriteInterval?: string;
}

/** Registers a controller for a test file: it runs from the first test to the last. */
export function useController(settings: ControllerSettings): ControllerHandle {
  const timers = new ShiftableTimers();
  const writes: string[] = [];
  const writesByKey = new Map<string, string[]>();
  const waiting: { readonly key: string; readonly resolve: (result: ReconcileResult) => void }[] = [];
  const idle = new EventEmitter();
  let inFlight = 0;
  let controller: Controller | undefined;

  const observed = async (key: string, context: ReconcileContext): Promise<ReconcileResult> => {
    const mine = waiting.filter((each) => each.key === key);
    inFlight += 1;
    const own = writesByKey.get(key) ?? [];
    writesByKey.set(key, own);
    const cluster = counting(context.cluster, (write) => {
      writes.push(write);
      own.push(write);
    });
    const result = await reconcile(key, { ...context, cluster }).finally(() => {
      inFlight -= 1;
      // The controller settles the key (and sets its timer) in the same turn in which this resolves.
      if (inFlight === 0) setImmediate(() => idle.emit('idle'));
    });
    for (const each of mine) {
      waiting.splice(waiting.indexOf(each), 1);
      each.resolve(result);
    }
    return result;
  };
  const start = async (): Promise<void> => {
    const read = readSettings(
      [
        '--kubeconfig',
        settings.kubeconfig(),
        '--listen',
        '127.0.0.1:0',
        '--log-level',
        process.env['MESHSCRAPE_E2E_LOG'] === undefined ? 'error' : 'debug',
        '--template-write-interval',
        settings.templateWriteInterval ?? '0s',
      ],
      {},
    );
    if (read.kind === 'invalid') throw new Error(JSON.stringify(read.problems));
    const log = createLog(read.settings.logLevel);
    controller = await startController({
      settings: read.settings,
      version: 'e2e',
      log,
      reconcile: observed,
      timers,
      random: () => 0.5,
    });
    await controller.running;
  };
  const stop = async (): Promise<void> => {
    await controller?.stop();
    controller = undefined;
  };
  const settled = async (): Promise<void> => {
    do {
      while (inFlight > 0) await once(idle, 'idle');
      await nextTurn();
    } while (inFlight > 0);
  };
  const advanceTo = async (timeMs: number): Promise<void> => {
    await settled();
    timers.advance(timeMs - timers.now());
  };
  beforeAll(start);
  afterAll(stop);
  return {
    timers,
    writes,
    writesOf: (key) => writesByKey.get(key) ?? [],
    forgetWrites: () => {
      writes.length = 0;
      for (const own of writesByKey.values()) own.length = 0;
    },
    settled,
    advance: (ms) => advanceTo(timers.now() + ms),
    advanceTo,
    checkAgain: async (key) => {
      await settled();
      const reconciled = new Promise<ReconcileResult>((resolve) => {
        waiting.push({ key, resolve });
      });
      timers.advance(11 * 60_000);
      return reconciled;
    },
    metrics: async () => {
      const answer = await fetch(`http://127.0.0.1:${controller?.port ?? 0}/metrics`);
      return answer.text();
    },
    restart: async () => {
      await stop();
      await start();
    },
    relist: async () => {
      await controller?.relist();
    },
    stop,
  };
}

function counting(cluster: Cluster, onWrite: (write: string) => void): Cluster {
  return new Proxy(cluster, {
    get: (target, property) => {
      const value: unknown = Reflect.get(target, property, target);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]): unknown => {
        if (WRITES.has(String(property))) onWrite(describe(String(property), args));
        return Reflect.apply(value, target, args);
      };
    },
  });
}

function describe(verb: string, [subject]: readonly unknown[]): string {
  if (verb === 'emit') {
    const { reason, regarding } = subject as ClusterEvent;
    return `emit ${reason} ${regarding.kind}/${regarding.name}`;
  }
  const { kind, name, metadata } = subject as { kind?: string; name?: string; metadata?: { name: string } };
  return `${verb} ${kind ?? ''}/${name ?? metadata?.name ?? ''}`;
}
