// No restart for our own sake: an annotation that this version adds to a template which an earlier one wired waits for the
// next write that is due anyway. Until then the template is in sync without it.
import type { Field } from '../model/field.ts';
import { differs, fingerprint } from '../model/field.ts';
import type { Finding } from '../model/finding.ts';
import type { Subject } from '../model/subject.ts';
import { PLAIN_ANNOTATIONS } from './template-annotations.ts';
import { annotationPath } from './template-paths.ts';

const ADDABLE: ReadonlySet<string> = new Set(
  Object.keys(PLAIN_ANNOTATIONS).map((key) => annotationPath(key).text),
);

interface HeldField extends Field {
  readonly held: boolean;
}

/**
 * Annotations that are absent and that no write of ours ever set, while all other fields are the very ones that were last
 * seen in sync: an earlier version did not know them. None where anything else is new.
 */
export function lateFields<F extends HeldField>(
  fields: readonly F[],
  { lastInSync, isMarked }: { readonly lastInSync: string | undefined; readonly isMarked: boolean },
): readonly F[] {
  const late = fields.filter(({ path, actual, held }) => actual === undefined && !held && ADDABLE.has(path));
  const others = fields.filter((field) => !late.includes(field));
  // Status was lost, or the resource is a new one: all else is as we write it, so that an earlier version did.
  const wasWired =
    lastInSync === undefined ? isMarked && !others.some(differs) : fingerprint(others) === lastInSync;
  return wasWired ? late : [];
}

export function upgradeFindings({ workload }: Subject, late: readonly Field[]): readonly Finding[] {
  if (late.length === 0) return [];
  const message = `this version would add ${late.map(({ path }) => path).join(', ')}; that comes with the next write of the pod template, no restart is caused for it`;
  return [{ code: 'UpgradePending', target: workload.target, message }];
}
