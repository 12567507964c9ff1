// Clients of KubeCluster on a test bed: each has a transport and caches of its own, and keeps what its watches report.
import { afterAll } from 'vitest';
import type { StatefulSet } from '../../src/api/kubernetes.ts';
import { loadKubeConfig, SharedKubeConfig } from '../../src/kube/http/kube-config.ts';
import { Transport } from '../../src/kube/http/transport.ts';
import type { WatchChange, WatchedResource } from '../../src/kube/informers/caches.ts';
import { KubeCluster } from '../../src/kube/kube-cluster.ts';
import type { ApplyBody, ApplyOptions, WriteResult } from '../../src/reconcile/cluster.ts';
import type { KubeObject } from '../../testbed/api/kube-object.ts';
import type { TestBed } from './control-plane.ts';
import { RecordedLog } from './recorded-log.ts';

export const STATEFUL_SETS = { group: 'apps', version: 'v1', plural: 'statefulsets' };
export const RESOURCES = { group: 'meshscrape.dev', version: 'v1alpha1', plural: 'prometheusistioscrapes' };
export const SIDECARS = { group: 'networking.istio.io', version: 'v1beta1', plural: 'sidecars' };
export const OURS: ApplyOptions = { fieldManager: 'meshscrape.test', force: false };

type Kind = 'StatefulSet' | 'ConfigMap' | 'Pod';
type Manifest = Pick<KubeObject, 'apiVersion' | 'kind'> & {
  readonly metadata: { readonly name: string; readonly namespace: string };
};

export class KubeClient {
  readonly transport: Transport;
  readonly cluster: KubeCluster;
  readonly log = new RecordedLog();
  /** Lines such as `changed StatefulSet/a`. */
  readonly reported: string[] = [];
  readonly #namespace: string;
  #waiting: (() => void)[] = [];

  constructor(kubeConfig: SharedKubeConfig, namespace: string) {
    this.#namespace = namespace;
    this.transport = new Transport({ kubeConfig, version: 'e2e' });
    const { transport, log } = this;
    const onPodEvent = (ofNamespace: string, name: string): void => {
      this.#report(`pods of ${ofNamespace}/${name}`);
    };
    this.cluster = new KubeCluster({ transport, log, onPodEvent });
  }

  async watch(...resources: readonly WatchedResource[]): Promise<this> {
    for (const resource of resources) {
      this.cluster.watch({ namespace: this.#namespace, ...resource }, (change: WatchChange) => {
        if (change.kind === 'state') this.#report(`${resource.plural} ${change.state.kind}`);
        else this.#report(`${change.kind} ${change.object.kind}/${change.object.metadata.name}`);
      });
    }
    await this.cluster.whenSynced();
    return this;
  }

  /** Waits for this line; answers the lines before it and forgets them. */
  async until(line: string): Promise<string[]> {
    while (!this.reported.includes(line)) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return this.reported.splice(0, this.reported.indexOf(line) + 1).slice(0, -1);
  }

  cached(name: string): StatefulSet {
    const seen = this.cluster.workload({ kind: 'StatefulSet', namespace: this.#namespace, name });
    if (seen.kind !== 'present') throw new Error(`${name} is ${seen.kind}`);
    return seen.value;
  }

  async close(): Promise<void> {
    this.cluster.stop();
    await this.transport.close(1_000);
  }

  #report(line: string): void {
    this.reported.push(line);
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

export interface KubeClients {
  /** A client of the administrator, or of another kubeconfig. */
  readonly client: (kubeconfig?: string) => KubeClient;
  /** The administrator's through a proxy. */
  readonly clientThrough: (proxyUrl: string) => KubeClient;
  /** The smallest StatefulSet, without replicas. */
  readonly statefulSet: (name: string, spec?: object) => ApplyBody;
  readonly annotation: (name: string, annotations: Record<string, string>) => ApplyBody;
  /** Names an object for the test bed's client. */
  readonly manifest: (kind: Kind, name: string) => Manifest;
  /** A watch delivers in order: when this StatefulSet has come, every event before it has. Answers those. */
  readonly marker: (client: KubeClient, name: string) => Promise<string[]>;
  /** The StatefulSet controller writes status once; before that it would count as a change by another. */
  readonly settled: (name: string) => Promise<void>;
}

/** To be called at the top level of a test file; the clients are closed after its tests. */
export function useKubeClients(bed: TestBed): KubeClients {
  const open: KubeClient[] = [];
  afterAll(async () => {
    for (const client of open) await client.close();
  });
  const opened = (kubeConfig: SharedKubeConfig): KubeClient => {
    const client = new KubeClient(kubeConfig, bed.namespace);
    open.push(client);
    return client;
  };
  const statefulSet: KubeClients['statefulSet'] = (name, spec = {}) => ({
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
      ...spec,
    },
  });
  const manifest: KubeClients['manifest'] = (kind, name) => ({
    apiVersion: kind === 'StatefulSet' ? 'apps/v1' : 'v1',
    kind,
    metadata: { name, namespace: bed.namespace },
  });
  return {
    client: (kubeconfig = bed.kubeconfig) => opened(loadKubeConfig(kubeconfig)),
    clientThrough: (proxyUrl) => opened(through(bed.kubeconfig, proxyUrl)),
    statefulSet,
    annotation: (name, annotations) => ({
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { name, namespace: bed.namespace, annotations },
    }),
    manifest,
    marker: async (client, name) => {
      await bed.api.apply(plain(statefulSet(name)), { fieldManager: 'marker' });
      const reported = await client.until(`changed StatefulSet/${name}`);
      return reported.filter((line) => !line.startsWith('changed StatefulSet/marker'));
    },
    settled: async (name) => {
      await bed.api.waitForObject(
        manifest('StatefulSet', name),
        (object) => object?.status?.observedGeneration === object?.metadata.generation,
      );
    },
  };
}

function through(kubeconfig: string, proxyUrl: string): SharedKubeConfig {
  const { clusters, users } = loadKubeConfig(kubeconfig);
  const [cluster] = clusters;
  const [user] = users;
  if (cluster === undefined || user === undefined) throw new Error('the kubeconfig names no cluster');
  const proxied = new SharedKubeConfig();
  proxied.loadFromClusterAndUser({ ...cluster, server: proxyUrl }, user);
  return proxied;
}

/** For the test bed's client, whose types are looser. */
export function plain(body: ApplyBody): KubeObject {
  return { ...body, metadata: { ...body.metadata } };
}

export function refOf(body: ApplyBody): {
  apiVersion: string;
  kind: string;
  namespace: string;
  name: string;
} {
  const { apiVersion, kind, metadata } = body;
  return { apiVersion, kind, namespace: metadata.namespace, name: metadata.name };
}

export function written(result: WriteResult): Extract<WriteResult, { kind: 'written' }>['object'] {
  if (result.kind !== 'written') throw new Error(`not written: ${JSON.stringify(result)}`);
  return result.object;
}
