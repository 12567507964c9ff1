// The part of @dot-i/k8s-operator: start and init, resource events, the finalizer's lifecycle. Every method of it that
// does I/O is overridden: the library's own end the process on a reset, and lose writes under today's client.
// Its constructor calls loadFromDefault(), which reads a kubeconfig and opens nothing; ours replaces it at once.
import type { ResourceEvent, ResourceMeta } from '@dot-i/k8s-operator';
import library from '@dot-i/k8s-operator';
import { FINALIZER, PLURAL, type PrometheusIstioScrape } from '../api/resource.ts';
import { KubeError } from '../kube/http/kube-error.ts';
import { collectionPath } from '../kube/http/resource-path.ts';
import type { WatchedResource } from '../kube/informers/caches.ts';
import type { WatchState } from '../kube/informers/watch-state.ts';
import type { KubeCluster } from '../kube/kube-cluster.ts';
import {
  registerDefinition,
  type RegisteredDefinition,
} from '../kube/requests/custom-resource-definition.ts';
import { errorOfResult } from '../kube/requests/write-result.ts';
import type { WriteResult } from '../reconcile/cluster.ts';
import type { Finalizer, Logger } from '../reconcile/context.ts';
import { finalizerEvent, metaAfter, refOfMeta, resourceEventOf, textLogger } from './resource-event.ts';

interface BaseOperatorOptions {
  readonly cluster: KubeCluster;
  readonly log: Logger;
}

type OnEvent = (event: ResourceEvent) => Promise<void>;

export abstract class BaseOperator extends library.default {
  protected readonly cluster: KubeCluster;
  /** The library's finalizer lifecycle as reconcile uses it. */
  readonly finalizer: Finalizer;
  readonly #log: Logger;

  constructor(options: BaseOperatorOptions) {
    super(textLogger(options.log));
    this.cluster = options.cluster;
    this.#log = options.log;
    this.kubeConfig = options.cluster.transport.kubeConfig;
    this.k8sApi = options.cluster.transport.kubeConfig.coreApi();
    this.finalizer = {
      ensure: (resource) => this.#ensureFinalizer(resource),
      finish: (resource, undo) => this.#finishFinalizer(resource, undo),
    };
  }

  /** Ends every watch; the transport is its owner's to close. */
  override stop(): void {
    this.cluster.stop();
  }

  /** Called when a watched resource becomes synced, absent or unreadable. Must only enqueue. */
  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- a place for subclasses
  protected onWatchState(plural: string, state: WatchState): void {
    return;
  }

  /** Starts the watch and answers at once; `onEvent` must only enqueue, what it rejects with is logged. */
  // eslint-disable-next-line max-params -- the library's signature
  protected override watchResource(
    group: string,
    version: string,
    plural: string,
    onEvent: OnEvent,
    namespace?: string,
  ): Promise<void> {
    const resource = { group, version, plural, ...(namespace === undefined ? {} : { namespace }) };
    this.#watch(resource, onEvent);
    return Promise.resolve();
  }

  /** As `watchResource`, but only names and versions are read. */
  // eslint-disable-next-line max-params -- as watchResource
  protected watchMetadata(
    group: string,
    version: string,
    plural: string,
    onEvent: OnEvent,
    namespace?: string,
  ): Promise<void> {
    const scope = namespace === undefined ? {} : { namespace };
    this.#watch({ group, version, plural, metadataOnly: true, ...scope }, onEvent);
    return Promise.resolve();
  }

  protected override registerCustomResourceDefinition(crdFile: string): Promise<RegisteredDefinition> {
    return registerDefinition(this.cluster.transport, crdFile);
  }

  // eslint-disable-next-line max-params -- the library's signature
  protected override getCustomResourceApiUri(
    group: string,
    version: string,
    plural: string,
    namespace?: string,
  ): string {
    const server = this.cluster.transport.kubeConfig.server.replace(/\/+$/, '');
    return `${server}${collectionPath({ group, version, plural }, namespace)}`;
  }

  /** `null`: the resource is gone or newer than `meta`. Throws a KubeError if the API server refused. */
  protected override async setResourceStatus(
    meta: ResourceMeta,
    status: unknown,
  ): Promise<ResourceMeta | null> {
    return metaOfWrite(meta, await this.cluster.writeStatusOf(refOfMeta(meta), status));
  }

  /** As `setResourceStatus`, but a JSON merge patch. */
  protected override async patchResourceStatus(
    meta: ResourceMeta,
    status: unknown,
  ): Promise<ResourceMeta | null> {
    return metaOfWrite(meta, await this.cluster.mergeStatusOf(refOfMeta(meta), status));
  }

  /** Throws a KubeError if they were not set: the library would go on as if they were. */
  protected override async setResourceFinalizers(meta: ResourceMeta, finalizers: string[]): Promise<void> {
    const result = await this.cluster.setFinalizersOf(refOfMeta(meta), finalizers);
    if (result.kind !== 'written') throw errorOfResult(result);
  }

  /** Every request that the library would send by itself asks for this first. */
  protected override applyGaxiosKubeConfigAuth(): Promise<void> {
    return Promise.reject(new KubeError('Misconfigured', 'the library must not send requests of its own'));
  }

  protected override applyAxiosKubeConfigAuth(): Promise<void> {
    return this.applyGaxiosKubeConfigAuth();
  }

  #watch(resource: WatchedResource, onEvent: OnEvent): void {
    this.cluster.watch(resource, (change) => {
      if (change.kind === 'state') {
        this.onWatchState(resource.plural, change.state);
        return;
      }
      onEvent(resourceEventOf(resource.plural, change)).catch((error: unknown) => {
        this.#log.error({ err: error, resource: resource.plural }, 'a resource event could not be handled');
      });
    });
  }

  async #ensureFinalizer(resource: PrometheusIstioScrape): Promise<void> {
    // The library would take a resource that is being deleted as undone.
    if (resource.metadata.deletionTimestamp !== undefined) return;
    await this.handleResourceFinalizer(finalizerEvent(PLURAL, resource), FINALIZER, () => Promise.resolve());
  }

  async #finishFinalizer(resource: PrometheusIstioScrape, undo: () => Promise<void>): Promise<void> {
    const event = finalizerEvent(PLURAL, resource);
    const progress = { isUndone: false };
    try {
      await this.handleResourceFinalizer(event, FINALIZER, async () => {
        await undo();
        progress.isUndone = true;
        this.#bringUpToDate(event);
      });
    } catch (error) {
      if (progress.isUndone && error instanceof KubeError && error.code === 'NotFound') return;
      throw error;
    }
  }

  /** Our own status writes during the undo moved the resourceVersion: the library reads both after it. */
  #bringUpToDate(event: ResourceEvent): void {
    const { namespace = '', name } = event.meta;
    const now = this.cluster.resource(`${namespace}/${name}`)?.metadata;
    const { metadata } = event.object;
    if (now === undefined || metadata === undefined || now.uid !== metadata.uid) return;
    event.meta.resourceVersion = now.resourceVersion;
    metadata.finalizers = [...(now.finalizers ?? [])];
  }
}

function metaOfWrite(meta: ResourceMeta, result: WriteResult): ResourceMeta | null {
  if (result.kind === 'written') return metaAfter(meta, result.object);
  if (result.kind === 'refused') throw errorOfResult(result);
  return null;
}
