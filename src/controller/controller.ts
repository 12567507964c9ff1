// The controller as one thing that starts and stops: metrics, probes, transport, caches and operator wired together.
// Signals and the process are main's.
import { systemTimers, type Timers } from '../kube/clock/timers.ts';
import { loadKubeConfig } from '../kube/http/kube-config.ts';
import { Transport } from '../kube/http/transport.ts';
import { KubeCluster } from '../kube/kube-cluster.ts';
import type { Logger, Reconcile } from '../reconcile/context.ts';
import { DryRuns } from '../reconcile/dry-runs.ts';
import { Unreported } from '../reconcile/unreported.ts';
import type { Settings } from '../settings.ts';
import { createMetrics, type Metrics } from '../telemetry/metrics.ts';
import { startProbes } from '../telemetry/probes.ts';
import { ScrapeOperator } from './operator.ts';

interface ControllerOptions {
  readonly settings: Settings;
  readonly version: string;
  readonly log: Logger;
  readonly reconcile: Reconcile;
  /** The process's own unless a test brings others. */
  readonly timers?: Timers;
  readonly random?: () => number;
}

export interface Controller {
  /** Where the probes are served. */
  readonly port: number;
  /** Forced relist of every cache. */
  relist(): Promise<void>;
  /** Resolves once every cache is filled and workers run; rejects only on a bug. */
  readonly running: Promise<void>;
  /** Takes no more work, lets what is in flight finish within the setting's time, closes everything. */
  stop(): Promise<void>;
}

/** Of the time for stopping, the share of writes that are already on the wire. */
const SHARE_OF_WRITES = 0.25;

/** Starts everything; rejects if the port cannot be had or no kubeconfig can be loaded. An API server that does not answer is waited for. */
export async function startController(options: ControllerOptions): Promise<Controller> {
  const { settings, log, version, reconcile, timers = systemTimers, random = Math.random } = options;
  const metrics = createMetrics(settings.concurrency);
  const { transport, host } = connect(settings, version, metrics);
  const cluster = new KubeCluster({
    transport,
    log,
    timers,
    random,
    onPodEvent: (namespace, workload) => {
      operator.wakeByWorkload(namespace, workload);
    },
  });
  const { templateWriteIntervalMs, concurrency } = settings;
  const context = {
    now: () => timers.now(),
    random,
    templateWriteIntervalMs,
    unreported: new Unreported(),
    dryRuns: new DryRuns(),
    undoTries: new Map(),
  };
  const operator = new ScrapeOperator({ cluster, log, reconcile, context, concurrency, timers, metrics });
  const probes = await startProbes({
    address: settings.listenAddress,
    port: settings.port,
    isReady: () => operator.isWorking && cluster.isSynced(),
    registry: metrics.registry,
  });
  log.info({ host, listen: `${settings.listenAddress}:${probes.port}`, concurrency }, 'controller starts');
  return {
    port: probes.port,
    relist: () => cluster.relist(),
    running: operator.run(),
    stop: async () => {
      const forWritesMs = settings.shutdownTimeoutMs * SHARE_OF_WRITES;
      const isDrained = await operator.shutDown(settings.shutdownTimeoutMs - forWritesMs);
      if (!isDrained) log.warn({}, 'some reconciles did not finish in time and are abandoned');
      await transport.close(forWritesMs);
      await probes.close();
    },
  };
}

/** The way to the API server, counted under its host; nothing is sent yet. */
function connect(
  { kubeconfig }: Settings,
  version: string,
  { requests }: Metrics,
): { readonly transport: Transport; readonly host: string } {
  const kubeConfig = loadKubeConfig(kubeconfig);
  const host = URL.parse(kubeConfig.server)?.host ?? kubeConfig.server;
  const transport = new Transport({
    kubeConfig,
    version,
    onRequest: (seen) => {
      requests.requested(seen, host);
    },
    onRetry: (seen) => {
      requests.retried(seen, host);
    },
  });
  return { transport, host };
}
