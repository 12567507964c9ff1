import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KINDS, type ResourceType } from '../../../src/api/kinds.ts';
import type { KubernetesObject } from '../../../src/api/kubernetes.ts';
import { Caches } from '../../../src/kube/informers/caches.ts';
import type { WriteResult } from '../../../src/reconcile/cluster.ts';
import { usePlayedApi } from '../../support/played-api.ts';
import type { PlayedRequest } from '../../support/played-server.ts';
import { thing } from '../../support/thing.ts';

const api = usePlayedApi();
let caches: Caches;
let reported: string[];
/** How the lists of each plural are answered. */
let answers: Map<string, (list: PlayedRequest) => void>;

beforeEach(() => {
  caches = new Caches(api().ports);
  reported = [];
  answers = new Map();
  api().server.answerAll((request) => {
    if (!request.isWatch) answers.get(request.path.split('/').at(-1) ?? '')?.(request);
  });
});

afterEach(() => {
  caches.stop();
});

function managed(name: string, version: string): KubernetesObject {
  const object = { ...thing(name, version), data: { key: 'text' } };
  return { ...object, metadata: { ...object.metadata, managedFields: [{ manager: 'kubectl' }] } };
}

/** Watches a kind whose lists are answered so, until the first is in. Watches are left open. */
async function watching(type: ResourceType, answer: (list: PlayedRequest) => void): Promise<void> {
  answers.set(type.plural, answer);
  caches.watch(type, (change) => {
    reported.push(
      change.kind === 'state' ? change.state.kind : `${change.kind} ${change.object.metadata.name}`,
    );
  });
  await caches.whenSynced();
}

const listing =
  (...objects: readonly KubernetesObject[]) =>
  (list: PlayedRequest): void => {
    list.list(objects, '10');
  };
const failing = (status: number) => (list: PlayedRequest) => {
  list.fail(status, 'no');
};

describe('Caches.watch', () => {
  it('reports changes and states, and refuses to watch a resource twice', async () => {
    await watching(KINDS.PrometheusIstioScrape, listing(managed('a', '5')));
    expect(reported).toEqual(['changed a', 'synced']);
    expect(() => {
      caches.watch({ ...KINDS.PrometheusIstioScrape, version: 'v2' }, () => undefined);
    }).toThrow('watch prometheusistioscrapes.meshscrape.dev: it is watched already');
  });

  it('asks for metadata of one namespace only, where the resource says so', async () => {
    const seen: unknown[] = [];
    answers.set('configmaps', (list) => {
      seen.push(list.path, list.headers.accept);
      list.list([], '10');
    });
    caches.watch({ ...KINDS.ConfigMap, metadataOnly: true, namespace: 'ns' }, () => undefined);
    await caches.whenSynced();
    expect(seen).toEqual([
      '/api/v1/namespaces/ns/configmaps',
      'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1',
    ]);
  });
});

describe('what Caches hold of an object', () => {
  it('has field ownership where the plan reads it', async () => {
    await watching(KINDS.StatefulSet, listing(managed('a', '5')));
    await watching(KINDS.Sidecar, listing(managed('a', '5')));
    await watching(KINDS.PeerAuthentication, listing(managed('a', '5')));
    const whole = { kind: 'present', value: managed('a', '5') };
    expect(caches.statefulSet('ns', 'a')).toEqual(whole);
    expect([caches.sidecars('ns'), caches.peerAuthentications('ns')]).toEqual(
      Array.from({ length: 2 }, () => ({ kind: 'present', value: [managed('a', '5')] })),
    );
  });

  it('has no field ownership elsewhere', async () => {
    await watching(KINDS.PrometheusIstioScrape, listing(managed('a', '5')));
    expect(caches.resource('ns/a')).toEqual({ ...thing('a', '5'), data: { key: 'text' } });
    expect(caches.resources('ns')).toHaveLength(1);
    expect([caches.resource('ns/b'), caches.resources('other')]).toEqual([undefined, []]);
  });

  it('is no more than the names of a ConfigMap', async () => {
    const changes: unknown[] = [];
    answers.set('configmaps', listing(managed('a', '5')));
    caches.watch(KINDS.ConfigMap, (change) => changes.push(change));
    await caches.whenSynced();
    const object = { ...thing('a', '5'), apiVersion: 'v1', kind: 'ConfigMap' };
    expect(changes[0]).toEqual({ kind: 'changed', object, previous: undefined });
  });
});

describe('Caches.isSynced', () => {
  it('is false without our own kind, which status needs', async () => {
    await watching(KINDS.StatefulSet, listing());
    expect(caches.isSynced()).toBe(false);
    await watching(KINDS.PrometheusIstioScrape, failing(404));
    expect(caches.isSynced()).toBe(false);
  });

  it('is true where another kind is absent or unreadable', async () => {
    await watching(KINDS.PrometheusIstioScrape, listing());
    await watching(KINDS.Sidecar, failing(404));
    await watching(KINDS.PeerAuthentication, failing(403));
    expect(caches.isSynced()).toBe(true);
  });

  it('is false until every kind has been listed', async () => {
    await watching(KINDS.PrometheusIstioScrape, listing());
    caches.watch(KINDS.StatefulSet, () => undefined);
    expect(caches.isSynced()).toBe(false);
  });
});

describe('the views of Caches', () => {
  it('distinguish what is not watched, absent, unreadable and not there', async () => {
    expect(caches.statefulSet('ns', 'a')).toEqual({
      kind: 'unreadable',
      message: 'statefulsets.apps: not watched, or not synced yet',
    });
    expect(caches.statefulSets('ns')).toEqual([]);
    await watching(KINDS.Sidecar, failing(404));
    expect(caches.sidecars('ns')).toEqual({ kind: 'absent' });
    await watching(KINDS.PeerAuthentication, failing(403));
    expect(caches.peerAuthentications('ns')).toEqual({
      kind: 'unreadable',
      message: 'list peerauthentications.security.istio.io: no',
    });
    await watching(KINDS.StatefulSet, listing(managed('a', '5')));
    expect(caches.statefulSet('ns', 'b')).toEqual({ kind: 'absent' });
    expect(caches.statefulSets('ns')).toEqual([managed('a', '5')]);
  });

  it('give the names of the ConfigMaps of a namespace', async () => {
    expect(caches.configMapNames('ns').kind).toBe('unreadable');
    await watching(KINDS.ConfigMap, listing(thing('b', '4'), thing('a', '5')));
    expect(caches.configMapNames('ns')).toEqual({ kind: 'present', value: ['b', 'a'] });
    expect(caches.configMapNames('other')).toEqual({ kind: 'present', value: [] });
  });
});

describe('Caches.write', () => {
  const REF = { apiVersion: 'apps/v1', kind: 'StatefulSet', namespace: 'ns', name: 'a' };
  const written = (object: KubernetesObject): WriteResult => ({ kind: 'written', object });

  it('puts the answer into the cache before the caller sees it', async () => {
    await watching(KINDS.StatefulSet, listing(managed('a', '5')));
    const result = await caches.write(REF, () => Promise.resolve(written(managed('a', '11'))));
    expect(result).toEqual(written(managed('a', '11')));
    expect(caches.statefulSet('ns', 'a')).toEqual({ kind: 'present', value: managed('a', '11') });
    expect(reported).toEqual(['changed a', 'synced']);
  });

  it('puts in what the cache holds of an object, not the whole answer', async () => {
    await watching(KINDS.PrometheusIstioScrape, listing());
    const ref = { ...REF, apiVersion: 'meshscrape.dev/v1alpha1', kind: 'PrometheusIstioScrape' };
    await caches.write(ref, () => Promise.resolve(written(managed('a', '11'))));
    expect(caches.resource('ns/a')?.metadata.managedFields).toBeUndefined();
  });

  it.each<{ name: string; result: WriteResult }>([
    { name: 'a write that was refused', result: { kind: 'stale', message: 'no' } },
    { name: 'an answer without a version', result: written(thing('a', '')) },
  ])('leaves the cache as it is after $name', async ({ result }) => {
    await watching(KINDS.StatefulSet, listing(managed('a', '5')));
    await caches.write(REF, () => Promise.resolve(result));
    expect(caches.statefulSet('ns', 'a')).toEqual({ kind: 'present', value: managed('a', '5') });
  });

  it('holds back events of the object until the answer is in, also when the write fails', async () => {
    await watching(KINDS.StatefulSet, listing(managed('a', '5')));
    const store = caches.storeOf(REF);
    reported.length = 0;
    const failed = caches.write(REF, () => {
      store?.upsert(managed('a', '11'));
      expect(reported).toEqual([]);
      return Promise.reject(new Error('down'));
    });
    await expect(failed).rejects.toThrow('down');
    expect(reported).toEqual(['changed a']);
  });

  it('writes what is not watched', async () => {
    const result = await caches.write(REF, () => Promise.resolve(written(managed('a', '11'))));
    expect(result.kind).toBe('written');
  });
});

describe('Caches.relist', () => {
  it('lists every kind again', async () => {
    await watching(KINDS.PrometheusIstioScrape, listing());
    await watching(KINDS.StatefulSet, listing());
    for (const plural of answers.keys()) answers.set(plural, listing(thing('b', '20')));
    await caches.relist();
    expect(caches.statefulSets('ns')).toHaveLength(1);
    expect(caches.resources('ns')).toHaveLength(1);
  });
});
