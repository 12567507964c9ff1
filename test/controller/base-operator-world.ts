// A BaseOperator on an API server that the test plays. Neither the library's own requests nor its process.exit may happen.
import type { ResourceEvent, ResourceMeta } from '@dot-i/k8s-operator';
import { createRequire } from 'node:module';
import { afterEach, beforeEach, expect, vi, type MockInstance } from 'vitest';
import { CRD_NAME, GROUP, KIND, VERSION, type PrometheusIstioScrape } from '../../src/api/resource.ts';
import { BaseOperator } from '../../src/controller/base-operator.ts';
import type { WatchState } from '../../src/kube/informers/watch-state.ts';
import { KubeCluster } from '../../src/kube/kube-cluster.ts';
import { usePlayedApi, type PlayedApi } from '../support/played-api.ts';

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
      this.#hear(`${event.type} ${event.meta.id} ${event.meta.namespace ?? ''}/${event.meta.name}`);
      return this.fail ? Promise.reject(new Error('a bug in the handler')) : Promise.resolve();
    };
    await this.watchResource('example.org', 'v1', 'things', onEvent);
  }

  protected override onWatchState(plural: string, state: WatchState): void {
    this.#hear(`${plural} ${state.kind}`);
  }

  #hear(line: string): void {
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

export const META: ResourceMeta = {
  id: `${CRD_NAME}/${VERSION}`,
  apiVersion: `${GROUP}/${VERSION}`,
  kind: KIND,
  namespace: 'ns',
  name: 'a',
  resourceVersion: '5',
};

/** The path of that resource. */
export const PATH = '/apis/meshscrape.dev/v1alpha1/namespaces/ns/prometheusistioscrapes/a';

export function resource(metadata: object = {}): PrometheusIstioScrape {
  return {
    apiVersion: META.apiVersion,
    kind: META.kind,
    metadata: { name: 'a', namespace: 'ns', uid: 'u', resourceVersion: '5', ...metadata },
    spec: { workload: { name: 'prometheus' } },
  } as PrometheusIstioScrape;
}

interface BaseOperatorWorld {
  readonly api: PlayedApi;
  readonly cluster: KubeCluster;
  readonly operator: TestOperator;
}

/** To be called at the top level of a test file: gives the world of the test that runs. */
export function useBaseOperator(): () => BaseOperatorWorld {
  const api = usePlayedApi();
  let world: BaseOperatorWorld | undefined;
  let exit: MockInstance;
  beforeEach(() => {
    vi.spyOn(gaxios.instance, 'request').mockRejectedValue(new Error('gaxios was used'));
    exit = vi.spyOn(process, 'exit').mockImplementation((code) => {
      throw new Error(`process.exit(${String(code)})`);
    });
    const { log } = api();
    const cluster = new KubeCluster(api().ports);
    world = { api: api(), cluster, operator: new TestOperator({ cluster, log }) };
  });
  afterEach(() => {
    world?.operator.stop();
    world = undefined;
    expect(gaxios.instance.request).not.toHaveBeenCalled();
    expect(exit).not.toHaveBeenCalled();
    vi.restoreAllMocks();
  });
  return () => {
    if (world === undefined) throw new Error('no test runs');
    return world;
  };
}
