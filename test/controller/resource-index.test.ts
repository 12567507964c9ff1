import { describe, expect, it } from 'vitest';
import { ResourceIndex } from '../../src/controller/resource-index.ts';

describe('ResourceIndex', () => {
  it('keeps namespaces apart', () => {
    const index = new ResourceIndex();
    index.claim('a/one', 'prometheus');
    index.claim('b/one', 'prometheus');
    expect(index.of('a')).toEqual([{ key: 'a/one', name: 'one', workload: 'prometheus', configMaps: [] }]);
    expect(index.keys()).toEqual(['a/one', 'b/one']);
    expect(index.of('c')).toEqual([]);
  });

  it('keeps the ConfigMaps when the claim is renewed or moved', () => {
    const index = new ResourceIndex();
    index.claim('a/one', 'prometheus');
    index.watchConfigMaps('a/one', ['config']);
    expect(index.claim('a/one', 'thanos')?.workload).toBe('prometheus');
    expect(index.get('a/one')).toEqual({
      key: 'a/one',
      name: 'one',
      workload: 'thanos',
      configMaps: ['config'],
    });
    expect(index.hasClaim('a', 'prometheus')).toBe(false);
  });

  it('forgets a resource, and does not bring it back for its ConfigMaps', () => {
    const index = new ResourceIndex();
    index.claim('a/one', 'prometheus');
    expect(index.remove('a/one')?.workload).toBe('prometheus');
    index.watchConfigMaps('a/one', ['config']);
    expect(index.get('a/one')).toBeUndefined();
    expect(index.remove('a/one')).toBeUndefined();
    expect(index.namespaces()).toEqual([]);
  });

  it('forgets a namespace with its last resource', () => {
    const index = new ResourceIndex();
    for (const key of ['a/one', 'a/two', 'b/one']) index.claim(key, 'prometheus');
    for (const key of ['a/one', 'b/one']) index.remove(key);
    expect([index.namespaces(), index.keys()]).toEqual([['a'], ['a/two']]);
  });
});
