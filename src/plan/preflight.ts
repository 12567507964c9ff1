// Stage 0 of docs/design/contract.md, section 3: what later stages need and can be known now, before anything is written.
// It guards beginnings, not upkeep: what carries our fields already is kept in sync whatever this says.
import type { Pod } from '../api/kubernetes.ts';
import type { PrometheusIstioScrape } from '../api/resource.ts';
import type { ConfigPlan } from './config/config.ts';
import { bearsOurMark } from './kubernetes/managed-fields.ts';
import { isPlacedBy } from './kubernetes/owner.ts';
import type { Refusal } from './model/assessment.ts';
import { arePathsEqual, lastPaths } from './model/desired.ts';
import { differs } from './model/field.ts';
import type { PartPlan } from './model/part.ts';
import type { Subject } from './model/subject.ts';

/** True if nothing of ours is there yet, or paths are about to change: what is written now is a beginning. */
export function isBeginning({ snapshot, workload, paths }: Subject, part: PartPlan): boolean {
  if (part.name !== 'workload') return part.fields.every(({ actual }) => actual === undefined);
  const { resource } = snapshot;
  if (!bearsOurMark(workload.object)) return true;
  const last = lastPaths(resource);
  return last !== undefined && !arePathsEqual(last, paths) && part.fields.some(differs);
}

/** Why no job could read what the wiring would bring: the config is not found, not editable, or holds no chosen job. */
export function configRefusal({ mode, refusal, action, rewrittenJobs }: ConfigPlan): Refusal | undefined {
  if (mode === 'Ignore' || action?.kind === 'PatchObject' || rewrittenJobs.length > 0) return undefined;
  return refusal;
}

/** True if another resource of the namespace manages the workload that made the pod: it will be wired too. */
export function isClaimed(
  pod: Pod,
  { resource, resources }: { resource: PrometheusIstioScrape; resources: readonly PrometheusIstioScrape[] },
): boolean {
  return resources.some(
    ({ metadata, spec }) => metadata.name !== resource.metadata.name && isPlacedBy(pod, spec.workload.name),
  );
}
