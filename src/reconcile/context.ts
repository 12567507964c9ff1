// What a reconcile is given beside the key: its ports to cluster, clock, log and the library's finalizer lifecycle.
import type { PrometheusIstioScrape } from '../api/resource.ts';
import type { Cluster } from './cluster.ts';
import type { DryRuns } from './dry-runs.ts';
import type { Unreported } from './unreported.ts';

/** The part of pino that we use. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  child(fields: object): Logger;
}

/** The library's finalizer lifecycle (`handleResourceFinalizer`), as reconcile uses it. */
export interface Finalizer {
  /** Adds our finalizer if it is missing. Throws a KubeError if the API server would not. */
  ensure(resource: PrometheusIstioScrape): Promise<void>;
  /** For a resource that is being deleted: runs `undo`, then takes our finalizer away. If `undo` throws, the finalizer stays. */
  finish(resource: PrometheusIstioScrape, undo: () => Promise<void>): Promise<void>;
}

export interface ReconcileContext {
  readonly cluster: Cluster;
  readonly finalizer: Finalizer;
  readonly log: Logger;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** In [0, 1): jitter of the interval. */
  readonly random: () => number;
  /** Least time between two template writes that are not asked for by a new generation: a setting. */
  readonly templateWriteIntervalMs: number;
  /** Called once per reconciliation that status shows: fields of each managed object that were in sync and differ. */
  readonly driftDetected: (fieldsByTarget: ReadonlyMap<string, number>) => void;
  readonly unreported: Unreported;
  readonly dryRuns: DryRuns;
  /** How often this process has tried an undo in vain, by uid. */
  readonly undoTries: Map<string, number>;
}

/** What the controller does with the key afterwards. */
export interface ReconcileResult {
  /** Look again after so many milliseconds even without an event; `undefined`: the resource is gone. */
  readonly requeueAfterMs: number | undefined;
  /** True if anything was written. */
  readonly changed: boolean;
  /** Names of ConfigMaps (same namespace) whose change must wake this resource. */
  readonly configMaps: readonly string[];
}

export type Reconcile = (key: string, context: ReconcileContext) => Promise<ReconcileResult>;
