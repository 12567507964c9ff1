// What was seen of the cluster for one resource, as plain data. Decides nothing.
// Absent, unreadable and present are three answers everywhere: a forbidden read is data, never an empty object.
import type {
  ConfigMap,
  InboundPolicy,
  PeerAuthentication,
  Pod,
  Sidecar,
  StatefulSet,
} from '../api/kubernetes.ts';
import type { PrometheusIstioScrape } from '../api/resource.ts';

/** An object that was looked for. `unreadable.message` is the API server's own sentence. */
export type Observed<T> =
  | { readonly kind: 'present'; readonly value: T }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unreadable'; readonly message: string };

/** The name of a Service in the control plane's namespace and whether it was found there. */
export interface ServiceSeen {
  readonly name: string;
  readonly seen: Observed<true>;
}

export interface Snapshot {
  /** Time of the observation, RFC 3339; the plan has no clock of its own. */
  readonly now: string;
  readonly resource: PrometheusIstioScrape;
  /** All resources of the namespace, this one included: the oldest claim on a workload wins. */
  readonly resources: readonly PrometheusIstioScrape[];
  readonly statefulSet: Observed<StatefulSet>;
  /** Every StatefulSet of the namespace, for selectors that are too wide and shared ConfigMaps. */
  readonly statefulSets: readonly StatefulSet[];
  /** Pods that the StatefulSet's selector matches, whoever owns them. */
  readonly pods: Observed<readonly Pod[]>;
  /** The ConfigMap that holds prometheus.yaml; absent also when its name could not be resolved. */
  readonly configMap: Observed<ConfigMap>;
  /** Pods of the namespace that mount that ConfigMap; read only when a write to it is at hand. */
  readonly configMapPods: Observed<readonly Pod[]>;
  /** Absent: the CRD is not installed. */
  readonly sidecars: Observed<readonly Sidecar[]>;
  readonly peerAuthentications: Observed<readonly PeerAuthentication[]>;
  /** AuthorizationPolicies and RequestAuthentications; read only when today's pods intercept inbound traffic. */
  readonly inboundPolicies: Observed<readonly InboundPolicy[]>;
  /** istiod's Service, for the default of `sidecar.egressHosts`. */
  readonly istiodService: ServiceSeen;
}
