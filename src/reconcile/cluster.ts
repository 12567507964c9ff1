// The port to the cluster: the only verbs that reconcile uses. `kube/kube-cluster.ts` implements it,
// a small fake replaces it in pure reconcile tests.
import type { SecretFacts } from '../api/certificate.ts';
import type {
  ConfigMap,
  InboundPolicy,
  KubernetesEvent,
  KubernetesObject,
  Labels,
  MutatingWebhookConfiguration,
  PeerAuthentication,
  Pod,
  Sidecar,
} from '../api/kubernetes.ts';
import type { PrometheusIstioScrape } from '../api/resource.ts';
import type { WorkloadKind, WorkloadObject } from '../api/workload.ts';
import type { ApplyBody, ApplyConflict, JsonPatchOperation, ObjectRef } from '../api/write.ts';
import type { Observed } from '../plan/model/observed.ts';
import type { NextPod } from '../plan/model/pod-admission.ts';
import type {
  FailedPoolsSeen,
  PrometheusEndpoint,
  PrometheusSeen,
  ProxyAgentSeen,
} from '../plan/model/prometheus-seen.ts';

export type { ApplyBody, ApplyConflict, JsonPatchOperation, ObjectRef } from '../api/write.ts';

export interface ApplyOptions {
  readonly fieldManager: string;
  readonly force: boolean;
}

/**
 * What a write came to. Expected answers are values; anything else is thrown as a `KubeError` by `kube/`.
 * - `conflict`: server-side apply without force met fields of other managers
 * - `stale`: the resourceVersion precondition failed, read again
 * - `absent`: the object (or its CRD) is not there
 * - `refused`: forbidden (403) or invalid (422) or denied by admission; `message` is the API server's sentence
 */
export type WriteResult =
  | { readonly kind: 'written'; readonly object: KubernetesObject }
  | { readonly kind: 'conflict'; readonly conflicts: readonly ApplyConflict[]; readonly message: string }
  | { readonly kind: 'stale'; readonly message: string }
  | { readonly kind: 'absent'; readonly message: string }
  | {
      readonly kind: 'refused';
      readonly status: number;
      readonly reason: string;
      readonly message: string;
    };

/** Names a workload. */
export interface WorkloadRef {
  readonly kind: WorkloadKind;
  readonly namespace: string;
  readonly name: string;
}

/** The verbs that write an object. */
export interface ObjectWrites {
  apply(body: ApplyBody, options: ApplyOptions): Promise<WriteResult>;
  patch(
    ref: ObjectRef,
    operations: readonly JsonPatchOperation[],
    fieldManager: string,
  ): Promise<WriteResult>;
}

export interface Cluster extends ObjectWrites {
  /** The same, but nothing is stored: answered as the write itself would be. */
  readonly dryRun: ObjectWrites;

  // From caches, kept by reflectors: no request.
  /** `undefined`: gone. Key is `namespace/name`. */
  resource(key: string): PrometheusIstioScrape | undefined;
  resources(namespace: string): readonly PrometheusIstioScrape[];
  workload(which: WorkloadRef): Observed<WorkloadObject>;
  /** Every workload of the namespace, of every kind. */
  workloads(namespace: string): readonly WorkloadObject[];
  /** Absent: Istio's CRD is not installed. */
  sidecars(namespace: string): Observed<readonly Sidecar[]>;
  peerAuthentications(namespace: string): Observed<readonly PeerAuthentication[]>;
  /** Names of all ConfigMaps of the namespace. */
  configMapNames(namespace: string): Observed<readonly string[]>;
  /** Pods that match the selector of a claimed workload; the first call starts the watch and waits for it. */
  pods(workload: WorkloadObject): Promise<Observed<readonly Pod[]>>;
  /** Ends the watch on the pods of a workload that nobody claims any more. */
  releasePods(namespace: string, name: string): void;

  // A request or two each; what every resource asks for alike (services, webhooks, namespaces), and namesakes, once in a minute.
  configMap(namespace: string, name: string): Promise<Observed<ConfigMap>>;
  /** Kinds that are not managed, of which an object of that name exists; absent: none. Unreadable in the default install. */
  namesakes(namespace: string, name: string): Promise<Observed<readonly string[]>>;
  /** Events of `events.k8s.io/v1` that regard the object of this uid. */
  eventsAbout(namespace: string, uid: string): Promise<Observed<readonly KubernetesEvent[]>>;
  podsOfNamespace(namespace: string): Promise<Observed<readonly Pod[]>>;
  /** AuthorizationPolicies and RequestAuthentications; absent: their CRDs are not installed. */
  inboundPolicies(namespace: string): Promise<Observed<readonly InboundPolicy[]>>;
  service(namespace: string, name: string): Promise<Observed<true>>;
  /** Whether the namespace has a Service at all. */
  anyService(namespace: string): Promise<Observed<true>>;
  /** Of the whole cluster, without their CA bundles. */
  webhookConfigurations(): Promise<Observed<readonly MutatingWebhookConfiguration[]>>;
  namespaceLabels(namespace: string): Promise<Observed<Labels>>;
  /** With managedFields. */
  namespace(name: string): Promise<Observed<KubernetesObject>>;
  /** What a Secret's certificate says; nothing of the Secret's data comes with it. Unreadable in the default install. */
  secret(namespace: string, name: string): Promise<Observed<SecretFacts>>;
  /** The type of a Secret, without asking for its data. */
  secretType(namespace: string, name: string): Promise<Observed<string>>;

  /** What the Prometheus at an endpoint says of itself; no answer is data. */
  prometheus(endpoint: PrometheusEndpoint): Promise<PrometheusSeen>;
  /** How many scrape pools it could not make, from its metrics; no answer is data. */
  failedPools(endpoint: PrometheusEndpoint): Promise<FailedPoolsSeen>;
  /** What the agent of an istio-proxy says of its certificate; no answer is data. */
  proxyAgent(endpoint: PrometheusEndpoint): Promise<ProxyAgentSeen>;
  /** POST /-/reload; whether it helped is seen by asking. */
  reloadPrometheus(endpoint: PrometheusEndpoint): Promise<void>;

  /** Runs a pod through admission and stores nothing. In the default install it is forbidden. */
  admitPod(pod: NextPod): Promise<WriteResult>;
  delete(ref: ObjectRef, precondition: { readonly uid: string }): Promise<WriteResult>;
  /** Whole status by server-side apply to `/status`, manager `meshscrape-status`, force. */
  writeStatus(resource: PrometheusIstioScrape, status: object): Promise<WriteResult>;
  /** JSON merge patch of `metadata.finalizers` with the resourceVersion as precondition. */
  setFinalizers(resource: PrometheusIstioScrape, finalizers: readonly string[]): Promise<WriteResult>;
  /** events.k8s.io/v1; a failure is logged by `kube/` and never fails a reconcile. */
  emit(event: ClusterEvent): Promise<void>;
}

/** One transition that is worth an Event, as `events.k8s.io/v1` takes it. */
export interface ClusterEvent {
  readonly regarding: ObjectRef & { readonly uid: string };
  readonly related?: ObjectRef;
  readonly type: 'Normal' | 'Warning';
  /** CamelCase. */
  readonly reason: string;
  /** What was done, a verb in CamelCase. */
  readonly action: string;
  /** At most 1,024 characters. */
  readonly note: string;
}
