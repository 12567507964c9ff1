import { describe, expect, it } from 'vitest';
import { TtlCache } from '../../../src/kube/requests/ttl-cache.ts';
import { FakeClock } from '../../support/fake-clock.ts';

describe('TtlCache.recall', () => {
  it('asks once a minute for each key', async () => {
    const clock = new FakeClock();
    const cache = new TtlCache<string>(clock);
    const asked: string[] = [];
    const recall = (key: string): Promise<string> =>
      cache.recall(key, () => {
        asked.push(key);
        return Promise.resolve(`${key}${asked.length}`);
      });
    expect(await Promise.all([recall('a'), recall('a'), recall('b')])).toEqual(['a1', 'a1', 'b2']);
    clock.pass(59_999);
    expect(await recall('a')).toBe('a1');
    clock.pass(1);
    expect(await recall('a')).toBe('a3');
    expect(asked).toEqual(['a', 'b', 'a']);
  });

  it('does not cache a failure', async () => {
    const cache = new TtlCache<string>(new FakeClock());
    await expect(cache.recall('a', () => Promise.reject(new Error('down')))).rejects.toThrow('down');
    expect(await cache.recall('a', () => Promise.resolve('up'))).toBe('up');
  });
});
