// How Prometheus comes back at once, where the API server refuses the pods that our write leads to.
import { POD_SECURITY_ENFORCE } from '../../api/pod-security-names.ts';
import { admissionSentence } from '../kubernetes/admission-sentences.ts';
import { lastWriteMs } from '../kubernetes/managed-fields.ts';
import { fieldManagerOf } from '../model/names.ts';
import type { Subject } from '../model/subject.ts';

/** Of what the API server says, so that a condition has room for what to do about it. */
const SENTENCE_MAX = 500;

/** The refusal, and what to do about it where it may be our write that is refused. */
export function wayBack(subject: Subject, refusal: string): string {
  const command = isForOurWrite(subject, refusal) ? commandOf(subject, refusal) : undefined;
  if (command === undefined) return refusal;
  const points = Array.from(refusal);
  const said = points.length <= SENTENCE_MAX ? refusal : `${points.slice(0, SENTENCE_MAX - 1).join('')}…`;
  return `${said}; ${command}`;
}

/** Our write is in the template, and pods of it were never made, or what is refused is what injection adds. */
function isForOurWrite({ snapshot, workload }: Subject, refusal: string): boolean {
  if (lastWriteMs(workload.object, fieldManagerOf(snapshot.resource)) === undefined) return false;
  return workload.rollout.isRunning || admissionSentence(refusal) !== undefined;
}

/** Restore is sure to help only as long as no job was rewritten: after that it depends on the old secret. */
function commandOf({ snapshot: { resource } }: Subject, refusal: string): string | undefined {
  const { name, namespace } = resource.metadata;
  const { rewrittenJobs = [] } = resource.status?.config ?? {};
  if (rewrittenJobs.length > 0) {
    if (admissionSentence(refusal)?.by !== 'PodSecurity') return undefined;
    return `until it is fixed, let the namespace admit it: kubectl label namespace ${namespace} ${POD_SECURITY_ENFORCE}=privileged --overwrite`;
  }
  const on = `promscrape ${name} -n ${namespace}`;
  const policy = `kubectl patch ${on} --type merge -p '{"spec":{"deletionPolicy":"Restore"}}' && `;
  const isRestore = resource.spec.deletionPolicy === 'Restore';
  return `to have the pods of before back at once: ${isRestore ? '' : policy}kubectl delete ${on}`;
}
