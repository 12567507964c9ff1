import { describe, expect, it } from 'vitest';
import type { Timers } from '../../../src/kube/clock/timers.ts';
import { TtlCache } from '../../../src/kube/requests/ttl-cache.ts';

function clock(): Timers & { pass: (ms: number) => void } {
  let nowMs = 0;
  return {
    now: () => nowMs,
    after: () => () => undefined,
    pass: (ms) => {
      nowMs += ms;
    },
  };
}

describe('Memory', () => {
  it('asks once a minute for each key', async () => {
    const timers = clock();
    const memory = new TtlCache<string>(timers);
    const asked: string[] = [];
    const recall = (key: string): Promise<string> =>
      memory.recall(key, () => {
        asked.push(key);
        return Promise.resolve(`${key}${asked.length}`);
      });
    expect(await Promise.all([recall('a'), recall('a'), recall('b')])).toEqual(['a1', 'a1', 'b2']);
    timers.pass(59_999);
    expect(await recall('a')).toBe('a1');
    timers.pass(1);
    expect(await recall('a')).toBe('a3');
    expect(asked).toEqual(['a', 'b', 'a']);
  });

  it('does not remember what went wrong', async () => {
    const memory = new TtlCache<string>(clock());
    await expect(memory.recall('a', () => Promise.reject(new Error('down')))).rejects.toThrow('down');
    expect(await memory.recall('a', () => Promise.resolve('up'))).toBe('up');
  });
});
