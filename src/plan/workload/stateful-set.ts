// A StatefulSet as a Workload: how its controller replaces pods, in words that fit every kind.
// From pods and status, never from kstatus, which calls a StatefulSet under OnDelete Current.
import type { Pod, StatefulSet } from '../../api/kubernetes.ts';
import { isOwnedBy } from '../kubernetes/owner.ts';
import { hasEnded } from '../kubernetes/pod-phase.ts';
import { itemsOf, mapObserved, type Observed } from '../model/observed.ts';
import type { HeldBack, Rollout, Workload } from '../model/workload.ts';

const REVISION_LABEL = 'controller-revision-hash';

/** The workload that a StatefulSet is; `pods` are those that its selector matches, whoever owns them. */
export function statefulSetWorkload(
  statefulSet: StatefulSet,
  pods: Observed<readonly Pod[]> | undefined,
): Workload {
  const { metadata, spec } = statefulSet;
  const own =
    pods && mapObserved(pods, (all) => all.filter((pod) => isOwnedBy(pod, metadata) && !hasEnded(pod)));
  return {
    kind: 'StatefulSet',
    target: `StatefulSet/${metadata.name}`,
    object: statefulSet,
    template: spec.template,
    replicas: replicasOf(statefulSet),
    selector: spec.selector.matchLabels ?? {},
    claimedVolumes: (spec.volumeClaimTemplates ?? []).flatMap((claim) => claim.metadata.name ?? []),
    pods: own,
    rollout: rolloutOf(statefulSet, itemsOf(own)),
  };
}

function rolloutOf(statefulSet: StatefulSet, pods: readonly Pod[]): Rollout {
  const { metadata, status } = statefulSet;
  const updateRevision = status?.updateRevision;
  const current =
    updateRevision === undefined ? [] : pods.filter((pod) => podRevision(pod) === updateRevision);
  return {
    isObserved: (status?.observedGeneration ?? 0) >= (metadata.generation ?? 0),
    isRunning: isRunning(statefulSet),
    updateRevision,
    currentPods: current.map((pod) => pod.metadata.name),
    missingPod: missingPod(statefulSet, pods),
    heldBack: Object.fromEntries(
      pods.flatMap((pod) => {
        const held = whyHeldBack(pod, statefulSet);
        return held === undefined ? [] : [[pod.metadata.name, held]];
      }),
    ),
  };
}

/** Under OnDelete or a partition nothing is running: somebody has to act. */
function isRunning({ metadata, spec, status }: StatefulSet): boolean {
  const strategy = spec.updateStrategy;
  if (strategy?.type === 'OnDelete' || (strategy?.rollingUpdate?.partition ?? 0) > 0) return false;
  if ((status?.observedGeneration ?? 0) < (metadata.generation ?? 0)) return true;
  return status?.updateRevision !== status?.currentRevision;
}

function whyHeldBack(pod: Pod, { metadata, spec, status }: StatefulSet): HeldBack | undefined {
  const revision = podRevision(pod);
  const isOld = revision !== undefined && revision !== status?.updateRevision;
  if (!isOld || pod.metadata.deletionTimestamp !== undefined) return undefined;
  const command = `kubectl delete pod -n ${metadata.namespace} ${pod.metadata.name}`;
  if (spec.updateStrategy?.type === 'OnDelete') {
    const hint = `updateStrategy is OnDelete: delete the pod yourself when it suits you (${command})`;
    return { reason: 'RolloutOnDelete', hint, ifStuck: false };
  }
  const partition = spec.updateStrategy?.rollingUpdate?.partition ?? 0;
  if (ordinalOf(pod) < firstOrdinal(spec) + partition) {
    const hint = `updateStrategy has partition ${partition}: lower it to let the pods be replaced`;
    return { reason: 'RolloutPartitioned', hint, ifStuck: false };
  }
  if (spec.podManagementPolicy === 'Parallel') return undefined;
  const hint = `it is of an earlier revision and not ready, so under OrderedReady nobody replaces it: ${command}`;
  return { reason: 'RolloutBlocked', hint, ifStuck: true };
}

function missingPod(statefulSet: StatefulSet, pods: readonly Pod[]): string | undefined {
  const first = firstOrdinal(statefulSet.spec);
  const names = new Set(pods.map((pod) => pod.metadata.name));
  // One more than there are pods is enough to find a missing one, however many replicas somebody asks for.
  const length = Math.min(replicasOf(statefulSet), names.size + 1);
  return Array.from({ length }, (_, index) => `${statefulSet.metadata.name}-${first + index}`).find(
    (name) => !names.has(name),
  );
}

function replicasOf({ spec }: StatefulSet): number {
  return spec.replicas ?? 1;
}

function firstOrdinal({ ordinals }: StatefulSet['spec']): number {
  return ordinals?.start ?? 0;
}

function ordinalOf({ metadata }: Pod): number {
  return Number(/-(\d+)$/.exec(metadata.name)?.[1] ?? 0);
}

function podRevision({ metadata }: Pod): string | undefined {
  return metadata.labels?.[REVISION_LABEL];
}
