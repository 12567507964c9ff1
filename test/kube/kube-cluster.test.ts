import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KINDS } from '../../src/api/kinds.ts';
import type { KubernetesObject, StatefulSet } from '../../src/api/kubernetes.ts';
import type { PrometheusIstioScrape } from '../../src/api/resource.ts';
import { KubeCluster } from '../../src/kube/kube-cluster.ts';
import { usePlayedApi } from '../support/played-api.ts';
import type { PlayedRequest } from '../support/played-server.ts';
import { thing } from '../support/thing.ts';

const api = usePlayedApi();
let cluster: KubeCluster;

beforeEach(() => {
  cluster = new KubeCluster(api().ports);
});

afterEach(() => {
  cluster.stop();
});

interface Scale {
  readonly replicas?: number;
  readonly running?: number;
  readonly observedGeneration?: number;
}

function statefulSet({ replicas, running, observedGeneration = 1 }: Scale): StatefulSet {
  return {
    ...thing('s', '5'),
    metadata: { ...thing('s', '5').metadata, generation: 2 },
    spec: {
      ...(replicas === undefined ? {} : { replicas }),
      selector: { matchLabels: { app: 'p' } },
      template: { spec: { containers: [] } },
    },
    status: { observedGeneration, ...(running === undefined ? {} : { replicas: running }) },
  };
}

describe('KubeCluster.pods', () => {
  const rows: readonly (Scale & { readonly name: string; readonly answered: string })[] = [
    { name: 'watches the pods of a workload that runs', replicas: 1, running: 1, answered: 'list, watch' },
    { name: 'watches where replicas are not said: one', answered: 'list, watch' },
    {
      name: 'watches while pods of a workload scaled to zero still run',
      replicas: 0,
      running: 1,
      answered: 'list, watch',
    },
    {
      name: 'asks once for the pods of a workload just scaled to zero',
      replicas: 0,
      running: 0,
      answered: 'list',
    },
    {
      name: 'asks nothing once its controller has counted none',
      replicas: 0,
      observedGeneration: 2,
      answered: '',
    },
  ];
  it.each(rows)('$name', async ({ answered, ...scale }) => {
    const asked: string[] = [];
    const watched = Promise.withResolvers<undefined>();
    api().server.answerAll((request) => {
      expect(request.url.searchParams.get('labelSelector')).toBe('app=p');
      asked.push(request.isWatch ? 'watch' : 'list');
      if (request.isWatch) watched.resolve(undefined);
      else request.list([thing('s-0', '5')], '10');
    });
    const pods = await cluster.pods(statefulSet(scale));
    if (answered.includes('watch')) await watched.promise;
    expect(pods).toEqual({ kind: 'present', value: answered === '' ? [] : [thing('s-0', '5')] });
    expect(asked.join(', ')).toBe(answered);
  });

  it('ends the watch of a workload that is scaled to zero', async () => {
    const pods = cluster.pods(statefulSet({ replicas: 1 }));
    (await api().next()).list([], '10');
    await pods;
    const watch = await api().next();
    watch.open();
    await cluster.pods(statefulSet({ replicas: 0, observedGeneration: 2 }));
    await watch.gone();
  });
});

const META = {
  apiVersion: 'meshscrape.dev/v1alpha1',
  kind: 'PrometheusIstioScrape',
  namespace: 'ns',
  name: 'a',
};

function resource(metadata: Partial<KubernetesObject['metadata']> = {}): PrometheusIstioScrape {
  const object = thing('a', '5');
  return {
    ...object,
    apiVersion: META.apiVersion,
    kind: META.kind,
    metadata: { ...object.metadata, ...metadata },
  } as PrometheusIstioScrape;
}

/** The resource is cached and watched; gives the watch. */
async function watching(metadata: Partial<KubernetesObject['metadata']> = {}): Promise<PlayedRequest> {
  cluster.watch(KINDS.PrometheusIstioScrape, () => undefined);
  (await api().next()).list([resource(metadata)], '10');
  await cluster.whenSynced();
  return api().next();
}

describe('KubeCluster.delete', () => {
  it('takes the object out of the cache at once', async () => {
    await watching();
    const { request } = await api().answered(cluster.delete(META, { uid: 'uid-a' }), (received) => {
      received.reply(200, { kind: 'Status', status: 'Success' });
    });
    expect(request.method).toBe('DELETE');
    expect(cluster.resource('ns/a')).toBeUndefined();
  });

  it.each([
    {
      name: 'leaves it while a finalizer holds it',
      status: 200,
      body: resource({ resourceVersion: '11', deletionTimestamp: '2026-03-01T12:00:00Z' }),
    },
    { name: 'leaves it when the deletion is refused', status: 403, body: {} },
  ])('$name', async ({ status, body }) => {
    await watching();
    await api().answered(cluster.delete(META, { uid: 'uid-a' }), (received) => {
      received.reply(status, body);
    });
    expect(cluster.resource('ns/a')).toBeDefined();
  });
});

describe('KubeCluster.writeStatus', () => {
  it('writes the status of the resource, and caches the answer', async () => {
    await watching();
    const { request } = await api().answered(cluster.writeStatus(resource(), { x: 1 }), (received) => {
      received.reply(200, resource({ resourceVersion: '11' }));
    });
    expect(request.json()).toMatchObject({ status: { x: 1 } });
    expect(cluster.resource('ns/a')?.metadata.resourceVersion).toBe('11');
  });

  it('sends nothing where the resource was created again: the API server ignores the uid of a status', async () => {
    await watching({ uid: 'uid-2' });
    expect(await cluster.writeStatus(resource(), {})).toEqual({
      kind: 'absent',
      message: 'write status of PrometheusIstioScrape ns/a: it was created again',
    });
    expect(api().server.waiting).toBe(0);
  });

  it('writes where no uid is named', async () => {
    await watching({ uid: 'uid-2' });
    const { result } = await api().answered(cluster.writeStatusOf(META, {}), (received) => {
      received.reply(200, resource({ uid: 'uid-2', resourceVersion: '11' }));
    });
    expect(result.kind).toBe('written');
  });
});

describe('KubeCluster.setFinalizers', () => {
  const DELETED = { deletionTimestamp: '2026-03-01T12:00:00Z', resourceVersion: '11' };
  interface Row {
    readonly name: string;
    readonly finalizers: readonly string[];
    readonly answer: Partial<KubernetesObject['metadata']>;
    readonly isCached: boolean;
  }
  const rows: readonly Row[] = [
    {
      name: 'takes a resource that is being deleted out of the cache with its last finalizer',
      finalizers: [],
      answer: DELETED,
      isCached: false,
    },
    { name: 'leaves it while others remain', finalizers: ['other'], answer: DELETED, isCached: true },
    {
      name: 'leaves one that is not being deleted',
      finalizers: [],
      answer: { resourceVersion: '11' },
      isCached: true,
    },
  ];
  it.each(rows)('$name', async ({ finalizers, answer, isCached }) => {
    await watching();
    const { request } = await api().answered(cluster.setFinalizers(resource(), finalizers), (received) => {
      received.reply(200, resource(answer));
    });
    expect(request.json()).toEqual({ metadata: { finalizers, uid: 'uid-a', resourceVersion: '5' } });
    expect(cluster.resource('ns/a') !== undefined).toBe(isCached);
  });

  it('leaves the cache as it is when it is refused', async () => {
    await watching({ deletionTimestamp: '2026-03-01T12:00:00Z' });
    const { result } = await api().answered(cluster.setFinalizers(resource(), []), (received) => {
      received.fail(409, 'modified');
    });
    expect(result.kind).toBe('stale');
    expect(cluster.resource('ns/a')).toBeDefined();
  });
});

describe('KubeCluster.apply and patch', () => {
  it('cache their answers', async () => {
    await watching();
    const body = { ...META, metadata: { namespace: 'ns', name: 'a' } };
    await api().answered(cluster.apply(body, { fieldManager: 'm', force: false }), (received) => {
      received.reply(200, resource({ resourceVersion: '11' }));
    });
    expect(cluster.resource('ns/a')?.metadata.resourceVersion).toBe('11');
    await api().answered(cluster.patch(META, [], 'm'), (received) => {
      received.reply(200, resource({ resourceVersion: '12' }));
    });
    expect(cluster.resource('ns/a')?.metadata.resourceVersion).toBe('12');
  });
});

describe('KubeCluster.relist', () => {
  it('lists the watched kinds and the pods again', async () => {
    let lists = 0;
    api().server.answerAll((request) => {
      if (request.isWatch) return;
      lists += 1;
      request.list([], '10');
    });
    cluster.watch(KINDS.PrometheusIstioScrape, () => undefined);
    await cluster.whenSynced();
    await cluster.pods(statefulSet({ replicas: 1 }));
    await cluster.relist();
    expect(lists).toBe(4);
  });
});

describe('KubeCluster.stop', () => {
  it('ends every watch', async () => {
    const watch = await watching();
    watch.open();
    const pods = cluster.pods(statefulSet({ replicas: 1 }));
    (await api().next()).list([], '10');
    await pods;
    const podWatch = await api().next();
    podWatch.open();
    cluster.stop();
    await Promise.all([watch.gone(), podWatch.gone()]);
  });
});
