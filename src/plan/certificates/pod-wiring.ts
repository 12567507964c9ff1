// Is one pod wired: the volume, a ready istio-proxy, a running Prometheus? If not, what is missing, with a reason.
// From the pod alone; why nobody replaces the pod, rollout.ts says.
import type { Container, Pod } from '../../api/kubernetes.ts';
import type { ReasonName } from '../../api/reasons.ts';
import { outputOf, outputSetting } from '../istio-proxy/output.ts';
import { proxyOf } from '../istio-proxy/proxy-container.ts';
import { mountAbove } from '../kubernetes/mounts.ts';
import type { CertificatePaths } from '../model/desired.ts';
import { containerStatusOf, isCrashLooping, startFailure } from './container-state.ts';

/** What a pod lacks. `WaitingForCertificates`: nothing is wrong so far. */
export interface Lack {
  readonly reason: ReasonName;
  readonly message: string;
  /** Milliseconds until time alone makes it worth evaluating again. */
  readonly retryAfterMs?: number;
}

/** What a pod has to have, and the time at which it is asked. */
export interface WiringRequirement {
  /** The Prometheus container. */
  readonly container: string;
  readonly paths: CertificatePaths;
  readonly nowMs: number;
}

/** A pod that is not ready for so long does not become ready by itself. */
const STUCK_AFTER_MS = 2 * 60_000;

/** `undefined`: istio-proxy writes into what Prometheus reads, it is ready, and Prometheus runs. */
export function whyNotWired(pod: Pod, wiring: WiringRequirement): Lack | undefined {
  if (pod.metadata.deletionTimestamp !== undefined) return waitingLack('it is being deleted');
  const container = pod.spec.containers.find(({ name }) => name === wiring.container);
  const { mountPath } = wiring.paths;
  if (container === undefined || !mountsAt(container, mountPath))
    return waitingLack(`no volume of certificates is mounted at ${mountPath}`);
  const proxy = proxyOf(pod);
  if (proxy === undefined) {
    return { reason: 'PodNotInjected', message: 'it has no istio-proxy container: no webhook injected it' };
  }
  const elsewhere = whyElsewhere(proxy, container, wiring.paths);
  if (elsewhere !== undefined) return { reason: 'WiringIncoherent', message: elsewhere };
  if (containerStatusOf(pod, 'istio-proxy')?.ready !== true) return proxyLack(pod, wiring.nowMs);
  if (containerStatusOf(pod, wiring.container)?.state?.running === undefined)
    return prometheusLack(pod, wiring);
  return undefined;
}

/** Until a pod that is not ready counts as stuck; at most 0: it does. `undefined`: it is ready, or nobody knows since when. */
export function patienceMs({ metadata, status }: Pod, nowMs: number): number | undefined {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  if (ready?.status === 'True') return undefined;
  const since = ready?.lastTransitionTime ?? metadata.creationTimestamp;
  return since === undefined ? undefined : Date.parse(since) + STUCK_AFTER_MS - nowMs;
}

/** Waiting as long as there is patience, then the lack that is given. */
function afterPatience(pod: Pod, nowMs: number, lack: Lack): Lack {
  const leftMs = patienceMs(pod, nowMs);
  if (leftMs === undefined) return waitingLack(lack.message);
  return leftMs <= 0 ? lack : { ...waitingLack(lack.message), retryAfterMs: leftMs };
}

function waitingLack(message: string): Lack {
  return { reason: 'WaitingForCertificates', message };
}

function proxyLack(pod: Pod, nowMs: number): Lack {
  const scheduled = pod.status?.conditions?.find(({ type }) => type === 'PodScheduled');
  if (scheduled?.status === 'False') {
    return { reason: 'PodNotScheduled', message: `no node takes it: kubectl describe ${podArgument(pod)}` };
  }
  for (const { name } of pod.spec.initContainers ?? []) {
    const trouble = name === 'istio-proxy' ? undefined : troubleOf(pod, name, nowMs);
    if (trouble !== undefined) return { reason: 'ProxyNotReady', message: `init container ${trouble}` };
  }
  const status = containerStatusOf(pod, 'istio-proxy');
  const reason = isCrashLooping(status, nowMs) ? 'ProxyCrashLooping' : 'ProxyNotReady';
  const trouble = troubleOf(pod, 'istio-proxy', nowMs);
  if (trouble !== undefined) return { reason, message: trouble };
  return afterPatience(pod, nowMs, { reason: 'ProxyNotReady', message: 'istio-proxy is not ready' });
}

function prometheusLack(pod: Pod, { container, nowMs }: WiringRequirement): Lack {
  const reason = 'PrometheusNotRunning';
  const trouble = troubleOf(pod, container, nowMs);
  if (trouble !== undefined) return { reason, message: trouble };
  return afterPatience(pod, nowMs, { reason, message: `${container} is not running` });
}

/** A sentence about a container that cannot come up as it is. */
function troubleOf(pod: Pod, name: string, nowMs: number): string | undefined {
  const status = containerStatusOf(pod, name);
  if (isCrashLooping(status, nowMs)) {
    return `${name} crashes again and again: kubectl logs ${podArgument(pod)} -c ${name} --previous`;
  }
  const failure = startFailure(status);
  return failure === undefined ? undefined : `${name} does not start: ${failure}`;
}

function podArgument({ metadata }: Pod): string {
  return `-n ${metadata.namespace} pod/${metadata.name}`;
}

function mountsAt({ volumeMounts = [] }: Container, directory: string): boolean {
  return mountAbove(volumeMounts, directory) !== undefined;
}

/** Why the files do not arrive where Prometheus reads. What cannot be known of OUTPUT_CERTS is no lack, but no proof. */
function whyElsewhere(proxy: Container, container: Container, paths: CertificatePaths): string | undefined {
  const { outputDirectory, mountPath } = paths;
  const setting = outputSetting(proxy);
  if (setting.kind === 'Computed') return undefined;
  if (setting.kind === 'Unset')
    return 'its istio-proxy writes no certificates: OUTPUT_CERTS is not set in it';
  if (setting.directory !== outputDirectory) {
    return `its istio-proxy writes to ${setting.directory}, not to ${outputDirectory}: OUTPUT_CERTS is also set elsewhere, in the env of an istio-proxy container of the pod template or in a ProxyConfig of the mesh`;
  }
  const output = outputOf(proxy.volumeMounts ?? [], outputDirectory, container);
  if (output === undefined) return `its istio-proxy mounts nothing at ${outputDirectory}`;
  if (output.mount.readOnly === true) return `its istio-proxy mounts ${outputDirectory} read-only`;
  if (output.directories.includes(mountPath)) return undefined;
  return `its istio-proxy writes to volume ${output.mount.name}, which is not what is mounted at ${mountPath}`;
}
