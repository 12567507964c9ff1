// What was seen of the cluster for one resource, as plain data.
import type { PeerAuthentication, Sidecar } from '../../api/kubernetes.ts';
import type { PrometheusIstioScrape } from '../../api/resource.ts';
import type { WorkloadObject } from '../../api/workload.ts';
import type { Observed } from './observed.ts';
import type { Reads } from './reads.ts';

/** What the controller's caches hold: always there, no request. */
export interface CachedView {
  readonly resource: PrometheusIstioScrape;
  /** All resources of the namespace, this one included: the oldest claim on a workload wins. */
  readonly resources: readonly PrometheusIstioScrape[];
  /** The one that `spec.workload` names. */
  readonly workload: Observed<WorkloadObject>;
  /** Every workload of the namespace, for selectors that are too wide. */
  readonly workloads: readonly WorkloadObject[];
  /** Absent: the CRD is not installed. */
  readonly sidecars: Observed<readonly Sidecar[]>;
  readonly peerAuthentications: Observed<readonly PeerAuthentication[]>;
}

export interface Snapshot extends CachedView {
  /** Milliseconds since the epoch at the time of the observation; the plan has no clock of its own. */
  readonly nowMs: number;
  /** Least time between two template writes that are not asked for by a new generation. */
  readonly templateWriteIntervalMs: number;
  readonly reads: Reads;
  /** A reload was asked for in this reconciliation already: once is enough. */
  readonly reloadAsked: boolean;
}
