// Stage 0 of docs/design/contract.md, section 3: what later stages need and can be known now, before anything is written.
// It guards beginnings, not upkeep: what carries our fields already is kept in sync whatever this says.
import type { Pod } from '../api/kubernetes.ts';
import type { PrometheusIstioScrape } from '../api/resource.ts';
import type { ConfigPlan } from './config/config.ts';
import { bearsOurMark, hasPath, isOurManager } from './kubernetes/managed-fields.ts';
import { spelledIn } from './kubernetes/mounts.ts';
import { isPlacedBy } from './kubernetes/owner.ts';
import type { Refusal } from './model/assessment.ts';
import { arePathsEqual, lastPaths, partModeOf } from './model/desired.ts';
import type { FieldPath } from './model/field-path.ts';
import type { PartPlan } from './model/part.ts';
import type { Subject } from './model/subject.ts';
import { mountPath } from './workload/template-paths.ts';

/** True if nothing of ours is there yet, or paths or container are about to change: what is written now is a beginning. */
export function isBeginning(subject: Subject, part: PartPlan): boolean {
  if (part.name !== 'workload') return part.fields.every(({ actual }) => actual === undefined);
  const { workload, paths, filled } = subject;
  // A mark alone proves nothing: a rollback of the template leaves the record behind.
  if (bearsOurMark(workload.object) && filled.includes(paths.mountPath)) return false;
  if (!holdsOurs(subject, TEMPLATE_FIELDS)) return true;
  return !isAsBefore(subject) && !holdsOurs(subject, mountFieldOf(subject));
}

function isAsBefore({ snapshot: { resource }, container, paths }: Subject): boolean {
  const last = lastPaths(resource);
  const isSame = last !== undefined && arePathsEqual(last, paths);
  return isSame && resource.status?.workload?.container === container.name;
}

function mountFieldOf({ container, paths }: Subject): FieldPath {
  return mountPath(container.name, spelledIn(container, paths.mountPath)).fieldPath;
}

const TEMPLATE_FIELDS: FieldPath = ['f:spec', 'f:template'];

/** Whatever resource it was that applied it. */
function holdsOurs({ workload: { object } }: Subject, path: FieldPath): boolean {
  return (object.metadata.managedFields ?? []).some(
    ({ manager = '', fieldsV1 }) => isOurManager(manager) && hasPath(fieldsV1, path),
  );
}

/** Why no job could read what the wiring would bring: the config is not found, not editable, or holds no chosen job. */
export function configRefusal({ mode, refusal, action, rewrittenJobs }: ConfigPlan): Refusal | undefined {
  if (mode === 'Ignore' || action?.kind === 'PatchObject' || rewrittenJobs.length > 0) return undefined;
  return refusal;
}

/** True if another resource of the namespace wires the workload that made the pod: its pods get certificates too. */
export function isClaimed(
  pod: Pod,
  { resource, resources }: { resource: PrometheusIstioScrape; resources: readonly PrometheusIstioScrape[] },
): boolean {
  return resources.some(
    (other) =>
      other.metadata.name !== resource.metadata.name &&
      partModeOf(other, 'workload') === 'Enforce' &&
      isPlacedBy(pod, other.spec.workload.name),
  );
}
