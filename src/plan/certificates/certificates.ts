// Stage 3: do the files exist in every pod? Proven from the pods themselves, of whatever revision.
import type { Pod } from '../../api/kubernetes.ts';
import type { ReasonName } from '../../api/reasons.ts';
import { whyUnproven } from '../istio-proxy/proof.ts';
import { ambientFindings, proxyFindings } from '../istio-proxy/proxy-versions.ts';
import { readProxy, type Proxy } from '../istio-proxy/proxy.ts';
import { cannotBeRead, NOTHING, type Assessment } from '../model/assessment.ts';
import { valueOf, whyMissing } from '../model/observed.ts';
import { answerTo, type Need } from '../model/reads.ts';
import type { Subject } from '../model/subject.ts';
import { whyNotWired, type Lack } from './pod-wiring.ts';
import { creationRefusal, heldBack } from './rollout.ts';
import { wayBack } from './way-back.ts';

export interface CertificatesPlan extends Assessment {
  readonly kind: 'Ready' | 'Waiting' | 'ProofImpossible' | 'Unreadable';
  /** Of the condition CertificatesReady; every stuck rollout has its own. */
  readonly reason: ReasonName;
  readonly message: string;
  readonly pods: number;
  readonly podsWired: number;
  /** Of every pod that has one. */
  readonly proxies: readonly Proxy[];
}

/** Nothing watches Events: for a missing pod they are read again, until one says why, then more rarely. */
const REFUSAL_AWAITED_MS = 30_000;
const REFUSAL_KNOWN_MS = 5 * 60_000;

/** The more a person has to do, the earlier it is reported. */
const URGENCY: readonly ReasonName[] = [
  'ProxyCrashLooping',
  'ProxyNotReady',
  'PrometheusNotRunning',
  'PodNotScheduled',
  'PodNotInjected',
  'WiringIncoherent',
  'RolloutBlocked',
  'RolloutOnDelete',
  'RolloutPartitioned',
  'WaitingForCertificates',
];

/** Evaluates stage 3 of docs/design/contract.md. */
export function planCertificates(subject: Subject): CertificatesPlan {
  const { snapshot, workload, container } = subject;
  const { resource, reads, nowMs } = snapshot;
  const nothing = { ...NOTHING, pods: 0, podsWired: 0, proxies: [] };
  if (workload.pods === undefined) {
    return { ...nothing, ...WAITING, message: 'pods are being read', needs: [{ kind: 'Pods' }] };
  }
  if (workload.pods.kind !== 'present') {
    const { reason, message } = cannotBeRead('pods', { message: whyMissing(workload.pods) });
    return { ...nothing, kind: 'Unreadable', reason, message };
  }
  const pods = workload.pods.value;
  const wiring = { container: container.name, paths: subject.paths, nowMs };
  const lacking = pods.flatMap((pod): readonly LackingPod[] => {
    const lack = whyNotWired(pod, wiring);
    return lack === undefined ? [] : [{ pod, lack: heldBack(pod, lack, { workload, nowMs }) }];
  });
  const proxies = pods.flatMap((pod) => readProxy(pod, container.name) ?? []);
  const { trustReadiness } = resource.spec.certificates;
  const namespaceLabels = valueOf(answerTo(reads, { kind: 'NamespaceLabels' })) ?? {};
  const counts = {
    ...nothing,
    pods: pods.length,
    podsWired: pods.length - lacking.length,
    proxies,
    findings: [
      ...proxyFindings(workload.target, proxies, trustReadiness),
      ...ambientFindings(workload.target, pods, namespaceLabels),
    ],
  };
  const waiting = whatIsMissing(subject, pods, lacking);
  if (waiting !== undefined) return { ...counts, ...WAITING, ...waiting };
  const [message] = proxies.flatMap((proxy) => whyUnproven(proxy, trustReadiness) ?? []);
  if (message !== undefined) {
    return { ...counts, kind: 'ProofImpossible', reason: 'ProofImpossible', message };
  }
  const wired = counts.pods === 0 ? 'no replicas' : `${counts.podsWired} of ${counts.pods} pods are wired`;
  return { ...counts, kind: 'Ready', reason: 'Succeeded', message: wired };
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
  subject: Subject,
  pods: readonly Pod[],
  lacking: readonly LackingPod[],
): Missing | undefined {
  const { snapshot, workload } = subject;
  if (!workload.rollout.isObserved) {
    return { message: `the ${workload.kind} controller has not seen the pod template yet` };
  }
  const { missingPod } = workload.rollout;
  const count = `${pods.length} of ${workload.replicas} pods exist`;
  if (missingPod === undefined) return firstLack(lacking, pods.length);
  const events = answerTo(snapshot.reads, { kind: 'Events' });
  if (events === undefined) return { message: count, needs: [{ kind: 'Events' }] };
  const refusal = creationRefusal(missingPod, events, snapshot.nowMs);
  if (refusal !== undefined) {
    const message = `${count}: ${wayBack(subject, refusal)}`;
    return { reason: 'PodCreationRefused', message, retryAfterMs: REFUSAL_KNOWN_MS };
  }
  const hidden = events.kind === 'unreadable' ? `; why cannot be seen: ${events.message}` : '';
  const lack = firstLack(lacking, pods.length) ?? { message: `${count}${hidden}` };
  return { ...lack, retryAfterMs: REFUSAL_AWAITED_MS };
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
