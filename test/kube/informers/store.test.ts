import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../../src/api/kubernetes.ts';
import { Store, type StoreChange } from '../../../src/kube/informers/store.ts';
import { thing } from '../../support/thing.ts';

function open(): { store: Store<KubernetesObject>; reported: string[] } {
  const reported: string[] = [];
  const store = new Store<KubernetesObject>((change: StoreChange<KubernetesObject>) => {
    const { name, resourceVersion } = change.object.metadata;
    reported.push(`${change.kind} ${name}@${resourceVersion}`);
  });
  return { store, reported };
}

const version = (store: Store<KubernetesObject>, name: string): string | undefined =>
  store.get('ns', name)?.metadata.resourceVersion;

describe('Store.put', () => {
  it('caches our own write at once and swallows its echo', () => {
    const { store, reported } = open();
    store.replace([thing('a', '100')], '100');
    reported.length = 0;
    store.put(thing('a', '110'));
    expect(version(store, 'a')).toBe('110');
    store.upsert(thing('a', '110'));
    expect(reported).toEqual([]);
    store.upsert(thing('a', '120'));
    expect(reported).toEqual(['changed a@120']);
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

  it('reports a foreign change that lies between our cache and our write', () => {
    const { store, reported } = open();
    store.replace([thing('a', '100')], '100');
    reported.length = 0;
    store.put(thing('a', '110'));
    store.upsert(thing('a', '105'));
    expect(reported).toEqual(['changed a@110']);
    expect(version(store, 'a')).toBe('110');
  });

  it('takes the newer of two answers, whichever came first', () => {
    const { store } = open();
    store.replace([thing('a', '100')], '100');
    store.put(thing('a', '110'));
    store.put(thing('a', '105'));
    expect(version(store, 'a')).toBe('110');
  });

  it('swallows the echoes of several writes in a row', () => {
    const { store, reported } = open();
    store.replace([thing('a', '100')], '100');
    reported.length = 0;
    store.put(thing('a', '105'));
    store.put(thing('a', '110'));
    store.upsert(thing('a', '105'));
    store.upsert(thing('a', '110'));
    expect(reported).toEqual([]);
    expect(version(store, 'a')).toBe('110');
  });
});

describe('Store.bookmark', () => {
  it('does not go back', () => {
    const { store, reported } = open();
    store.bookmark('40');
    store.bookmark('30');
    store.put(thing('a', '35'));
    expect([version(store, 'a'), reported]).toEqual([undefined, ['deleted a@35']]);
  });
});

describe('Store.hold', () => {
  it('swallows an echo that comes before the answer', () => {
    const { store, reported } = open();
    store.replace([thing('a', '100')], '100');
    reported.length = 0;
    const release = store.hold('ns', 'a');
    store.upsert(thing('a', '110'));
    expect(reported).toEqual([]);
    store.put(thing('a', '110'));
    release();
    expect(reported).toEqual([]);
    expect(version(store, 'a')).toBe('110');
  });

  it('reports a foreign change in flight when the answer is in', () => {
    const { store, reported } = open();
    store.replace([thing('a', '100')], '100');
    reported.length = 0;
    const release = store.hold('ns', 'a');
    store.upsert(thing('a', '105'));
    store.put(thing('a', '110'));
    release();
    expect(reported).toEqual(['changed a@105']);
  });

  it('holds back nothing of other objects', () => {
    const { store, reported } = open();
    const release = store.hold('ns', 'a');
    store.upsert(thing('b', '105'));
    expect(reported).toEqual(['changed b@105']);
    release();
  });

  it('waits for the last answer of two writers', () => {
    const { store, reported } = open();
    const [first, second] = [store.hold('ns', 'a'), store.hold('ns', 'a')];
    store.upsert(thing('a', '105'));
    first();
    expect(reported).toEqual([]);
    second();
    expect(reported).toEqual(['changed a@105']);
  });

  it('reports everything when the write failed', () => {
    const { store, reported } = open();
    const release = store.hold('ns', 'a');
    store.upsert(thing('a', '105'));
    store.remove(thing('a', '106'));
    release();
    expect(reported).toEqual(['changed a@105', 'deleted a@106']);
  });
});

describe('Store.upsert', () => {
  it('says what was cached before', () => {
    const changes: StoreChange<KubernetesObject>[] = [];
    const store = new Store<KubernetesObject>((change) => changes.push(change));
    store.upsert(thing('a', '5'));
    store.upsert(thing('a', '6'));
    expect(changes).toEqual([
      { kind: 'changed', object: thing('a', '5'), previous: undefined },
      { kind: 'changed', object: thing('a', '6'), previous: thing('a', '5') },
    ]);
  });

  it('reports no event twice', () => {
    const { store, reported } = open();
    store.upsert(thing('a', '5'));
    store.upsert(thing('a', '5'));
    expect(reported).toEqual(['changed a@5']);
  });
});

describe('Store.remove', () => {
  it('leaves a namesake that was created meanwhile, and reports the end of the old one', () => {
    const { store, reported } = open();
    const old = thing('a', '5');
    const later = { ...old, metadata: { ...old.metadata, uid: 'uid-2', resourceVersion: '7' } };
    store.upsert(later);
    store.remove({ ...old, metadata: { ...old.metadata, resourceVersion: '6' } });
    expect(version(store, 'a')).toBe('7');
    expect(reported).toEqual(['changed a@7', 'deleted a@6']);
  });
});

describe('Store.drop', () => {
  it('keeps a deleted object out, whatever late events say, and reports its end', () => {
    const { store, reported } = open();
    store.replace([thing('a', '100')], '100');
    reported.length = 0;
    store.drop('ns', 'a', 'uid-a');
    store.upsert(thing('a', '105'));
    expect(version(store, 'a')).toBeUndefined();
    expect(reported).toEqual([]);
    store.remove(thing('a', '106'));
    expect(reported).toEqual(['deleted a@106']);
    // Its end was seen, so nothing is left to be held out.
    store.upsert(thing('a', '107'));
    expect(version(store, 'a')).toBe('107');
  });

  it('leaves a namesake alone', () => {
    const { store } = open();
    store.replace([thing('a', '100')], '100');
    store.drop('ns', 'a', 'another-uid');
    expect(version(store, 'a')).toBe('100');
  });
});

describe('Store.replace', () => {
  it('reports what differs and nothing else', () => {
    const { store, reported } = open();
    store.replace([thing('a', '1'), thing('b', '2'), thing('c', '3')], '10');
    reported.length = 0;
    store.replace([thing('a', '1'), thing('b', '12'), thing('d', '13')], '20');
    expect(reported).toEqual(['changed b@12', 'changed d@13', 'deleted c@3']);
    expect(store.inNamespace('ns').map((object) => object.metadata.name)).toEqual(['a', 'b', 'd']);
  });

  it('keeps our own write that is newer than the list', () => {
    const { store, reported } = open();
    store.replace([thing('a', '1')], '10');
    store.put(thing('a', '15'));
    store.put(thing('b', '16'));
    reported.length = 0;
    store.replace([thing('a', '1')], '12');
    expect([version(store, 'a'), version(store, 'b')]).toEqual(['15', '16']);
    expect(reported).toEqual([]);
  });

  it('says what was cached before, under the same uid or else the same name', () => {
    const changes: StoreChange<KubernetesObject>[] = [];
    const store = new Store<KubernetesObject>((change) => changes.push(change));
    store.replace([thing('a', '1'), thing('b', '2')], '10');
    changes.length = 0;
    const again = { ...thing('b', '12'), metadata: { ...thing('b', '12').metadata, uid: 'uid-2' } };
    store.replace([thing('a', '11'), again], '20');
    expect(changes).toEqual([
      { kind: 'changed', object: thing('a', '11'), previous: thing('a', '1') },
      { kind: 'changed', object: again, previous: thing('b', '2') },
      { kind: 'deleted', object: thing('b', '2') },
    ]);
  });

  it('keeps our own write through a list at the version that was seen last', () => {
    const { store } = open();
    store.replace([thing('a', '1')], '10');
    store.put(thing('a', '15'));
    store.replace([thing('a', '1')], '10');
    expect(version(store, 'a')).toBe('15');
  });

  it('reports nothing of our own write once its echo has come', () => {
    const { store, reported } = open();
    store.replace([thing('a', '100')], '100');
    store.put(thing('a', '110'));
    store.upsert(thing('a', '110'));
    reported.length = 0;
    store.replace([thing('a', '110')], '120');
    expect(reported).toEqual([]);
  });

  it('reports our own write where its echo is missing: a foreign change may be hidden before it', () => {
    const { store, reported } = open();
    store.replace([thing('a', '100')], '100');
    store.put(thing('a', '110'));
    reported.length = 0;
    store.replace([thing('a', '110')], '120');
    expect(reported).toEqual(['changed a@110']);
  });

  it('takes back an object that we deleted, if it is still listed', () => {
    const { store, reported } = open();
    store.replace([thing('a', '100')], '100');
    store.drop('ns', 'a', 'uid-a');
    store.replace([thing('a', '105')], '110');
    store.upsert(thing('a', '111'));
    expect(version(store, 'a')).toBe('111');
    expect(reported).toEqual(['changed a@100', 'changed a@105', 'changed a@111']);
  });

  it('reports the old and the new where a name was taken anew', () => {
    const { store, reported } = open();
    store.replace([thing('a', '1')], '10');
    reported.length = 0;
    const listed = thing('a', '15');
    const anew = { ...listed, metadata: { ...listed.metadata, uid: 'uid-2' } };
    store.replace([anew], '20');
    expect(reported).toEqual(['changed a@15', 'deleted a@1']);
    expect(store.get('ns', 'a')?.metadata.uid).toBe('uid-2');
  });

  it('takes the list as it is when the versions went back: a restored backup', () => {
    const { store, reported } = open();
    store.replace([thing('a', '500'), thing('b', '400')], '500');
    store.put(thing('a', '510'));
    store.replace([thing('a', '90')], '100');
    expect([version(store, 'a'), version(store, 'b')]).toEqual(['90', undefined]);
    reported.length = 0;
    store.upsert(thing('a', '101'));
    expect(version(store, 'a')).toBe('101');
    // No echo of the write of before the backup is waited for.
    store.replace([thing('a', '101')], '110');
    expect(reported).toEqual(['changed a@101']);
  });
});
