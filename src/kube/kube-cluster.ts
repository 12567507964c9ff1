// The port `Cluster` on a real API server: caches that reflectors fill, single reads, writes whose answers enter the
// caches at once. That is the read-your-writes gate: no reconcile sees a cache older than our own last write.
import type { Pod } from '../api/kubernetes.ts';
import type { PrometheusIstioScrape } from '../api/resource.ts';
import type { WorkloadObject } from '../api/workload.ts';
import { refOf } from '../api/write.ts';
import type { Observed } from '../plan/model/observed.ts';
import type {
  ApplyBody,
  ApplyOptions,
  Cluster,
  ClusterEvent,
  JsonPatchOperation,
  ObjectRef,
  WriteResult,
  ObjectWrites,
} from '../reconcile/cluster.ts';
import type { Logger } from '../reconcile/context.ts';
import { systemTimers, type Timers } from './clock/timers.ts';
import type { Transport } from './http/transport.ts';
import { Caches } from './informers/caches.ts';
import { PodWatches } from './informers/pod-watches.ts';
import { selectorQuery } from './informers/selector-query.ts';
import { PrometheusClient } from './pods/prometheus-client.ts';
import { ProxyAgentClient } from './pods/proxy-agent-client.ts';
import { ApiReads } from './requests/api-reads.ts';
import { ApiWrites } from './requests/api-writes.ts';
import { EventRecorder } from './requests/event-recorder.ts';
import { readSecretFacts, readSecretType } from './requests/secret-facts.ts';
import { writeTargetOf, type WriteTarget } from './requests/write-result.ts';

interface KubeClusterOptions {
  readonly transport: Transport;
  readonly log: Logger;
  readonly onPodEvent?: (namespace: string, statefulSet: string) => void;
  /** Names this process in events. */
  readonly instance?: string;
  readonly timers?: Timers;
  readonly random?: () => number;
}

export class KubeCluster implements Cluster {
  readonly transport: Transport;
  readonly #caches: Caches;
  readonly #pods: PodWatches;
  readonly #reads: ApiReads;
  readonly #writes: ApiWrites;
  readonly #events: EventRecorder;
  readonly #prometheus = new PrometheusClient();
  readonly #proxyAgents: ProxyAgentClient;
  readonly prometheus: Cluster['prometheus'] = (endpoint) => this.#prometheus.ask(endpoint);
  readonly failedPools: Cluster['failedPools'] = (endpoint) => this.#prometheus.failedPools(endpoint);
  readonly proxyAgent: Cluster['proxyAgent'] = (endpoint) => this.#proxyAgents.ask(endpoint);
  readonly reloadPrometheus: Cluster['reloadPrometheus'] = (endpoint) => this.#prometheus.reload(endpoint);

  constructor(options: KubeClusterOptions) {
    const { transport, log, timers = systemTimers, random = Math.random, instance = 'meshscrape' } = options;
    this.transport = transport;
    const ports = { transport, log, timers, random };
    this.#caches = new Caches(ports);
    this.#pods = new PodWatches(ports, options.onPodEvent ?? (() => undefined));
    this.#proxyAgents = new ProxyAgentClient(() => timers.now());
    this.#reads = new ApiReads(transport, timers);
    this.#writes = new ApiWrites(transport);
    this.#events = new EventRecorder({ transport, log, timers, instance });
  }

  readonly watch: Caches['watch'] = (...what) => {
    this.#caches.watch(...what);
  };

  /** Every watch so far has its first list, or knows that it is absent or unreadable. */
  whenSynced(): Promise<void> {
    return this.#caches.whenSynced();
  }

  isSynced(): boolean {
    return this.#caches.isSynced();
  }

  /** Lists everything afresh; answers when the lists have been delivered. */
  async relist(): Promise<void> {
    await Promise.all([this.#caches.relist(), this.#pods.relist()]);
  }

  /** Ends every watch. The transport stays open for writes in flight. */
  stop(): void {
    this.#caches.stop();
    this.#pods.stop();
    void this.#prometheus.close();
    void this.#proxyAgents.close();
  }

  readonly resource: Cluster['resource'] = (key) => this.#caches.resource(key);
  readonly resources: Cluster['resources'] = (namespace) => this.#caches.resources(namespace);
  readonly workload: Cluster['workload'] = ({ namespace, name }) => this.#caches.statefulSet(namespace, name);
  readonly workloads: Cluster['workloads'] = (namespace) => this.#caches.statefulSets(namespace);
  readonly sidecars: Cluster['sidecars'] = (namespace) => this.#caches.sidecars(namespace);
  readonly peerAuthentications: Cluster['peerAuthentications'] = (namespace) =>
    this.#caches.peerAuthentications(namespace);
  readonly configMapNames: Cluster['configMapNames'] = (namespace) => this.#caches.configMapNames(namespace);

  pods(workload: WorkloadObject): Promise<Observed<readonly Pod[]>> {
    const { metadata, spec, status } = workload;
    const isScaledToZero = spec.replicas === 0 && (status?.replicas ?? 0) === 0;
    if (!isScaledToZero) return this.#pods.pods(workload);
    // Nothing runs and nothing will until the workload changes: a watch would only use memory.
    this.#pods.release(metadata.namespace, metadata.name);
    // Its controller has counted the pods of this very generation: there is nothing to ask for.
    const isCounted = status?.observedGeneration === metadata.generation;
    if (isCounted) return Promise.resolve({ kind: 'present', value: [] });
    return this.#reads.pods(metadata.namespace, selectorQuery(spec.selector));
  }

  releasePods(namespace: string, name: string): void {
    this.#pods.release(namespace, name);
  }

  readonly configMap: Cluster['configMap'] = (...which) => this.#reads.configMap(...which);
  readonly podsOfNamespace: Cluster['podsOfNamespace'] = (namespace) => this.#reads.pods(namespace);
  readonly inboundPolicies: Cluster['inboundPolicies'] = (namespace) =>
    this.#reads.inboundPolicies(namespace);
  readonly service: Cluster['service'] = (...which) => this.#reads.service(...which);
  readonly anyService: Cluster['anyService'] = (namespace) => this.#reads.anyService(namespace);
  readonly webhookConfigurations: Cluster['webhookConfigurations'] = () =>
    this.#reads.webhookConfigurations();
  readonly namespaceLabels: Cluster['namespaceLabels'] = (name) => this.#reads.namespaceLabels(name);
  readonly namesakes: Cluster['namesakes'] = (...which) => this.#reads.namesakes(...which);
  readonly namespace: Cluster['namespace'] = (name) => this.#reads.namespace(name);
  readonly eventsAbout: Cluster['eventsAbout'] = (...which) => this.#reads.eventsAbout(...which);
  readonly secret: Cluster['secret'] = (...which) => readSecretFacts(this.transport, ...which);
  readonly secretType: Cluster['secretType'] = (...which) => readSecretType(this.transport, ...which);

  readonly admitPod: Cluster['admitPod'] = (pod) => this.#writes.admitPod(pod);

  /** What is not stored must not enter a cache. */
  readonly dryRun: ObjectWrites = {
    apply: (body, options) => this.#writes.apply(refOf(body), body, { ...options, dryRun: true }),
    patch: (ref, operations, fieldManager) =>
      this.#writes.patch(ref, operations, { fieldManager, dryRun: true }),
  };

  apply(body: ApplyBody, options: ApplyOptions): Promise<WriteResult> {
    const ref = refOf(body);
    return this.#caches.write(ref, () => this.#writes.apply(ref, body, options));
  }

  patch(
    ref: ObjectRef,
    operations: readonly JsonPatchOperation[],
    fieldManager: string,
  ): Promise<WriteResult> {
    return this.#caches.write(ref, () => this.#writes.patch(ref, operations, { fieldManager }));
  }

  async delete(ref: ObjectRef, precondition: { readonly uid: string }): Promise<WriteResult> {
    const result = await this.#caches.write(ref, () => this.#writes.delete(ref, precondition.uid));
    if (result.kind === 'written' && result.object.metadata.deletionTimestamp === undefined) {
      this.#caches.storeOf(ref)?.drop(ref.namespace, ref.name, precondition.uid);
    }
    return result;
  }

  writeStatus(resource: PrometheusIstioScrape, status: object): Promise<WriteResult> {
    return this.writeStatusOf(writeTargetOf(resource), status);
  }

  /** Absent without a request where the cache knows a namesake: the API server ignores the uid of a status. */
  async writeStatusOf(ref: WriteTarget, status: unknown): Promise<WriteResult> {
    const cached = this.#caches.storeOf(ref)?.get(ref.namespace, ref.name);
    if (cached !== undefined && ref.uid !== undefined && cached.metadata.uid !== ref.uid) {
      return {
        kind: 'absent',
        message: `write status of ${ref.kind} ${ref.namespace}/${ref.name}: it was created again`,
      };
    }
    return this.#caches.write(ref, () => this.#writes.status(ref, status));
  }

  mergeStatusOf(ref: WriteTarget, status: unknown): Promise<WriteResult> {
    return this.#caches.write(ref, () => this.#writes.mergeStatus(ref, status));
  }

  setFinalizers(resource: PrometheusIstioScrape, finalizers: readonly string[]): Promise<WriteResult> {
    return this.setFinalizersOf(writeTargetOf(resource), finalizers);
  }

  async setFinalizersOf(ref: WriteTarget, finalizers: readonly string[]): Promise<WriteResult> {
    const result = await this.#caches.write(ref, () => this.#writes.finalizers(ref, finalizers));
    if (result.kind !== 'written') return result;
    const { deletionTimestamp, uid } = result.object.metadata;
    // The last finalizer of an object that is being deleted: it is gone, whatever the answer still shows.
    if (deletionTimestamp !== undefined && finalizers.length === 0) {
      this.#caches.storeOf(ref)?.drop(ref.namespace, ref.name, uid);
    }
    return result;
  }

  emit(event: ClusterEvent): Promise<void> {
    return this.#events.emit(event);
  }
}
