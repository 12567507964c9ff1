// The queue against a model that is nothing but sets: whatever the order of calls, no key is in two workers,
// no add is lost, and one that came while the key was in a worker runs after it.
import fc from 'fast-check';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { WorkQueue } from '../../src/controller/work-queue.ts';
import { FakeClock } from '../support/fake-clock.ts';

interface Model {
  /** Added and not yet begun. */
  readonly owed: Set<string>;
  readonly inWork: Set<string>;
  /** Earliest alarm by key. */
  readonly alarms: Map<string, number>;
  nowMs: number;
  idleWorkers: number;
}

interface Real {
  readonly queue: WorkQueue;
  readonly clock: FakeClock;
  readonly taken: string[];
}

type Command = fc.AsyncCommand<Model, Real>;

/** Moves the model to where the queue should be, then compares the two. */
async function settle(model: Model, real: Real): Promise<void> {
  await nextTurn();
  for (const key of real.taken.splice(0)) {
    expect(model.inWork.has(key), `${key} is given to a second worker`).toBe(false);
    expect(model.owed.delete(key), `${key} runs though nobody asked`).toBe(true);
    model.inWork.add(key);
    model.idleWorkers -= 1;
  }
  const runnable = [...model.owed].filter((key) => !model.inWork.has(key));
  expect(real.queue.depth, 'keys that are ready').toBe(runnable.length);
  if (model.idleWorkers > 0) expect(runnable, 'an idle worker and keys that wait').toEqual([]);
}

function command(
  name: string,
  run: (model: Model, real: Real) => void,
  check?: (model: Model) => boolean,
): Command {
  return {
    check: (model) => check?.(model) ?? true,
    run: async (model, real) => {
      run(model, real);
      await settle(model, real);
    },
    toString: () => name,
  };
}

const add = (key: string): Command =>
  command(`add(${key})`, (model, { queue }) => {
    model.owed.add(key);
    queue.add(key);
  });

const addAfter = ([key, delayMs]: [string, number]): Command =>
  command(`addAfter(${key}, ${delayMs})`, (model, { queue }) => {
    const due = model.nowMs + delayMs;
    model.alarms.set(key, Math.min(model.alarms.get(key) ?? Infinity, due));
    queue.addAfter(key, delayMs);
  });

const advance = (byMs: number): Command =>
  command(`advance(${byMs})`, (model, { clock }) => {
    model.nowMs += byMs;
    for (const [key, due] of model.alarms) {
      if (due > model.nowMs) continue;
      model.alarms.delete(key);
      model.owed.add(key);
    }
    clock.pass(byMs);
  });

const get = (): Command =>
  command('get', (model, { queue, taken }) => {
    model.idleWorkers += 1;
    void queue.get().then((key) => taken.push(key ?? '(shut down)'));
  });

const done = (nth: number): Command =>
  command(
    `done(${nth})`,
    (model, { queue }) => {
      const key = [...model.inWork][nth % model.inWork.size] ?? '';
      model.inWork.delete(key);
      queue.done(key);
    },
    (model) => model.inWork.size > 0,
  );

describe('WorkQueue', () => {
  it('does what a set of keys owed and a set of keys in work would do', async () => {
    const key = fc.constantFrom('a', 'b', 'c', 'd');
    const commands = fc.commands(
      [
        key.map(add),
        fc.tuple(key, fc.integer({ min: 1, max: 50 })).map(addAfter),
        fc.integer({ min: 1, max: 40 }).map(advance),
        fc.constant(null).map(get),
        fc.nat(3).map(done),
      ],
      { maxCommands: 60 },
    );
    await fc.assert(
      fc.asyncProperty(commands, async (calls) => {
        const clock = new FakeClock();
        const real: Real = { queue: new WorkQueue({ timers: clock, random: () => 0.5 }), clock, taken: [] };
        const model: Model = {
          owed: new Set(),
          inWork: new Set(),
          alarms: new Map(),
          nowMs: clock.now(),
          idleWorkers: 0,
        };
        await fc.asyncModelRun(() => ({ model, real }), calls);
      }),
      { numRuns: 300 },
    );
  });
});
