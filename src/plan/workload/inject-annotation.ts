// The annotation by which injectors before 1.12 decide. From 1.12 on the label decides alone, so that the annotation is not
// written, and a foreign value there is nothing to fight about. Once written it stays: its removal would be a restart.
import { INJECT } from '../../api/istio-names.ts';
import { doesLabelDecide } from '../istio-proxy/injector-version.ts';
import { holdsPath } from '../kubernetes/managed-fields.ts';
import { revisionOf } from '../model/desired.ts';
import type { Finding } from '../model/finding.ts';
import { fieldManagerOf } from '../model/names.ts';
import type { Subject } from '../model/subject.ts';
import { PLAIN_ANNOTATIONS, type AnnotationPlan } from './template-annotations.ts';
import { annotationPath } from './template-paths.ts';

/** The plain annotations that this template needs. */
export function plainAnnotations(subject: Subject): Readonly<Record<string, string>> {
  if (!isSuperfluous(subject)) return PLAIN_ANNOTATIONS;
  return Object.fromEntries(Object.entries(PLAIN_ANNOTATIONS).filter(([key]) => key !== INJECT));
}

/** With a revision there is no inject label beside the annotation. */
function isSuperfluous({ snapshot: { resource, reads }, workload }: Subject): boolean {
  if (revisionOf(resource) !== undefined || !doesLabelDecide(reads)) return false;
  return !holdsPath(workload.object, fieldManagerOf(resource), annotationPath(INJECT).fieldPath);
}

export function ignoredAnnotation({ workload }: Subject, { values }: AnnotationPlan): readonly Finding[] {
  const value = workload.template.metadata?.annotations?.[INJECT];
  if (INJECT in values || value === undefined || value === 'true') return [];
  const message = `annotation ${INJECT} of the pod template is "${value}", which the injectors of this cluster do not read beside the label`;
  return [{ code: 'InjectAnnotationIgnored', target: workload.target, message }];
}
