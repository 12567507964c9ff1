// Stage 3: do the files exist in every pod? Proven from the pods themselves, of whatever revision. Pure.
import type { Container, ContainerStatus, Pod, StatefulSet } from '../api/kubernetes.ts';
import type { PrometheusIstioScrape } from '../api/resource.ts';
import { proxyOf } from './proxy-container.ts';
import type { Need, Observed } from './snapshot.ts';
import { isOwnedBy } from './selector.ts';
import { certificatePaths, type CertificatePaths } from './wish.ts';

export interface CertificatesPlan {
  readonly kind: 'Ready' | 'Waiting' | 'ProofImpossible' | 'Unreadable';
  readonly message: string;
  readonly pods: number;
  readonly podsWired: number;
  /** Of the newest wired pod; `undefined` where no pod shows it. */
  readonly proxyVersion: string | undefined;
  readonly needs: readonly Need[];
}

export interface CertificatesInput {
  readonly resource: PrometheusIstioScrape;
  readonly statefulSet: StatefulSet;
  readonly container: Container;
  readonly pods: Observed<readonly Pod[]> | undefined;
}

/** Judges stage 3 of the contract. */
export function planCertificates(input: CertificatesInput): CertificatesPlan {
  const { resource, statefulSet, container, pods: seen } = input;
  const nothing = { pods: 0, podsWired: 0, proxyVersion: undefined, needs: [] };
  if (seen === undefined) {
    return { kind: 'Waiting', message: 'pods are being read', ...nothing, needs: [{ kind: 'Pods' }] };
  }
  if (seen.kind !== 'present') {
    const message = seen.kind === 'absent' ? 'not found' : seen.message;
    return { kind: 'Unreadable', message: `pods cannot be read: ${message}`, ...nothing };
  }
  const paths = certificatePaths(resource);
  const owned = seen.value.filter((pod) => isOwnedBy(pod, statefulSet));
  const lacking = owned.flatMap((pod) => {
    const why = whyNotWired(pod, container.name, paths);
    return why === undefined ? [] : [`${pod.metadata.name}: ${why}`];
  });
  const counts = {
    pods: owned.length,
    podsWired: owned.length - lacking.length,
    proxyVersion: owned.map(proxyVersionOf).find((version) => version !== undefined),
    needs: [],
  };
  const waiting = whatIsMissing(statefulSet, counts.pods, lacking);
  if (waiting !== undefined) return { kind: 'Waiting', message: waiting, ...counts };
  const old = owned.map(proxyVersionOf).find((version) => version !== undefined && isBefore112(version));
  if (old !== undefined && !resource.spec.certificates.trustReadiness) {
    const message = `istio-proxy ${old} is ready before its files exist (1.12 is the first where readiness proves them): check the files, then set spec.certificates.trustReadiness`;
    return { kind: 'ProofImpossible', message, ...counts };
  }
  const message = counts.pods === 0 ? 'no replicas' : `${counts.podsWired} of ${counts.pods} pods are wired`;
  return { kind: 'Ready', message, ...counts };
}

function whatIsMissing(
  statefulSet: StatefulSet,
  pods: number,
  lacking: readonly string[],
): string | undefined {
  const { generation = 0 } = statefulSet.metadata;
  if ((statefulSet.status?.observedGeneration ?? 0) < generation) {
    return 'the StatefulSet controller has not seen the pod template yet';
  }
  if (lacking[0] !== undefined) {
    const onDelete = statefulSet.spec.updateStrategy?.type === 'OnDelete';
    const partition = statefulSet.spec.updateStrategy?.rollingUpdate?.partition ?? 0;
    const hint = onDelete
      ? '; updateStrategy is OnDelete: delete the pod yourself when it suits you'
      : partition > 0
        ? `; updateStrategy has partition ${partition}: lower it to let the pods be replaced`
        : '';
    return `${lacking.length} of ${pods} pods are not wired: ${lacking[0]}${hint}`;
  }
  const replicas = statefulSet.spec.replicas ?? 1;
  return pods < replicas ? `${pods} of ${replicas} pods exist` : undefined;
}

/** `undefined`: the pod mounts the volume, its istio-proxy is ready and its Prometheus runs. */
export function whyNotWired(pod: Pod, containerName: string, paths: CertificatePaths): string | undefined {
  if (pod.metadata.deletionTimestamp !== undefined) return 'it is being deleted';
  const container = pod.spec.containers.find(({ name }) => name === containerName);
  if (!mountsMemory(pod, container, paths.mountPath))
    return `no memory volume is mounted at ${paths.mountPath}`;
  const proxy = statusOf(pod, 'istio-proxy');
  if (!hasProxy(pod)) return 'it has no istio-proxy container';
  if (proxy?.ready !== true) return 'istio-proxy is not ready';
  if (statusOf(pod, containerName)?.state?.running === undefined) return `${containerName} is not running`;
  return undefined;
}

/** True if the pod has an istio-proxy, native or not. */
export function hasProxy(pod: Pod): boolean {
  return proxyOf(pod) !== undefined;
}

function mountsMemory(pod: Pod, container: Container | undefined, mountPath: string): boolean {
  const mount = container?.volumeMounts?.find((candidate) => candidate.mountPath === mountPath);
  const volume = pod.spec.volumes?.find(({ name }) => name === mount?.name);
  return volume?.emptyDir?.medium === 'Memory';
}

function statusOf(pod: Pod, name: string): ContainerStatus | undefined {
  return [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? [])].find(
    (status) => status.name === name,
  );
}

/** The version in the tag of istio-proxy's image, `undefined` for tags that are no version. */
function proxyVersionOf(pod: Pod): string | undefined {
  return /:v?(\d+\.\d+(?:\.\d+)?)[^/]*$/.exec(proxyOf(pod)?.image ?? '')?.[1];
}

function isBefore112(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < 1 || (major === 1 && minor < 12);
}
