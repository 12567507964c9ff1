import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { WorkQueue, type WorkQueueOptions } from '../../src/controller/work-queue.ts';
import type { QueueMetrics } from '../../src/telemetry/queue-metrics.ts';
import { FakeClock } from '../support/fake-clock.ts';

interface Bed {
  readonly queue: WorkQueue;
  readonly clock: FakeClock;
}

/** A queue whose back-offs are the longest that chance gives. */
function bed(options: Partial<WorkQueueOptions> = {}): Bed {
  const clock = new FakeClock();
  return { queue: new WorkQueue({ timers: clock, random: () => 1, ...options }), clock };
}

/** What a `get` has come to by now: a key, the end, or still waiting. */
async function outcome(got: Promise<string | undefined>): Promise<string> {
  return Promise.race([got.then((key) => key ?? '(shut down)'), nextTurn().then(() => '(waits)')]);
}

describe('WorkQueue.add', () => {
  it('gives keys out in the order in which they came', async () => {
    const { queue } = bed();
    for (const key of ['c', 'a', 'b']) queue.add(key);
    expect([await queue.get(), await queue.get(), await queue.get()]).toEqual(['c', 'a', 'b']);
  });

  it('keeps a key once however often it is added', async () => {
    const { queue } = bed();
    for (let time = 0; time < 1000; time += 1) queue.add('a');
    expect(queue.depth).toBe(1);
    expect(await queue.get()).toBe('a');
    expect(await outcome(queue.get())).toBe('(waits)');
  });

  it('wakes a worker that waits', async () => {
    const { queue } = bed();
    const waiting = queue.get();
    queue.add('a');
    expect(await waiting).toBe('a');
  });

  it('holds back a key that is in a worker until that worker is done', async () => {
    const { queue } = bed();
    queue.add('a');
    await queue.get();
    queue.add('a');
    queue.add('a');
    const second = queue.get();
    expect(await outcome(second)).toBe('(waits)');
    queue.done('a');
    expect(await second).toBe('a');
    queue.done('a');
    expect(await outcome(queue.get())).toBe('(waits)');
  });
});

describe('WorkQueue.addAfter', () => {
  it('adds at the time, not before', async () => {
    const { queue, clock } = bed();
    queue.addAfter('a', 1000);
    clock.pass(999);
    expect(queue.depth).toBe(0);
    clock.pass(1);
    expect(await queue.get()).toBe('a');
  });

  it('lets the earliest of several win, whichever came first', () => {
    const { queue, clock } = bed();
    queue.addAfter('a', 5000);
    queue.addAfter('a', 1000);
    queue.addAfter('a', 3000);
    expect(clock.delays).toHaveLength(1);
    clock.pass(1000);
    expect(queue.depth).toBe(1);
    expect(clock.delays).toEqual([]);
  });

  it.each([
    { name: 'sets the longest timer that Node waits for', delayMs: 2 ** 31 - 1 },
    { name: 'sets no longer one, which Node would fire at once', delayMs: 2 ** 31 },
  ])('$name', ({ delayMs }) => {
    const { queue, clock } = bed();
    queue.addAfter('a', delayMs);
    expect(clock.delays).toEqual([2_147_483_647]);
  });

  it('lets the first of two that are due at the same time win', async () => {
    const { queue, clock } = bed();
    for (const key of ['a', 'b', 'a']) queue.addAfter(key, 1000);
    clock.pass(1000);
    expect([await queue.get(), await queue.get()]).toEqual(['a', 'b']);
  });

  it('adds at once when there is nothing to wait for', () => {
    const { queue } = bed();
    queue.addAfter('a', 0);
    expect(queue.depth).toBe(1);
  });
});

describe('WorkQueue.addRateLimited', () => {
  /** Fails a key and gives how long it takes until it is ready again. */
  function failedFor({ queue, clock }: Bed, key: string, atLeastMs?: number): number {
    queue.addRateLimited(key, atLeastMs);
    let waitedMs = 0;
    for (; queue.depth === 0 && waitedMs < 3_600_000; waitedMs += 250) clock.pass(250);
    void queue.get();
    queue.done(key);
    return waitedMs;
  }

  it('doubles the wait of a key up to five minutes', () => {
    const it = bed();
    const waits = Array.from({ length: 12 }, () => failedFor(it, 'a'));
    expect(waits).toEqual([
      500, 1000, 2000, 4000, 8000, 16_000, 32_000, 64_000, 128_000, 256_000, 300_000, 300_000,
    ]);
  });

  it('keeps the wait between half and the whole, by chance', () => {
    expect(failedFor(bed({ random: () => 0 }), 'a')).toBe(250);
    expect(failedFor(bed({ random: () => 0.999 }), 'a')).toBe(500);
  });

  it('starts afresh after forget, and for another key', () => {
    const it = bed();
    failedFor(it, 'a');
    failedFor(it, 'a');
    expect(failedFor(it, 'b')).toBe(500);
    it.queue.forget('a');
    expect(failedFor(it, 'a')).toBe(500);
  });

  it('waits as long as the API server asked', () => {
    expect(failedFor(bed(), 'a', 7000)).toBe(7000);
  });

  it('lets a storm of failures through at ten per second after the first hundred', () => {
    const { queue, clock } = bed();
    for (let key = 0; key < 150; key += 1) queue.addRateLimited(`key-${key}`);
    clock.pass(500);
    expect(queue.depth).toBe(105);
    clock.pass(1000);
    expect(queue.depth).toBe(115);
    clock.pass(3500);
    expect(queue.depth).toBe(150);
  });
});

describe('WorkQueue.shutDown', () => {
  it('ends workers that wait, drops what is ready and cancels every alarm', async () => {
    const { queue, clock } = bed();
    const waiting = queue.get();
    queue.addAfter('a', 1000);
    await queue.shutDown();
    expect(await waiting).toBeUndefined();
    expect(clock.delays).toEqual([]);
    queue.add('b');
    queue.addAfter('b', 1);
    queue.addRateLimited('b');
    expect(clock.delays).toEqual([]);
    expect(await queue.get()).toBeUndefined();
  });

  it('resolves when the last worker is done, which is not given the key again', async () => {
    const { queue } = bed();
    for (const key of ['a', 'b', 'c']) queue.add(key);
    await queue.get();
    await queue.get();
    const drained = queue.shutDown().then(() => 'drained');
    queue.add('a');
    queue.done('a');
    expect(await outcome(drained)).toBe('(waits)');
    queue.done('b');
    expect(await drained).toBe('drained');
    expect(await queue.get()).toBeUndefined();
  });
});

interface Heard {
  readonly metrics: QueueMetrics;
  readonly heard: string[];
  readonly processing: () => readonly number[];
}

function listening(): Heard {
  const heard: string[] = [];
  let processing: () => readonly number[] = () => [];
  const metrics: QueueMetrics = {
    added: () => heard.push('added'),
    retried: () => heard.push('retried'),
    depth: (keys) => heard.push(`depth ${keys}`),
    taken: (ms) => heard.push(`taken ${ms}`),
    done: (ms) => heard.push(`done ${ms}`),
    watchProcessing: (read) => {
      processing = read;
    },
  };
  return { metrics, heard, processing: () => processing() };
}

describe('the metrics of WorkQueue', () => {
  it('hear of every step, with its times', async () => {
    const { metrics, heard, processing } = listening();
    const { queue, clock } = bed({ metrics });
    queue.add('a');
    queue.add('a');
    clock.pass(30);
    await queue.get();
    clock.pass(40);
    expect(processing()).toEqual([40]);
    queue.done('a');
    expect(processing()).toEqual([]);
    queue.addRateLimited('a');
    expect(heard).toEqual(['added', 'depth 1', 'depth 0', 'taken 30', 'done 40', 'retried']);
  });

  it('hear nothing of a key that is done though no worker had it', () => {
    const { metrics, heard } = listening();
    bed({ metrics }).queue.done('a');
    expect(heard).toEqual([]);
  });

  it('hear that nothing is ready after a shutdown, whatever is done later', async () => {
    const { metrics, heard } = listening();
    const { queue } = bed({ metrics });
    for (const key of ['a', 'b', 'c']) queue.add(key);
    await queue.get();
    queue.add('a');
    heard.length = 0;
    void queue.shutDown();
    queue.done('a');
    queue.add('d');
    queue.addRateLimited('d');
    expect(heard).toEqual(['depth 0', 'done 0']);
    expect(queue.depth).toBe(0);
  });
});
