import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../../src/api/kubernetes.ts';
import { compareVersions } from '../../../src/kube/informers/resource-version.ts';
import { Store, type StoreChange } from '../../../src/kube/informers/store.ts';
import { thing } from '../fault-server.ts';

function open(): { store: Store<KubernetesObject>; told: string[] } {
  const told: string[] = [];
  const store = new Store<KubernetesObject>((change: StoreChange<KubernetesObject>) => {
    const { name, resourceVersion } = change.object.metadata;
    told.push(`${change.kind} ${name}@${resourceVersion}`);
  });
  return { store, told };
}

const version = (store: Store<KubernetesObject>, name: string): string | undefined =>
  store.get('ns', name)?.metadata.resourceVersion;

describe('compareVersions', () => {
  it.each([
    { name: 'equal', a: '5', b: '5', sign: 0 },
    { name: 'by number, not by text', a: '9', b: '10', sign: -1 },
    { name: 'newer', a: '11', b: '10', sign: 1 },
    { name: 'beyond every safe integer', a: '90071992547409931', b: '90071992547409930', sign: 1 },
  ])('$name', ({ a, b, sign }) => {
    expect(Math.sign(compareVersions(a, b))).toBe(sign);
  });
});

describe('Store.put', () => {
  it('caches our own write at once and swallows its echo', () => {
    const { store, told } = open();
    store.replace([thing('a', '100')], '100');
    told.length = 0;
    store.put(thing('a', '110'));
    expect(version(store, 'a')).toBe('110');
    store.upsert(thing('a', '110'));
    expect(told).toEqual([]);
    store.upsert(thing('a', '120'));
    expect(told).toEqual(['changed a@120']);
  });

  it('does not bring back an object that the watch saw deleted after our write', () => {
    const { store } = open();
    store.replace([thing('a', '100')], '100');
    store.remove(thing('a', '120'));
    store.put(thing('a', '110'));
    expect(version(store, 'a')).toBeUndefined();
  });

  it('does not go back when the watch has delivered something newer', () => {
    const { store } = open();
    store.replace([thing('a', '100')], '100');
    store.upsert(thing('a', '120'));
    store.put(thing('a', '110'));
    expect(version(store, 'a')).toBe('120');
  });

  it('tells of a foreign change that lies between our cache and our write', () => {
    const { store, told } = open();
    store.replace([thing('a', '100')], '100');
    told.length = 0;
    store.put(thing('a', '110'));
    store.upsert(thing('a', '105'));
    expect(told).toEqual(['changed a@110']);
    expect(version(store, 'a')).toBe('110');
  });

  it('swallows the echoes of several writes in a row', () => {
    const { store, told } = open();
    store.replace([thing('a', '100')], '100');
    told.length = 0;
    store.put(thing('a', '105'));
    store.put(thing('a', '110'));
    store.upsert(thing('a', '105'));
    store.upsert(thing('a', '110'));
    expect(told).toEqual([]);
    expect(version(store, 'a')).toBe('110');
  });
});

describe('Store.hold', () => {
  it('swallows an echo that comes before the answer', () => {
    const { store, told } = open();
    store.replace([thing('a', '100')], '100');
    told.length = 0;
    const release = store.hold('ns', 'a');
    store.upsert(thing('a', '110'));
    expect(told).toEqual([]);
    store.put(thing('a', '110'));
    release();
    expect(told).toEqual([]);
    expect(version(store, 'a')).toBe('110');
  });

  it('tells of a foreign change in flight when the answer is in', () => {
    const { store, told } = open();
    store.replace([thing('a', '100')], '100');
    told.length = 0;
    const release = store.hold('ns', 'a');
    store.upsert(thing('a', '105'));
    store.put(thing('a', '110'));
    release();
    expect(told).toEqual(['changed a@105']);
  });

  it('holds back nothing of other objects', () => {
    const { store, told } = open();
    const release = store.hold('ns', 'a');
    store.upsert(thing('b', '105'));
    expect(told).toEqual(['changed b@105']);
    release();
  });

  it('tells everything when the write failed', () => {
    const { store, told } = open();
    const release = store.hold('ns', 'a');
    store.upsert(thing('a', '105'));
    store.remove(thing('a', '106'));
    release();
    expect(told).toEqual(['changed a@105', 'deleted a@106']);
  });
});

describe('Store.drop', () => {
  it('keeps a deleted object out, whatever late events say, and tells of its end', () => {
    const { store, told } = open();
    store.replace([thing('a', '100')], '100');
    told.length = 0;
    store.drop('ns', 'a', 'uid-a');
    store.upsert(thing('a', '105'));
    expect(version(store, 'a')).toBeUndefined();
    expect(told).toEqual([]);
    store.remove(thing('a', '106'));
    expect(told).toEqual(['deleted a@106']);
  });

  it('leaves a namesake alone', () => {
    const { store } = open();
    store.replace([thing('a', '100')], '100');
    store.drop('ns', 'a', 'another-uid');
    expect(version(store, 'a')).toBe('100');
  });
});

describe('Store.replace', () => {
  it('tells what differs and nothing else', () => {
    const { store, told } = open();
    store.replace([thing('a', '1'), thing('b', '2'), thing('c', '3')], '10');
    told.length = 0;
    store.replace([thing('a', '1'), thing('b', '12'), thing('d', '13')], '20');
    expect(told).toEqual(['changed b@12', 'changed d@13', 'deleted c@3']);
    expect(store.inNamespace('ns').map((object) => object.metadata.name)).toEqual(['a', 'b', 'd']);
  });

  it('keeps our own write that is newer than the list', () => {
    const { store, told } = open();
    store.replace([thing('a', '1')], '10');
    store.put(thing('a', '15'));
    store.put(thing('b', '16'));
    told.length = 0;
    store.replace([thing('a', '1')], '12');
    expect([version(store, 'a'), version(store, 'b')]).toEqual(['15', '16']);
    expect(told).toEqual([]);
  });

  it('tells of the old and the new where a name was taken anew', () => {
    const { store, told } = open();
    store.replace([thing('a', '1')], '10');
    told.length = 0;
    const listed = thing('a', '15');
    const anew = { ...listed, metadata: { ...listed.metadata, uid: 'uid-2' } };
    store.replace([anew], '20');
    expect(told).toEqual(['changed a@15', 'deleted a@1']);
    expect(store.get('ns', 'a')?.metadata.uid).toBe('uid-2');
  });

  it('takes the list as it is when the versions went back: a restored backup', () => {
    const { store } = open();
    store.replace([thing('a', '500')], '500');
    store.replace([thing('a', '90')], '100');
    expect(version(store, 'a')).toBe('90');
    store.upsert(thing('a', '101'));
    expect(version(store, 'a')).toBe('101');
  });
});
