import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StatefulSet } from '../../src/api/kubernetes.ts';
import type { PrometheusIstioScrape } from '../../src/api/resource.ts';
import { BaseOperator } from '../../src/controller/base-operator.ts';
import { loadKubeConfig, SharedKubeConfig } from '../../src/kube/http/kube-config.ts';
import { Transport } from '../../src/kube/http/transport.ts';
import { KubeCluster } from '../../src/kube/kube-cluster.ts';
import type { WatchChange, WatchedResource } from '../../src/kube/informers/caches.ts';
import type { ApplyBody, ApplyOptions, WriteResult } from '../../src/reconcile/cluster.ts';
import type { KubeObject } from '../../testbed/api/kube-object.ts';
import { RecordedLog } from '../support/recorded-log.ts';
import { TcpProxy } from '../kube/tcp-proxy.ts';
import { useTestBed } from '../support/control-plane.ts';

const bed = useTestBed({ kubelet: false });

const STATEFUL_SETS = { group: 'apps', version: 'v1', plural: 'statefulsets' };
const CONFIG_MAPS = { group: '', version: 'v1', plural: 'configmaps', metadataOnly: true };
const RESOURCES = { group: 'meshscrape.dev', version: 'v1alpha1', plural: 'prometheusistioscrapes' };
const SIDECARS = { group: 'networking.istio.io', version: 'v1beta1', plural: 'sidecars' };
const OTHER: ApplyOptions = { fieldManager: 'other', force: true };
const OURS: ApplyOptions = { fieldManager: 'meshscrape.test', force: false };

/** A cluster of its own, and what its watches told, as `changed StatefulSet/a` lines. */
class Client {
  readonly transport: Transport;
  readonly cluster: KubeCluster;
  readonly log = new RecordedLog();
  readonly told: string[] = [];
  #waiting: (() => void)[] = [];

  constructor(kubeConfig: SharedKubeConfig) {
    this.transport = new Transport({ kubeConfig, version: 'e2e' });
    const { transport, log } = this;
    const onPodEvent = (namespace: string, name: string): void => {
      this.tell(`pods of ${namespace}/${name}`);
    };
    this.cluster = new KubeCluster({ transport, log, onPodEvent });
  }

  async watch(...resources: readonly WatchedResource[]): Promise<this> {
    for (const resource of resources) {
      this.cluster.watch({ namespace: bed.namespace, ...resource }, (change: WatchChange) => {
        if (change.kind === 'state') this.tell(`${resource.plural} ${change.state.kind}`);
        else this.tell(`${change.kind} ${change.object.kind}/${change.object.metadata.name}`);
      });
    }
    await this.cluster.whenSynced();
    return this;
  }

  tell(line: string): void {
    this.told.push(line);
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  /** Waits until this line was told; answers the lines before it and forgets them. */
  async until(line: string): Promise<string[]> {
    while (!this.told.includes(line)) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return this.told.splice(0, this.told.indexOf(line) + 1).slice(0, -1);
  }

  async close(): Promise<void> {
    this.cluster.stop();
    await this.transport.close(1_000);
  }
}

const open: Client[] = [];

function client(kubeConfig: SharedKubeConfig = loadKubeConfig(bed.kubeconfig)): Client {
  const made = new Client(kubeConfig);
  open.push(made);
  return made;
}

/** The same administrator through a proxy. */
function through(proxy: TcpProxy): SharedKubeConfig {
  const kubeConfig = loadKubeConfig(bed.kubeconfig);
  const [cluster] = kubeConfig.clusters;
  const [user] = kubeConfig.users;
  if (cluster === undefined || user === undefined) throw new Error('the kubeconfig names no cluster');
  const proxied = new SharedKubeConfig();
  proxied.loadFromClusterAndUser({ ...cluster, server: proxy.url }, user);
  return proxied;
}

afterAll(async () => {
  for (const made of open) await made.close();
});

function statefulSet(name: string, more: object = {}): ApplyBody {
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name, namespace: bed.namespace },
    spec: {
      replicas: 0,
      serviceName: name,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [{ name: 'prometheus', image: 'x' }] },
      },
      ...more,
    },
  };
}

function annotation(name: string, annotations: Record<string, string>): ApplyBody {
  const metadata = { name, namespace: bed.namespace, annotations };
  return { apiVersion: 'apps/v1', kind: 'StatefulSet', metadata };
}

/** For the test bed's client, whose types are looser. */
function plain(body: ApplyBody): KubeObject {
  return { ...body, metadata: { ...body.metadata } };
}

function refOf(body: ApplyBody): { apiVersion: string; kind: string; namespace: string; name: string } {
  const { apiVersion, kind, metadata } = body;
  return { apiVersion, kind, namespace: metadata.namespace, name: metadata.name };
}

function written(result: WriteResult): Extract<WriteResult, { kind: 'written' }>['object'] {
  if (result.kind !== 'written') throw new Error(`not written: ${JSON.stringify(result)}`);
  return result.object;
}

function cached(made: Client, name: string): StatefulSet {
  const seen = made.cluster.workload({ kind: 'StatefulSet', namespace: bed.namespace, name: name });
  if (seen.kind !== 'present') throw new Error(`${name} is ${seen.kind}`);
  return seen.value;
}

/** The same with a replica: at zero nothing is watched. The controller manager of the bed makes no pod of it. */
function scaled(statefulSet: StatefulSet): StatefulSet {
  return { ...statefulSet, spec: { ...statefulSet.spec, replicas: 1 } };
}

/** The watch delivers in order: when the marker has come, every event before it has. */
async function marker(made: Client, name: string): Promise<string[]> {
  await bed.api.apply(plain(statefulSet(name)), { fieldManager: 'marker' });
  const told = await made.until(`changed StatefulSet/${name}`);
  return told.filter((line) => !line.startsWith('changed StatefulSet/marker'));
}

/** The StatefulSet controller writes its status once; wait for that, or it is a foreign change. */
async function settled(name: string): Promise<void> {
  await bed.api.waitForObject(
    manifest('StatefulSet', name),
    (object) => object?.['status']?.observedGeneration === object?.metadata.generation,
  );
}

describe('the cache of KubeCluster', () => {
  let made: Client;
  beforeAll(async () => {
    made = await client().watch(STATEFUL_SETS, CONFIG_MAPS);
  });

  it('is never older than our own last write, and our writes wake nobody', async () => {
    written(await made.cluster.apply(statefulSet('own'), OURS));
    await settled('own');
    await marker(made, 'marker-0');
    for (let n = 1; n <= 50; n += 1) {
      written(await made.cluster.apply(annotation('own', { n: String(n) }), { ...OURS, fieldManager: 'n' }));
      expect(cached(made, 'own').metadata.annotations?.['n']).toBe(String(n));
    }
    expect(await marker(made, 'marker-1')).toEqual([]);
    const { metadata } = await bed.api.get(manifest('StatefulSet', 'own'));
    expect(cached(made, 'own').metadata.resourceVersion).toBe(metadata.resourceVersion);
  });

  it('tells of what others do, also while we write', async () => {
    written(await made.cluster.apply(statefulSet('shared'), OURS));
    await marker(made, 'marker-2');
    const others = Array.from({ length: 10 }, async (_, n) => {
      await bed.api.apply(plain(annotation('shared', { [`other-${n}`]: 'x' })), {
        fieldManager: `other-${n}`,
      });
    });
    const own = Array.from({ length: 10 }, async (_, n) => {
      const body = annotation('shared', { [`own-${n}`]: 'x' });
      written(await made.cluster.apply(body, { ...OURS, fieldManager: `own-${n}` }));
    });
    await Promise.all([...others, ...own]);
    const told = await marker(made, 'marker-3');
    expect(told.length).toBeGreaterThan(0);
    expect(new Set(told)).toEqual(new Set(['changed StatefulSet/shared']));
    expect(Object.keys(cached(made, 'shared').metadata.annotations ?? {})).toHaveLength(20);
  });

  it('keeps the managedFields of StatefulSets', async () => {
    written(await made.cluster.apply(statefulSet('fields'), OURS));
    expect(cached(made, 'fields').metadata.managedFields?.[0]?.manager).toBe('meshscrape.test');
    await made.cluster.relist();
    expect(cached(made, 'fields').metadata.managedFields?.[0]?.manager).toBe('meshscrape.test');
  });

  it('loses what we deleted at once, and tells of its end', async () => {
    const { uid } = written(await made.cluster.apply(statefulSet('deleted'), OURS)).metadata;
    written(await made.cluster.delete(refOf(statefulSet('deleted')), { uid }));
    expect(made.cluster.workload({ kind: 'StatefulSet', namespace: bed.namespace, name: 'deleted' })).toEqual(
      { kind: 'absent' },
    );
    await made.until('deleted StatefulSet/deleted');
  });

  it('holds no body of a ConfigMap, and is not woken by our own patch of it', async () => {
    await bed.api.create({ ...manifest('ConfigMap', 'prometheus'), data: { key: 'text' } });
    await made.until('changed ConfigMap/prometheus');
    const ref = { ...refOf(statefulSet('prometheus')), apiVersion: 'v1', kind: 'ConfigMap' };
    const operations = [{ op: 'replace', path: '/data/key', value: 'new' }] as const;
    const object = written(await made.cluster.patch(ref, operations, 'meshscrape.test'));
    expect(object).toMatchObject({ data: { key: 'new' } });
    await bed.api.create({ ...manifest('ConfigMap', 'marker'), data: {} });
    expect(await made.until('changed ConfigMap/marker')).not.toContain('changed ConfigMap/prometheus');
    expect(await made.cluster.configMap(bed.namespace, 'prometheus')).toMatchObject({
      kind: 'present',
      value: { data: { key: 'new' } },
    });
    expect(await made.cluster.configMap(bed.namespace, 'none')).toEqual({ kind: 'absent' });
    expect(await made.cluster.service(bed.namespace, 'none')).toEqual({ kind: 'absent' });
  });
});

/** Names an object for the test bed's client. */
function manifest(
  kind: 'StatefulSet' | 'ConfigMap' | 'Pod',
  name: string,
): { apiVersion: string; kind: string; metadata: { name: string; namespace: string } } {
  const apiVersion = kind === 'StatefulSet' ? 'apps/v1' : 'v1';
  return { apiVersion, kind, metadata: { name, namespace: bed.namespace } };
}

describe('a write of KubeCluster', () => {
  let made: Client;
  beforeAll(async () => {
    made = await client().watch(STATEFUL_SETS);
  });

  it('names the manager and the path of a conflict', async () => {
    await bed.api.apply(plain(statefulSet('conflict')), { fieldManager: 'owner' });
    const result = await made.cluster.apply(statefulSet('conflict', { replicas: 3 }), OURS);
    expect(result).toMatchObject({
      kind: 'conflict',
      conflicts: [{ manager: 'owner', path: '.spec.replicas' }],
    });
    const forced = await made.cluster.apply(statefulSet('conflict', { replicas: 3 }), {
      ...OURS,
      force: true,
    });
    expect(forced.kind).toBe('written');
  });

  it('is stale when its resourceVersion is: apply and JSON patch', async () => {
    const old = written(await made.cluster.apply(statefulSet('stale'), OURS)).metadata.resourceVersion;
    written(await made.cluster.apply(annotation('stale', { a: '1' }), { ...OURS, fieldManager: 'x' }));
    const body = annotation('stale', { a: '2' });
    const withVersion = { ...body, metadata: { ...body.metadata, resourceVersion: old } };
    expect(await made.cluster.apply(withVersion, { ...OURS, force: true })).toMatchObject({ kind: 'stale' });
    const operations = [{ op: 'replace', path: '/metadata/resourceVersion', value: old }] as const;
    expect(await made.cluster.patch(refOf(body), operations, 'x')).toMatchObject({ kind: 'stale' });
  });

  it('is absent, or refused with the sentence of the API server', async () => {
    const none = refOf(statefulSet('none'));
    expect(await made.cluster.delete(none, { uid: 'x' })).toMatchObject({ kind: 'absent' });
    const invalid = statefulSet('invalid', { selector: { matchLabels: { app: 'other' } } });
    expect(await made.cluster.apply(invalid, OURS)).toMatchObject({
      kind: 'refused',
      status: 422,
      reason: 'Invalid',
      message: expect.stringContaining('`selector` does not match template `labels`'),
    });
  });

  it('deletes only the object that it was told to', async () => {
    written(await made.cluster.apply(statefulSet('other-uid'), OURS));
    const ref = refOf(statefulSet('other-uid'));
    const result = await made.cluster.delete(ref, { uid: '00000000-0000-0000-0000-000000000000' });
    expect(result).toMatchObject({ kind: 'stale' });
  });

  it('is refused where we have no right, and reads there are unreadable', async () => {
    const nobody = await client(loadKubeConfig(bed.kubeconfigFor('nobody'))).watch(STATEFUL_SETS, SIDECARS);
    expect(await nobody.cluster.apply(statefulSet('forbidden'), OURS)).toMatchObject({
      kind: 'refused',
      status: 403,
      reason: 'Forbidden',
    });
    const message = expect.stringContaining('is forbidden: User "nobody" cannot');
    const unreadable = { kind: 'unreadable', message };
    expect(
      nobody.cluster.workload({ kind: 'StatefulSet', namespace: bed.namespace, name: 'x' }),
    ).toMatchObject(unreadable);
    expect(nobody.cluster.sidecars(bed.namespace)).toMatchObject(unreadable);
    expect(await nobody.cluster.configMap(bed.namespace, 'x')).toMatchObject(unreadable);
    expect(await nobody.cluster.podsOfNamespace(bed.namespace)).toMatchObject(unreadable);
    const zero = cached(made, 'stale');
    const one = { ...zero, spec: { ...zero.spec, replicas: 1 } };
    expect(await nobody.cluster.pods(one)).toMatchObject(unreadable);
    // Its own controller has counted none: nothing to ask for. An older count is no answer.
    const counted = { replicas: 0, observedGeneration: zero.metadata.generation ?? 0 };
    expect(await nobody.cluster.pods({ ...zero, status: counted })).toEqual({ kind: 'present', value: [] });
    const older = { ...counted, observedGeneration: counted.observedGeneration - 1 };
    expect(await nobody.cluster.pods({ ...zero, status: older })).toMatchObject(unreadable);
  });
});

describe('isSynced of KubeCluster', () => {
  it.each([
    ['our own CRD is absent', { ...RESOURCES, group: 'absent.example' }, false],
    ['another CRD is absent', { ...SIDECARS, group: 'absent.example' }, true],
  ] as const)('when %s', async (_, absent, isSynced) => {
    const rest = [RESOURCES, SIDECARS, STATEFUL_SETS].filter(({ plural }) => plural !== absent.plural);
    expect((await client().watch(absent, ...rest)).cluster.isSynced()).toBe(isSynced);
  });
});

describe('the resource of KubeCluster', () => {
  const key = (): string => `${bed.namespace}/scrape`;
  let made: Client;
  beforeAll(async () => {
    made = await client().watch(RESOURCES);
    await bed.api.create({
      apiVersion: 'meshscrape.dev/v1alpha1',
      kind: 'PrometheusIstioScrape',
      metadata: { name: 'scrape', namespace: bed.namespace },
      spec: { workload: { name: 'prometheus' } },
    });
    await made.until('changed PrometheusIstioScrape/scrape');
  });

  function resource(): PrometheusIstioScrape {
    const found = made.cluster.resource(key());
    if (found === undefined) throw new Error('the resource is gone');
    return found;
  }

  it('is kept without managedFields', () => {
    expect(resource().metadata.managedFields).toBeUndefined();
    expect(made.cluster.resources(bed.namespace)).toHaveLength(1);
  });

  it('takes a whole status, which is no write the second time', async () => {
    const { generation, resourceVersion } = resource().metadata;
    const status = { observedGeneration: 1, pendingCount: 2, conditions: [] };
    written(await made.cluster.writeStatus(resource(), status));
    expect(resource().status).toMatchObject({ observedGeneration: 1, pendingCount: 2 });
    expect(resource().metadata.generation).toBe(generation);
    expect(resource().metadata.resourceVersion).not.toBe(resourceVersion);
    const after = resource().metadata.resourceVersion;
    written(await made.cluster.writeStatus(resource(), status));
    expect(resource().metadata.resourceVersion).toBe(after);
    written(await made.cluster.writeStatus(resource(), { observedGeneration: 1, conditions: [] }));
    expect(resource().status?.pendingCount).not.toBe(2);
  });

  it('does not give its status to a namesake', async () => {
    const { metadata } = resource();
    const namesake = {
      ...resource(),
      metadata: { ...metadata, uid: '00000000-0000-0000-0000-000000000000' },
    };
    expect(await made.cluster.writeStatus(namesake, { observedGeneration: 9 })).toMatchObject({
      kind: 'absent',
    });
  });

  it('takes finalizers only at the version that was read', async () => {
    const old = resource();
    written(await made.cluster.setFinalizers(old, ['meshscrape.dev/undo']));
    expect(resource().metadata.finalizers).toEqual(['meshscrape.dev/undo']);
    expect(await made.cluster.setFinalizers(old, [])).toMatchObject({ kind: 'stale' });
    expect(resource().metadata.finalizers).toEqual(['meshscrape.dev/undo']);
    written(await made.cluster.setFinalizers(resource(), []));
  });

  it('records an event, and raises its series', async () => {
    const { uid } = resource().metadata;
    const regarding = {
      apiVersion: 'meshscrape.dev/v1alpha1',
      kind: 'PrometheusIstioScrape',
      namespace: bed.namespace,
      name: 'scrape',
      uid,
    };
    const event = { regarding, type: 'Normal', reason: 'Tested', action: 'Test', note: 'a note' } as const;
    for (let n = 0; n < 3; n += 1) await made.cluster.emit(event);
    expect(made.log.lines.filter((line) => line.level === 'warn')).toEqual([]);
    const { items } = await bed.api.list(`/apis/events.k8s.io/v1/namespaces/${bed.namespace}/events`);
    const ours = items.filter((item) => item['reason'] === 'Tested');
    expect(ours).toMatchObject([
      { reportingController: 'meshscrape.dev/controller', note: 'a note', regarding, series: { count: 3 } },
    ]);
  });
});

describe('BaseOperator on the real API server', () => {
  class FinalizerOperator extends BaseOperator {
    readonly #namespace = bed.namespace;
    readonly undone: string[] = [];
    #seen: (() => void)[] = [];

    protected override async init(): Promise<void> {
      const file = join(import.meta.dirname, '../../crds/prometheusistioscrapes.meshscrape.dev.yaml');
      const definition = await this.registerCustomResourceDefinition(file);
      await this.watchResource(
        definition.group,
        'v1alpha1',
        definition.plural,
        async (event) => {
          const resource = this.cluster.resource(`${event.meta.namespace ?? ''}/${event.meta.name}`);
          if (resource?.metadata.deletionTimestamp === undefined) {
            if (resource !== undefined) await this.finalizer.ensure(resource);
          } else {
            await this.finalizer.finish(resource, () => {
              this.undone.push(resource.metadata.name);
              return Promise.resolve();
            });
          }
          for (const resolve of this.#seen.splice(0)) resolve();
        },
        this.#namespace,
      );
    }
  }

  it('registers the CRD again, holds a resource until it is undone, and stops', async () => {
    const made = client();
    const operator = new FinalizerOperator({ cluster: made.cluster, log: made.log });
    await operator.start();
    await made.cluster.whenSynced();
    const target = {
      apiVersion: 'meshscrape.dev/v1alpha1',
      kind: 'PrometheusIstioScrape',
      metadata: { name: 'finalized', namespace: bed.namespace },
      spec: { workload: { name: 'prometheus' } },
    };
    await bed.api.create(target);
    await bed.api.waitForObject(
      target,
      (object) => object?.metadata.finalizers?.includes('meshscrape.dev/undo') === true,
    );
    await bed.api.delete(target);
    await bed.api.waitForObject(target, (object) => object === undefined);
    expect(operator.undone).toEqual(['finalized']);
    expect(made.log.lines.filter((line) => line.level === 'error')).toEqual([]);
    operator.stop();
  });
});

describe('a reflector of KubeCluster', () => {
  it('comes alive when its CRD appears, and is absent until then', async () => {
    const things = { group: 'kube.example.org', version: 'v1', plural: 'things' };
    const made = await client().watch(things);
    expect(made.told).toEqual(['things absent']);
    const definition = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'things.kube.example.org' },
      spec: {
        group: 'kube.example.org',
        scope: 'Namespaced',
        names: { plural: 'things', kind: 'Thing', listKind: 'ThingList', singular: 'thing' },
        versions: [
          { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } },
        ],
      },
    };
    await bed.api.create(definition);
    await made.until('things synced');
    const thing = {
      apiVersion: 'kube.example.org/v1',
      kind: 'Thing',
      metadata: { name: 'a', namespace: bed.namespace },
    };
    await bed.api.waitForObject(definition, (object) =>
      JSON.stringify(object?.['status'] ?? {}).includes('"type":"Established"'),
    );
    await bed.api.create(thing);
    await made.until('changed Thing/a');
    await bed.api.delete(definition);
    await made.until('things absent');
    await bed.api.waitForObject(definition, (object) => object === undefined);
  });

  it('delivers by its list what was deleted while it could not reach the server', async () => {
    const proxy = await TcpProxy.start(bed.url);
    const made = await client(through(proxy)).watch(STATEFUL_SETS);
    for (const name of ['gone', 'kept']) {
      await bed.api.apply(plain(statefulSet(name)), { fieldManager: 'x' });
      await settled(name);
    }
    await marker(made, 'marker-refuse');
    proxy.refuse();
    await made.cluster.relist();
    await bed.api.delete(manifest('StatefulSet', 'gone'));
    proxy.accept();
    expect(await made.until('deleted StatefulSet/gone')).not.toContain('changed StatefulSet/kept');
    expect(cached(made, 'kept').metadata.name).toBe('kept');
    await made.close();
    await proxy.stop();
  });

  it('resumes after a reset without telling anything twice', async () => {
    const proxy = await TcpProxy.start(bed.url);
    const made = await client(through(proxy)).watch(STATEFUL_SETS);
    await bed.api.apply(plain(statefulSet('reset')), { fieldManager: 'x' });
    await settled('reset');
    await marker(made, 'marker-cut');
    proxy.cut();
    expect(await marker(made, 'marker-reset')).toEqual([]);
    await made.close();
    await proxy.stop();
  });
});

describe('Transport', () => {
  // undici 8.12.4 leaves such a stream in the session, whose end then throws at nobody and ends the process.
  it('survives a watch that was given up in the turn in which it was opened', async () => {
    const read = { subject: { verb: 'get', kind: 'Version' }, method: 'GET', path: '/version' } as const;
    for (let turns = 0; turns < 8; turns += 1) {
      const made = client();
      await made.transport.request(read);
      const ended = new AbortController();
      const watch = { ...read, path: '/api/v1/configmaps', query: { watch: 'true' }, signal: ended.signal };
      const stream = made.transport.stream(watch, () => undefined);
      for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
      ended.abort();
      await expect(stream).rejects.toMatchObject({ code: 'Closed' });
      await made.transport.request(read);
      await made.close();
    }
  });
});

describe('Transport on a silently dropped connection', () => {
  it('gives up the call in time, and the next one goes by a new connection', async () => {
    const proxy = await TcpProxy.start(bed.url);
    const made = client(through(proxy));
    const read = {
      subject: { verb: 'get', kind: 'Namespace' },
      method: 'GET',
      path: `/api/v1/namespaces/${bed.namespace}`,
      timeoutMs: 1_000,
    } as const;
    expect((await made.transport.request(read)).status).toBe(200);
    proxy.swallow();
    await expect(made.transport.request(read)).rejects.toMatchObject({ code: 'Timeout', retryable: true });
    // Not after the 30 s in which HTTP/2 finds out by itself.
    expect((await made.transport.request(read)).status).toBe(200);
    expect(proxy.opened).toBe(2);
    await made.close();
    await proxy.stop();
  });
});

describe('pods of KubeCluster', () => {
  it('are those of the selector, wake their StatefulSet, and are let go', async () => {
    const made = await client().watch(STATEFUL_SETS);
    written(await made.cluster.apply(statefulSet('podded'), OURS));
    const pod = (name: string, app: string): object => ({
      ...manifest('Pod', name),
      metadata: { name, namespace: bed.namespace, labels: { app } },
      spec: { containers: [{ name: 'c', image: 'x' }] },
    });
    await bed.api.create(pod('mine', 'podded') as never);
    await bed.api.create(pod('foreign', 'another') as never);
    const seen = await made.cluster.pods(scaled(cached(made, 'podded')));
    expect(seen).toMatchObject({ kind: 'present', value: [{ metadata: { name: 'mine' } }] });
    expect(seen.kind === 'present' && seen.value[0]?.metadata.managedFields).toBeUndefined();
    made.told.length = 0;
    await bed.api.create(pod('second', 'podded') as never);
    await made.until(`pods of ${bed.namespace}/podded`);
    expect(await made.cluster.pods(scaled(cached(made, 'podded')))).toMatchObject({ value: { length: 2 } });
    made.cluster.releasePods(bed.namespace, 'podded');
    for (const name of ['mine', 'second', 'foreign']) await bed.api.delete(manifest('Pod', name));
  });

  it('are watched for 200 StatefulSets on a few connections, and calls go on beside them', async () => {
    const proxy = await TcpProxy.start(bed.url);
    const made = await client(through(proxy)).watch(STATEFUL_SETS);
    const body = statefulSet('many');
    written(await made.cluster.apply(body, OURS));
    const first = scaled(cached(made, 'many'));
    const sets = Array.from({ length: 200 }, (_, n) => ({
      ...first,
      metadata: { ...first.metadata, name: `many-${n}`, uid: `uid-${n}` },
    }));
    const seen = await Promise.all(sets.map((set) => made.cluster.pods(set)));
    expect(seen.every((pods) => pods.kind === 'present')).toBe(true);
    const calls = Array.from({ length: 200 }, () =>
      made.cluster.configMap(bed.namespace, 'kube-root-ca.crt'),
    );
    expect((await Promise.all(calls)).every((seen) => seen.kind === 'present')).toBe(true);
    expect((await made.cluster.apply(annotation('many', { a: 'b' }), OTHER)).kind).toBe('written');
    expect(proxy.opened).toBeLessThanOrEqual(5);
    await made.close();
    await proxy.allClosed();
    await proxy.stop();
  });
});
