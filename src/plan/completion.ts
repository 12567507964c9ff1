// The other answer to wiring by hand that does not fit: meshscrape completes it in place. It is an advice only where it was
// evaluated that nothing is in its way then, or one refusal would lead to the next.
import type { KubernetesObject } from '../api/kubernetes.ts';
import { decideAdoption } from './hand-wiring/adoption.ts';
import { hasPath } from './kubernetes/managed-fields.ts';
import type { Refusal } from './model/assessment.ts';
import { differs } from './model/field.ts';
import type { PartPlan } from './model/part.ts';
import type { Subject } from './model/subject.ts';
import { planWorkload } from './workload/workload.ts';

type CompletionInput = Pick<Subject, 'snapshot' | 'workload' | 'container'>;

/** The refusal of a wiring, with that answer where it is one. `text`: prometheus.yaml, where it was read. */
export function withCompletion(
  found: CompletionInput,
  text: string,
  refusal: Refusal | undefined,
): Refusal | undefined {
  if (refusal?.reason !== 'WiringIncoherent' && refusal?.reason !== 'AdoptedWiringLost') return refusal;
  if (!isCompletable(found, text)) return refusal;
  const message = `${refusal.message} Or set spec.manage.workload to Enforce, which completes it in place at the price of one restart`;
  return { ...refusal, message };
}

function isCompletable({ snapshot, ...found }: CompletionInput, text: string): boolean {
  const { resource } = snapshot;
  const manage = { ...resource.spec.manage, workload: 'Enforce' } as const;
  const enforced = { ...snapshot, resource: { ...resource, spec: { ...resource.spec, manage } } };
  const { refusal, ...adoption } = decideAdoption({ ...found, snapshot: enforced }, text);
  if (refusal !== undefined) return false;
  const part = planWorkload({ ...found, snapshot: enforced, ...adoption });
  return part.refusal === undefined && !isContested(part, found.workload.object);
}

/** A write would have to take a value that somebody else has set. */
function isContested({ fields, action }: PartPlan, { metadata }: KubernetesObject): boolean {
  const forceable = action?.kind === 'ApplyTemplate' ? action.forceable : [];
  return fields
    .filter(({ applyPath }) => forceable !== 'all' && !forceable.includes(applyPath ?? ''))
    .filter(differs)
    .some(({ fieldPath }) => metadata.managedFields?.some(({ fieldsV1 }) => hasPath(fieldsV1, fieldPath)));
}
