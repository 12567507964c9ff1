// What was seen of the cluster for one resource, as plain data. Decides nothing.
// Absent, unreadable and present are three answers everywhere: a forbidden read is data, never an empty object.
import type { SecretFacts } from '../../api/certificate.ts';
import type {
  ConfigMap,
  InboundPolicy,
  KubernetesEvent,
  Labels,
  MutatingWebhookConfiguration,
  PeerAuthentication,
  Pod,
  Sidecar,
  StatefulSet,
} from '../../api/kubernetes.ts';
import type { PrometheusIstioScrape } from '../../api/resource.ts';
import type { PrometheusEndpoint, PrometheusSeen, ProxyAgentSeen } from './prometheus-seen.ts';

/** An object that was looked for. `unreadable.message` is the API server's own sentence. */
export type Observed<T> =
  | { readonly kind: 'present'; readonly value: T }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unreadable'; readonly message: string };

/** What the controller's caches hold: always there, no request. */
export interface CachedView {
  readonly resource: PrometheusIstioScrape;
  /** All resources of the namespace, this one included: the oldest claim on a workload wins. */
  readonly resources: readonly PrometheusIstioScrape[];
  readonly statefulSet: Observed<StatefulSet>;
  /** Every StatefulSet of the namespace, for selectors that are too wide. */
  readonly statefulSets: readonly StatefulSet[];
  /** Absent: the CRD is not installed. */
  readonly sidecars: Observed<readonly Sidecar[]>;
  readonly peerAuthentications: Observed<readonly PeerAuthentication[]>;
}

/** What costs a request is read only when a plan says that it needs it; a key that is missing was not read. */
export interface Reads {
  /** Pods that the StatefulSet's selector matches, whoever owns them. */
  readonly pods?: Observed<readonly Pod[]>;
  /** Events about the StatefulSet, of whatever reason. */
  readonly events?: Observed<readonly KubernetesEvent[]>;
  /** ConfigMaps of the namespace by name. */
  readonly configMaps?: Readonly<Record<string, Observed<ConfigMap>>>;
  /** Every pod of the namespace: who else mounts the ConfigMap. */
  readonly podsOfNamespace?: Observed<readonly Pod[]>;
  /** AuthorizationPolicies and RequestAuthentications of the namespace and of Istio's own. */
  readonly inboundPolicies?: Observed<readonly InboundPolicy[]>;
  /** By `namespace/name`; `namespace/*`: any Service of the namespace. */
  readonly services?: Readonly<Record<string, Observed<true>>>;
  /** Of the whole cluster, without their CA bundles. */
  readonly webhookConfigurations?: Observed<readonly MutatingWebhookConfiguration[]>;
  /** Of the resource's namespace. */
  readonly namespaceLabels?: Observed<Labels>;
  /** istiods' own ConfigMaps with their injection policies, by name. */
  readonly injectorConfigMaps?: Readonly<Record<string, Observed<ConfigMap>>>;
  /** By pod. */
  readonly prometheus?: Readonly<Record<string, PrometheusSeen>>;
  /** By pod. */
  readonly proxyAgents?: Readonly<Record<string, ProxyAgentSeen>>;
  /** A reload was asked for in this visit already: once is enough. */
  readonly reloadAsked?: true;
  /** Secrets of the namespace by name, without their data. */
  readonly secrets?: Readonly<Record<string, Observed<SecretFacts>>>;
  /** `type` of Secrets by name, where nothing else of them was asked for. */
  readonly secretTypes?: Readonly<Record<string, Observed<string>>>;
}

/** A read that a plan cannot go on without. */
export type Need =
  | { readonly kind: 'Pods' }
  | { readonly kind: 'Events' }
  | { readonly kind: 'ConfigMap'; readonly name: string }
  | { readonly kind: 'PodsOfNamespace' }
  | { readonly kind: 'Secret'; readonly name: string }
  | { readonly kind: 'SecretType'; readonly name: string }
  | { readonly kind: 'InboundPolicies'; readonly istioNamespace: string }
  | { readonly kind: 'Prometheus'; readonly endpoint: PrometheusEndpoint }
  | { readonly kind: 'Service'; readonly namespace: string; readonly name: string }
  | { readonly kind: 'AnyService'; readonly namespace: string }
  | { readonly kind: 'ProxyAgent'; readonly endpoint: PrometheusEndpoint }
  | { readonly kind: 'WebhookConfigurations' }
  | { readonly kind: 'NamespaceLabels' }
  | { readonly kind: 'InjectorConfigMap'; readonly namespace: string; readonly name: string };

export interface Snapshot extends CachedView {
  /** Milliseconds since the epoch at the time of the observation; the plan has no clock of its own. */
  readonly nowMs: number;
  /** Least time between two template writes that are not asked for by a new generation. */
  readonly templateWriteIntervalMs: number;
  readonly reads: Reads;
}
