// Stage 3: do the files exist in every pod? Proven from the pods themselves, of whatever revision. Pure.
import type { Container, KubernetesEvent, Labels, Pod, StatefulSet } from '../../api/kubernetes.ts';
import type { ReasonName } from '../../api/reasons.ts';
import type { PrometheusIstioScrape } from '../../api/resource.ts';
import { ambientFindings, isReadyTooEarly, proxyFindings } from '../istio-proxy/proxy-versions.ts';
import { readProxy, type Proxy } from '../istio-proxy/proxy.ts';
import { isOwnedBy } from '../kubernetes/selector.ts';
import { certificatePaths } from '../model/desired.ts';
import type { Finding } from '../model/finding.ts';
import type { Need, Observed } from '../model/snapshot.ts';
import { whyNotWired, type Lack } from './pod-wiring.ts';
import { creationRefusal, heldBack, missingPod } from './rollout.ts';

export interface CertificatesPlan {
  readonly kind: 'Ready' | 'Waiting' | 'ProofImpossible' | 'Unreadable';
  /** Of the condition CertificatesReady; every stuck rollout has its own. */
  readonly reason: ReasonName;
  readonly message: string;
  readonly pods: number;
  readonly podsWired: number;
  /** Of every pod that has one. */
  readonly proxies: readonly Proxy[];
  /** What its version or mode means for the files. */
  readonly findings: readonly Finding[];
  readonly needs: readonly Need[];
  /** Nothing watches Events, and patience ends by time alone. */
  readonly retryAfterMs: number | undefined;
}

export interface CertificatesInput {
  readonly resource: PrometheusIstioScrape;
  readonly statefulSet: StatefulSet;
  readonly container: Container;
  readonly pods: Observed<readonly Pod[]> | undefined;
  readonly events: Observed<readonly KubernetesEvent[]> | undefined;
  readonly namespaceLabels: Observed<Labels> | undefined;
  readonly nowMs: number;
}

/** A pod that is missing is looked for among Events: until somebody says why, then more rarely. */
const REFUSAL_AWAITED_MS = 30_000;
const REFUSAL_KNOWN_MS = 5 * 60_000;

/** The more a person has to do, the earlier it is told. */
const URGENCY: readonly ReasonName[] = [
  'ProxyCrashLooping',
  'ProxyNotReady',
  'PrometheusNotRunning',
  'PodNotScheduled',
  'PodNotInjected',
  'RolloutBlocked',
  'RolloutOnDelete',
  'RolloutPartitioned',
  'WaitingForCertificates',
];

/** Judges stage 3 of the contract. */
export function planCertificates(input: CertificatesInput): CertificatesPlan {
  const { resource, statefulSet, container, pods: seen, nowMs } = input;
  const nothing = { pods: 0, podsWired: 0, proxies: [], findings: [], needs: [], retryAfterMs: undefined };
  if (seen === undefined) {
    const message = 'pods are being read';
    return { ...nothing, ...WAITING, message, needs: [{ kind: 'Pods' }] };
  }
  if (seen.kind !== 'present') {
    const message = `pods cannot be read: ${seen.kind === 'absent' ? 'not found' : seen.message}`;
    return { ...nothing, kind: 'Unreadable', reason: 'NotAuthorized', message };
  }
  const wiring = { container: container.name, paths: certificatePaths(resource), nowMs };
  const owned = seen.value.filter((pod) => isOwnedBy(pod, statefulSet));
  const lacking = owned.flatMap((pod): readonly LackingPod[] => {
    const lack = whyNotWired(pod, wiring);
    return lack === undefined ? [] : [{ pod, lack: heldBack(pod, lack, input) }];
  });
  const proxies = owned.flatMap((pod) => readProxy(pod, container.name) ?? []);
  const counts = {
    ...nothing,
    pods: owned.length,
    podsWired: owned.length - lacking.length,
    proxies,
    findings: [
      ...proxyFindings(statefulSet, proxies),
      ...ambientFindings(statefulSet, owned, input.namespaceLabels),
    ],
  };
  const waiting = whatIsMissing(input, owned, lacking);
  if (waiting !== undefined) return { ...counts, ...WAITING, ...waiting };
  const old = proxies.find(isReadyTooEarly)?.version;
  if (old !== undefined && !resource.spec.certificates.trustReadiness) {
    const message = `istio-proxy ${old} is ready before its files exist (1.12 is the first where readiness proves them): check the files, then set spec.certificates.trustReadiness`;
    return { ...counts, kind: 'ProofImpossible', reason: 'ProofImpossible', message };
  }
  const message = counts.pods === 0 ? 'no replicas' : `${counts.podsWired} of ${counts.pods} pods are wired`;
  return { ...counts, kind: 'Ready', reason: 'Succeeded', message };
}

const WAITING = { kind: 'Waiting', reason: 'WaitingForCertificates' } as const;

interface LackingPod {
  readonly pod: Pod;
  readonly lack: Lack;
}

interface Missing {
  readonly reason?: ReasonName;
  readonly message: string;
  readonly needs?: readonly Need[];
  readonly retryAfterMs?: number | undefined;
}

function whatIsMissing(
  { statefulSet, events, nowMs }: CertificatesInput,
  owned: readonly Pod[],
  lacking: readonly LackingPod[],
): Missing | undefined {
  if ((statefulSet.status?.observedGeneration ?? 0) < (statefulSet.metadata.generation ?? 0)) {
    return { message: 'the StatefulSet controller has not seen the pod template yet' };
  }
  const missing = missingPod(statefulSet, owned);
  const count = `${owned.length} of ${statefulSet.spec.replicas ?? 1} pods exist`;
  if (missing === undefined) return firstLack(lacking, owned.length);
  if (events === undefined) return { message: count, needs: [{ kind: 'Events' }] };
  const refusal = creationRefusal(missing, events, nowMs);
  if (refusal !== undefined) {
    const message = `${count}: ${refusal}`;
    return { reason: 'PodCreationRefused', message, retryAfterMs: REFUSAL_KNOWN_MS };
  }
  const hidden = events.kind === 'unreadable' ? `; why cannot be seen: ${events.message}` : '';
  const told = firstLack(lacking, owned.length) ?? { message: `${count}${hidden}` };
  return { ...told, retryAfterMs: REFUSAL_AWAITED_MS };
}

function firstLack(lacking: readonly LackingPod[], pods: number): Missing | undefined {
  const urgency = ({ lack }: LackingPod): number => URGENCY.indexOf(lack.reason);
  const [first] = lacking.toSorted((a, b) => urgency(a) - urgency(b));
  if (first === undefined) return undefined;
  const { reason, message } = first.lack;
  const retries = lacking.flatMap(({ lack }) => lack.retryAfterMs ?? []);
  return {
    reason,
    message: `${lacking.length} of ${pods} pods are not wired: ${first.pod.metadata.name}: ${message}`,
    retryAfterMs: retries.length === 0 ? undefined : Math.min(...retries),
  };
}
