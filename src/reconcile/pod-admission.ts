// Asks the API server about a pod that is never created. Anything but a yes or a no is data too: the plan has other evidence.
import { admissionSentence } from '../plan/kubernetes/admission-sentences.ts';
import { canonicalJson } from '../plan/model/canonical-json.ts';
import { keyOfResource } from '../plan/model/names.ts';
import type { PodAdmissionSeen, PodQuestion } from '../plan/model/pod-admission.ts';
import type { CachedView } from '../plan/model/snapshot.ts';
import type { Cluster } from './cluster.ts';
import type { ReconcileContext } from './context.ts';

/** A permission may be granted any time, but a request that is forbidden each minute would fill the audit log. */
const NO_ANSWER_LASTS_MS = 60 * 60_000;

/** Once for the same pod under the same circumstances. */
export function askPodAdmission(
  { cluster, dryRuns, now }: Pick<ReconcileContext, 'cluster' | 'dryRuns' | 'now'>,
  { resource }: CachedView,
  question: PodQuestion,
): Promise<PodAdmissionSeen> {
  return dryRuns.admissions.recall({
    resource: keyOfResource(resource),
    about: 'pod',
    question: canonicalJson(question),
    nowMs: now(),
    ask: () => tryPod(cluster, question),
    lastsMs,
  });
}

async function tryPod(cluster: Cluster, { pod }: PodQuestion): Promise<PodAdmissionSeen> {
  try {
    const result = await cluster.admitPod(pod);
    if (result.kind === 'written') return { kind: 'admitted' };
    return { kind: result.kind === 'refused' ? 'refused' : 'silent', message: result.message };
  } catch (error) {
    return { kind: 'silent', message: error instanceof Error ? error.message : String(error) };
  }
}

function lastsMs(seen: PodAdmissionSeen): number {
  const isAnswer = seen.kind === 'admitted' || admissionSentence(seen.message) !== undefined;
  return isAnswer ? Infinity : NO_ANSWER_LASTS_MS;
}
