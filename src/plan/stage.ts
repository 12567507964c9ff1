// The order of docs/design/contract.md, section 3: what each write has to wait for, so that nothing breaks on the way.
import type { Pod } from '../api/kubernetes.ts';
import type { ReasonName } from '../api/reasons.ts';
import type { CertificatesPlan } from './certificates/certificates.ts';
import { whyNotWired } from './certificates/pod-wiring.ts';
import type { ConfigPlan } from './config/config.ts';
import { lastWriteMs } from './kubernetes/managed-fields.ts';
import { isOwnedBy } from './kubernetes/owner.ts';
import { hasEnded } from './kubernetes/pod-phase.ts';
import type { Refusal } from './model/assessment.ts';
import { differs } from './model/field.ts';
import { fieldManagerOf } from './model/names.ts';
import { whyMissing } from './model/observed.ts';
import { isSatisfied, type PartName, type PartPlan } from './model/part.ts';
import { configRefusal, isBeginning, isClaimed } from './preflight.ts';
import { answerTo, type Need } from './model/reads.ts';
import type { Subject } from './model/subject.ts';

export interface EvaluatedParts {
  readonly peerAuthentication: PartPlan;
  readonly sidecar: PartPlan;
  readonly workload: PartPlan;
  readonly config: ConfigPlan;
}

/** Whether a part may be written now; if not, the word for `pending[].waitingFor` and a sentence. */
export type Gate =
  | { readonly kind: 'Open' }
  | { readonly kind: 'NeedsRead'; readonly need: Need }
  | {
      readonly kind: 'Closed';
      readonly waitingFor: string;
      /** The same as the reason of a condition. */
      readonly reason: ReasonName;
      readonly message: string;
      /** Time alone opens it. */
      readonly retryAfterMs?: number;
    };

/** How soon it is asked again who else mounts the ConfigMap. */
const PEERS_AGAIN_MS = 30_000;

const OPEN: Gate = { kind: 'Open' };

function closed(waitingFor: string, reason: ReasonName, message: string): Gate & { readonly kind: 'Closed' } {
  return { kind: 'Closed', waitingFor, reason, message };
}

export interface StageInput extends Subject {
  readonly parts: EvaluatedParts;
  /** Why there is nothing to begin: holds back every first write. */
  readonly preflight: Refusal | undefined;
  readonly certificates: CertificatesPlan;
}

/** The gate of one part. In Observe a part says "commit this" only when its stage has come. */
export function gateOf(name: PartName, input: StageInput): Gate {
  const stage = stageGate(name, input);
  if (stage.kind !== 'Open') return stage;
  if (input.parts[name].mode !== 'Enforce') return observeGate(input.parts[name], input);
  return name === 'workload' ? rolloutGate(input) : OPEN;
}

/** What has to be true before a part may change at all, whoever changes it; open where its stage has come. */
export function stageGate(name: PartName, input: StageInput): Gate {
  const part = input.parts[name];
  if (part.refusal !== undefined && part.action === undefined) {
    const { reason, message } = part.refusal;
    return { kind: 'Closed', waitingFor: reason, reason, message };
  }
  const held = name === 'config' ? OPEN : preflightGate(name, input);
  return held.kind === 'Open' ? orderGate(name, input) : held;
}

/** Stage 0: nothing is begun that cannot be followed through. */
function preflightGate(name: PartName, input: StageInput): Gate {
  const part = input.parts[name];
  if (isSatisfied(part) || !isBeginning(input, part)) return OPEN;
  const refusal = input.preflight ?? configRefusal(input.parts.config);
  if (refusal !== undefined)
    return closed(refusal.reason, 'PreflightFailed', `nothing is begun: ${refusal.message}`);
  if (input.parts.config.action === undefined) return OPEN;
  return peersGate(input, (pod) => isClaimed(pod, input.snapshot));
}

function observeGate(part: PartPlan, { snapshot }: StageInput): Gate {
  const waitingFor = snapshot.resource.spec.suspend ? 'Suspended' : 'Observe';
  const drifted = part.fields.some((field) => field.wasInSync && differs(field));
  const reason = drifted ? 'DriftDetected' : 'PendingChanges';
  return closed(waitingFor, reason, 'nothing is written in this mode');
}

/** Each stage waits for those before it. */
function orderGate(name: PartName, input: StageInput): Gate {
  switch (name) {
    case 'peerAuthentication':
    case 'sidecar':
      return OPEN;
    case 'workload':
      return meshPolicyGate(input.parts);
    case 'config':
      return configGate(input);
  }
}

/** A template write waits for a rollout to end, and for the interval between such writes. */
function rolloutGate({ snapshot, workload }: StageInput): Gate {
  const { resource } = snapshot;
  if (resource.status?.observedGeneration !== resource.metadata.generation) return OPEN;
  if (workload.rollout.isRunning) {
    return closed('Rollout', 'WaitingForRollout', `a rollout of the ${workload.kind} is running`);
  }
  const last = lastWriteMs(workload.object, fieldManagerOf(resource));
  const waitMs = last === undefined ? 0 : last + snapshot.templateWriteIntervalMs - snapshot.nowMs;
  if (waitMs <= 0) return OPEN;
  const message = 'the pod template was written a short while ago, and each write restarts Prometheus';
  return { ...closed('TemplateWriteInterval', 'TemplateWriteInterval', message), retryAfterMs: waitMs };
}

/** The PeerAuthentication is effective, or is written by an action that goes before. */
function meshPolicyGate({ peerAuthentication }: EvaluatedParts): Gate {
  const comes = peerAuthentication.mode === 'Enforce' && peerAuthentication.action !== undefined;
  if (isSatisfied(peerAuthentication) || comes) return OPEN;
  const message = peerAuthentication.refusal?.message ?? 'the PeerAuthentication is not in place';
  return closed('MeshPolicyApplied', 'WaitingForMeshPolicy', message);
}

/** Stage 4 waits for stages 1 to 3, also in the pods of every other workload that mounts the ConfigMap. */
function configGate(input: StageInput): Gate {
  const { parts, certificates } = input;
  if (parts.config.action?.kind === 'ReleaseOwnership') return OPEN;
  if (!isSatisfied(parts.peerAuthentication)) {
    return closed('MeshPolicyApplied', 'WaitingForMeshPolicy', 'the PeerAuthentication is not in place');
  }
  if (!isSatisfied(parts.workload)) {
    return closed('WorkloadWired', 'WaitingForWorkload', 'the pod template is not wired');
  }
  if (certificates.kind !== 'Ready') {
    return closed('CertificatesReady', 'WaitingForCertificates', certificates.message);
  }
  if (parts.config.action === undefined) return OPEN;
  return peersGate(input, () => false);
}

/** Every other pod that mounts the ConfigMap has certificates too, but for those that are excused. */
function peersGate(input: StageInput, isExcused: (pod: Pod) => boolean): Gate {
  const pods = answerTo(input.snapshot.reads, { kind: 'PodsOfNamespace' });
  if (pods === undefined) return { kind: 'NeedsRead', need: { kind: 'PodsOfNamespace' } };
  if (pods.kind !== 'present') {
    const message = `who else mounts the ConfigMap cannot be seen: ${whyMissing(pods)}`;
    return closed('SharedConfigNotWired', 'NotAuthorized', message);
  }
  const peer = unwiredPeer(input, pods.value, isExcused);
  if (peer === undefined) return OPEN;
  // Nobody wakes us when the pods of another workload change.
  return { ...closed('SharedConfigNotWired', 'SharedConfigNotWired', peer), retryAfterMs: PEERS_AGAIN_MS };
}

/** A sentence about a pod of another workload that mounts the ConfigMap and has no certificates yet. */
function unwiredPeer(
  { snapshot, workload, paths, parts }: StageInput,
  pods: readonly Pod[],
  isExcused: (pod: Pod) => boolean,
): string | undefined {
  const { nowMs } = snapshot;
  const configMap = parts.config.source?.configMap;
  const peer = pods.find((pod) => {
    if (
      hasEnded(pod) ||
      isOwnedBy(pod, workload.object.metadata) ||
      !mounts(pod, configMap) ||
      isExcused(pod)
    )
      return false;
    return !pod.spec.containers.some(
      ({ name }) => whyNotWired(pod, { container: name, paths, nowMs }) === undefined,
    );
  });
  if (peer === undefined) return undefined;
  const owner = peer.metadata.ownerReferences?.find(({ controller }) => controller === true);
  const whose = owner === undefined ? '' : ` of ${owner.kind}/${owner.name}`;
  return `Pod/${peer.metadata.name}${whose} mounts ConfigMap ${configMap ?? ''} too and has no certificates at ${paths.mountPath}: wire that workload first`;
}

function mounts(pod: Pod, configMap: string | undefined): boolean {
  return (pod.spec.volumes ?? []).some(
    (volume) =>
      volume.configMap?.name === configMap ||
      (volume.projected?.sources ?? []).some((source) => source.configMap?.name === configMap),
  );
}
