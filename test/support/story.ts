// What most e2e tests have in common: a legacy world, a resource, and waiting for a condition. Bound to a file's test bed.
import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type { KubeObject } from '../../testbed/api/kube-object.ts';
import type { TestBed } from './control-plane.ts';
import { configMap, promscrape, statefulSet, type WorldOptions } from './world.ts';

export interface Names {
  readonly resource: KubeObject;
  readonly statefulSet: KubeObject;
  readonly configMap: KubeObject;
  readonly sidecar: KubeObject;
  readonly peerAuthentication: KubeObject;
}

export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  readonly observedGeneration: number;
}

/** One condition of a resource. */
export function condition(object: KubeObject | undefined, type: string): Condition | undefined {
  return (object?.status?.conditions as Condition[] | undefined)?.find((each) => each.type === type);
}

export interface Story {
  readonly bed: TestBed;
  readonly names: (name: string) => Names;
  /** ConfigMap and StatefulSet of that name. */
  readonly world: (name: string, options?: Partial<WorldOptions>) => Promise<Names>;
  readonly scrape: (name: string, spec?: object) => Promise<KubeObject>;
  /** Waits until the condition of the current generation matches; asymmetric matchers are welcome. */
  readonly becomes: (name: string, type: string, want: object) => Promise<KubeObject>;
  /** A world whose resource is Ready. */
  readonly converged: (name: string, spec?: object, options?: Partial<WorldOptions>) => Promise<Names>;
  /** Asks for a reconcile and waits until status says that there was one: no clock is moved. */
  readonly reconcileNow: (name: string) => Promise<void>;
  readonly versions: (all: Names) => Promise<readonly (string | undefined)[]>;
}

export function useStory(bed: TestBed): Story {
  const names = (name: string): Names => {
    const at = (apiVersion: string, kind: string, own = name): KubeObject => ({
      apiVersion,
      kind,
      metadata: { name: own, namespace: bed.namespace },
    });
    return {
      resource: at('meshscrape.dev/v1alpha1', 'PrometheusIstioScrape'),
      statefulSet: at('apps/v1', 'StatefulSet'),
      configMap: at('v1', 'ConfigMap'),
      sidecar: at('networking.istio.io/v1beta1', 'Sidecar', `meshscrape-${name}`),
      peerAuthentication: at('security.istio.io/v1beta1', 'PeerAuthentication', `meshscrape-${name}`),
    };
  };
  const world: Story['world'] = async (name, options = {}) => {
    const all = { namespace: bed.namespace, name, ...options };
    await bed.api.create(configMap(all));
    await bed.api.create(statefulSet(all));
    return names(name);
  };
  const scrape: Story['scrape'] = (name, spec = {}) =>
    bed.api.create(promscrape({ namespace: bed.namespace, name }, spec));
  const becomes: Story['becomes'] = async (name, type, want) => {
    const found = await bed.api.waitForObject(
      names(name).resource,
      (object) => {
        if (object?.status?.observedGeneration !== object?.metadata.generation) return false;
        expect(condition(object, type)).toMatchObject(want);
        return true;
      },
      { what: `${name}: ${type} ${JSON.stringify(want)}` },
    );
    if (found === undefined) throw new Error(`${name} is gone`);
    return found;
  };
  return {
    bed,
    names,
    world,
    scrape,
    becomes,
    converged: async (name, spec, options) => {
      const all = await world(name, options);
      await scrape(name, spec);
      await becomes(name, 'Ready', { status: 'True' });
      return all;
    },
    reconcileNow: async (name) => {
      const { resource } = names(name);
      const token = randomUUID();
      await bed.api.patch(resource, { metadata: { annotations: { 'meshscrape.dev/requestedAt': token } } });
      await bed.api.waitForObject(resource, (object) => object?.status?.lastHandledRequest === token);
    },
    versions: async (all) => {
      const objects = await Promise.all(Object.values(all).map((each: KubeObject) => bed.api.get(each)));
      return objects.map(({ metadata }) => metadata.resourceVersion);
    },
  };
}
