import library, { type ResourceEvent, type ResourceMeta } from '@dot-i/k8s-operator';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi, type MockInstance } from 'vitest';
import type { PrometheusIstioScrape } from '../../src/api/resource.ts';
import { BaseOperator } from '../../src/controller/base-operator.ts';
import { Transport } from '../../src/kube/http/transport.ts';
import type { WatchState } from '../../src/kube/informers/watch-state.ts';
import { KubeCluster } from '../../src/kube/kube-cluster.ts';
import { FaultServer, MemoryLog, thing, type Visit } from '../kube/fault-server.ts';

const FINALIZER = 'meshscrape.dev/undo';
const PATH = '/apis/meshscrape.dev/v1alpha1/namespaces/ns/prometheusistioscrapes/a';

/** The copy of gaxios that the library itself requires. */
const gaxios = createRequire(createRequire(import.meta.url).resolve('@dot-i/k8s-operator'))('gaxios') as {
  instance: { request: (...args: unknown[]) => Promise<unknown> };
};

class TestOperator extends BaseOperator {
  readonly heard: string[] = [];
  readonly #waiting: (() => void)[] = [];
  fail = false;

  protected override async init(): Promise<void> {
    const onEvent = (event: ResourceEvent): Promise<void> => {
      this.#tell(`${event.type} ${event.meta.id} ${event.meta.namespace ?? ''}/${event.meta.name}`);
      return this.fail ? Promise.reject(new Error('a bug in the handler')) : Promise.resolve();
    };
    await this.watchResource('example.org', 'v1', 'things', onEvent);
  }

  protected override onWatchState(plural: string, state: WatchState): void {
    this.#tell(`${plural} ${state.kind}`);
  }

  #tell(line: string): void {
    this.heard.push(line);
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  async until(line: string): Promise<void> {
    while (!this.heard.includes(line)) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** The protected methods, as a subclass may call them. */
  readonly open = {
    register: (file: string) => this.registerCustomResourceDefinition(file),
    uri: (group: string, namespace?: string) =>
      this.getCustomResourceApiUri(group, 'v1', 'things', namespace),
    setStatus: (meta: ResourceMeta, status: unknown) => this.setResourceStatus(meta, status),
    patchStatus: (meta: ResourceMeta, status: unknown) => this.patchResourceStatus(meta, status),
    setFinalizers: (meta: ResourceMeta, finalizers: string[]) => this.setResourceFinalizers(meta, finalizers),
    axios: () => this.applyAxiosKubeConfigAuth(),
    gaxios: () => this.applyGaxiosKubeConfigAuth(),
    kubeConfig: () => this.kubeConfig,
    coreApi: () => this.k8sApi,
  };
}

const META: ResourceMeta = {
  id: 'prometheusistioscrapes.meshscrape.dev/v1alpha1',
  apiVersion: 'meshscrape.dev/v1alpha1',
  kind: 'PrometheusIstioScrape',
  namespace: 'ns',
  name: 'a',
  resourceVersion: '5',
};

function resource(metadata: object = {}): PrometheusIstioScrape {
  return {
    apiVersion: META.apiVersion,
    kind: META.kind,
    metadata: { name: 'a', namespace: 'ns', uid: 'u', resourceVersion: '5', ...metadata },
    spec: { workload: { name: 'prometheus' } },
  } as PrometheusIstioScrape;
}

let server: FaultServer;
let log: MemoryLog;
let transport: Transport;
let cluster: KubeCluster;
let operator: TestOperator;
let exit: MockInstance;

beforeEach(async () => {
  vi.spyOn(gaxios.instance, 'request').mockRejectedValue(new Error('gaxios was used'));
  exit = vi.spyOn(process, 'exit').mockImplementation((code) => {
    throw new Error(`process.exit(${String(code)})`);
  });
  server = await FaultServer.start();
  log = new MemoryLog();
  transport = new Transport({ kubeConfig: server.kubeConfig(), version: '0' });
  cluster = new KubeCluster({ transport, log, random: () => 0 });
  operator = new TestOperator({ cluster, log });
});

afterEach(async () => {
  operator.stop();
  await transport.close(0);
  await server.stop();
  expect(gaxios.instance.request).not.toHaveBeenCalled();
  expect(exit).not.toHaveBeenCalled();
  vi.restoreAllMocks();
});

async function answered<T>(
  call: Promise<T>,
  answer: (visit: Visit) => void,
): Promise<{ result: T; visit: Visit }> {
  const visit = await server.next();
  answer(visit);
  return { result: await call, visit };
}

describe('the library', () => {
  // Whoever updates the library reviews what is new here: does it send requests, does it end the process?
  const OVERRIDDEN = [
    'applyAxiosKubeConfigAuth',
    'applyGaxiosKubeConfigAuth',
    'getCustomResourceApiUri',
    'patchResourceStatus',
    'registerCustomResourceDefinition',
    'setResourceFinalizers',
    'setResourceStatus',
    'stop',
    'watchResource',
  ];
  /** `start` calls init; `handleResourceFinalizer` calls our setResourceFinalizers; the last two are private, and the
   * request asks `applyGaxiosKubeConfigAuth` first, which throws. */
  const INHERITED = ['errorToJson', 'handleResourceFinalizer', 'resourceStatusRequest', 'start'];

  it('has no method that was not reviewed', () => {
    const methods = Object.getOwnPropertyNames(library.default.prototype).filter(
      (name) => name !== 'constructor',
    );
    expect(methods.sort()).toEqual([...OVERRIDDEN, ...INHERITED].sort());
  });

  it('has every method that does I/O overridden', () => {
    const own = Object.getOwnPropertyNames(BaseOperator.prototype);
    expect(OVERRIDDEN.filter((name) => !own.includes(name))).toEqual([]);
    expect(INHERITED.filter((name) => own.includes(name))).toEqual([]);
  });

  it('cannot send the one request that stays reachable', async () => {
    const reachable = operator as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>;
    (operator as unknown as { resourcePathBuilders: object }).resourcePathBuilders = {
      [META.id]: () => server.url,
    };
    await expect(reachable['resourceStatusRequest']?.('PUT', META, {})).rejects.toMatchObject({
      code: 'Misconfigured',
    });
    await expect(operator.open.axios()).rejects.toThrow(/must not send/);
    expect(server.waiting).toBe(0);
  });

  it('is given our configuration and an API on our connections', async () => {
    expect(operator.open.kubeConfig()).toBe(transport.kubeConfig);
    const { visit } = await answered(
      operator.open.coreApi().readNamespacedPod({ namespace: 'ns', name: 'a' }),
      (v) => {
        v.reply(200, { kind: 'Pod', apiVersion: 'v1', metadata: {} });
      },
    );
    expect(visit.headers.authorization).toBe('Bearer very-secret');
  });
});

describe('BaseOperator.start', () => {
  it('runs init, and hands on what the watch delivers as resource events', async () => {
    await operator.start();
    (await server.next()).list([thing('a', '5')], '10');
    const watch = await server.next();
    watch.event('MODIFIED', thing('a', '11'));
    watch.event('DELETED', thing('a', '12'));
    await operator.until('DELETED things.example.org/v1 ns/a');
    expect(operator.heard).toEqual([
      'ADDED things.example.org/v1 ns/a',
      'things synced',
      'MODIFIED things.example.org/v1 ns/a',
      'DELETED things.example.org/v1 ns/a',
    ]);
  });

  it('survives what ends the process in the library: a reset, and a handler that rejects', async () => {
    operator.fail = true;
    await operator.start();
    (await server.next()).list([thing('a', '5')], '10');
    (await server.next()).reset();
    (await server.next()).event('MODIFIED', thing('a', '11'));
    await operator.until('MODIFIED things.example.org/v1 ns/a');
    await new Promise((resolve) => setImmediate(resolve));
    expect(log.lines.filter((line) => line.level === 'error').map((line) => line.message)).toEqual([
      'a resource event could not be handled',
      'a resource event could not be handled',
    ]);
  });

  it('ends its watches at stop', async () => {
    await operator.start();
    (await server.next()).list([], '10');
    const watch = await server.next();
    watch.open();
    operator.stop();
    await watch.gone();
  });
});

describe('BaseOperator.registerCustomResourceDefinition', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'meshscrape-base-operator-'));
  });
  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  function write(text: string): string {
    const file = join(directory, 'crd.yaml');
    writeFileSync(file, text);
    return file;
  }

  const CRD = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: things.example.org}
spec:
  group: example.org
  names: {plural: things, kind: Thing}
  versions:
  - name: v1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
`;

  it.each([201, 409])('sends the file as it is, with every x-kubernetes field: answer %i', async (code) => {
    const { result, visit } = await answered(operator.open.register(write(CRD)), (v) => {
      v.reply(code, '{}');
    });
    expect(visit.path).toBe('/apis/apiextensions.k8s.io/v1/customresourcedefinitions');
    expect(visit.json().spec.versions[0].schema.openAPIV3Schema['x-kubernetes-preserve-unknown-fields']).toBe(
      true,
    );
    expect(result).toMatchObject({
      group: 'example.org',
      plural: 'things',
      versions: [{ name: 'v1', served: true }],
    });
  });

  it('throws what the API server says', async () => {
    const call = operator.open.register(write(CRD));
    call.catch(() => undefined);
    (await server.next()).fail(403, 'no right');
    await expect(call).rejects.toThrow('create CustomResourceDefinition things.example.org: no right');
  });

  it('refuses a file that holds something else', async () => {
    await expect(operator.open.register(write('kind: ConfigMap\napiVersion: v1\n'))).rejects.toMatchObject({
      code: 'Misconfigured',
    });
  });
});

describe('BaseOperator.getCustomResourceApiUri', () => {
  it.each([
    { group: 'example.org', namespace: 'ns', path: '/apis/example.org/v1/namespaces/ns/things' },
    { group: '', namespace: undefined, path: '/api/v1/things' },
  ])('$path', ({ group, namespace, path }) => {
    expect(operator.open.uri(group, namespace)).toBe(`${server.url}${path}`);
  });
});

describe('BaseOperator.setResourceStatus', () => {
  it('applies the whole status and answers the new version', async () => {
    const { result, visit } = await answered(operator.open.setStatus(META, { x: 1 }), (v) => {
      v.reply(200, { ...resource({ resourceVersion: '6' }) });
    });
    expect([visit.method, visit.path, visit.headers['content-type']]).toEqual([
      'PATCH',
      `${PATH}/status`,
      'application/apply-patch+yaml',
    ]);
    expect(visit.json()).toMatchObject({ status: { x: 1 }, metadata: { name: 'a', namespace: 'ns' } });
    expect(result?.resourceVersion).toBe('6');
  });

  it('answers null when the resource is gone, throws when refused', async () => {
    const gone = await answered(operator.open.setStatus(META, {}), (v) => {
      v.fail(404, 'not found');
    });
    expect(gone.result).toBeNull();
    const refused = operator.open.setStatus(META, {});
    refused.catch(() => undefined);
    (await server.next()).fail(422, 'not valid');
    await expect(refused).rejects.toMatchObject({ code: 'Invalid' });
  });
});

describe('BaseOperator.patchResourceStatus', () => {
  it('merges, with the version as precondition; stale answers null', async () => {
    const { result, visit } = await answered(operator.open.patchStatus(META, { x: 1 }), (v) => {
      v.fail(409, 'modified');
    });
    expect(visit.headers['content-type']).toBe('application/merge-patch+json');
    expect(visit.json()).toEqual({ metadata: { resourceVersion: '5' }, status: { x: 1 } });
    expect(result).toBeNull();
  });
});

describe('BaseOperator.setResourceFinalizers', () => {
  it.each([
    { status: 403, code: 'Forbidden' },
    { status: 404, code: 'NotFound' },
    { status: 409, code: 'Conflict' },
    { status: 422, code: 'Invalid' },
    { status: 500, code: 'ServerError' },
  ])('throws on $status: nothing was set', async ({ status, code }) => {
    const call = operator.open.setFinalizers(META, [FINALIZER]);
    call.catch(() => undefined);
    (await server.next()).fail(status, 'no');
    await expect(call).rejects.toMatchObject({ code });
  });
});

describe('BaseOperator.finalizer.ensure', () => {
  it('adds ours beside the others, with the version as precondition', async () => {
    const original = resource({ finalizers: ['other'] });
    const { visit } = await answered(operator.finalizer.ensure(original), (v) => {
      v.reply(200, resource({ resourceVersion: '6', finalizers: ['other', FINALIZER] }));
    });
    expect([visit.method, visit.path]).toEqual(['PATCH', PATH]);
    expect(visit.json()).toEqual({
      metadata: { finalizers: ['other', FINALIZER], resourceVersion: '5' },
    });
    expect(original.metadata.finalizers).toEqual(['other']);
  });

  it.each([
    { name: 'it is there already', metadata: { finalizers: [FINALIZER] } },
    {
      name: 'the resource is being deleted',
      metadata: { deletionTimestamp: '2026-11-23T00:00:00Z', finalizers: [FINALIZER] },
    },
  ])('does nothing when $name', async ({ metadata }) => {
    await operator.finalizer.ensure(resource(metadata));
    expect(server.waiting).toBe(0);
  });

  it('throws when the API server would not', async () => {
    const call = operator.finalizer.ensure(resource());
    call.catch(() => undefined);
    (await server.next()).fail(409, 'modified');
    await expect(call).rejects.toMatchObject({ code: 'Conflict', retryable: true });
  });
});

describe('BaseOperator.finalizer.finish', () => {
  const DELETED = { deletionTimestamp: '2026-11-23T00:00:00Z', finalizers: ['other', FINALIZER] };

  it('undoes, then takes ours away and leaves the others', async () => {
    const steps: string[] = [];
    const call = operator.finalizer.finish(resource(DELETED), () => {
      steps.push('undone');
      return Promise.resolve();
    });
    const { visit } = await answered(call, (v) => {
      steps.push('finalizer');
      v.reply(200, resource({ ...DELETED, finalizers: ['other'], resourceVersion: '6' }));
    });
    expect(steps).toEqual(['undone', 'finalizer']);
    expect(visit.json().metadata.finalizers).toEqual(['other']);
  });

  it('keeps it when the undo fails', async () => {
    const call = operator.finalizer.finish(resource(DELETED), () => Promise.reject(new Error('cannot')));
    await expect(call).rejects.toThrow('cannot');
    expect(server.waiting).toBe(0);
  });

  it('is content when the resource has gone meanwhile', async () => {
    const { result } = await answered(
      operator.finalizer.finish(resource(DELETED), () => Promise.resolve()),
      (v) => {
        v.fail(404, 'not found');
      },
    );
    expect(result).toBeUndefined();
  });

  it('throws when it could not be taken away', async () => {
    const call = operator.finalizer.finish(resource(DELETED), () => Promise.resolve());
    call.catch(() => undefined);
    (await server.next()).fail(403, 'forbidden');
    await expect(call).rejects.toMatchObject({ code: 'Forbidden' });
  });

  it('does nothing for a resource without it', async () => {
    const call = operator.finalizer.finish(resource({ ...DELETED, finalizers: [] }), () =>
      Promise.reject(new Error('must not run')),
    );
    await call;
    expect(server.waiting).toBe(0);
  });

  it('goes by the version that its own status write in the undo has made', async () => {
    cluster.watch(
      { group: 'meshscrape.dev', version: 'v1alpha1', plural: 'prometheusistioscrapes' },
      () => undefined,
    );
    (await server.next()).reply(200, {
      kind: 'List',
      metadata: { resourceVersion: '5' },
      items: [resource(DELETED)],
    });
    await cluster.whenSynced();
    await server.next();
    const stale = resource(DELETED);
    const call = operator.finalizer.finish(stale, async () => {
      await cluster.writeStatus(stale, {});
    });
    (await server.next()).reply(200, resource({ ...DELETED, resourceVersion: '8' }));
    const { visit } = await answered(call, (v) => {
      v.reply(200, resource({ ...DELETED, finalizers: [], resourceVersion: '9' }));
    });
    expect(visit.json().metadata.resourceVersion).toBe('8');
  });
});
