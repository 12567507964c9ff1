// What is in the way of the volume and the mount: a name or a place that is taken is refused, never shared.
import { USER_VOLUME } from '../../api/istio-names.ts';
import type { Container, Volume } from '../../api/kubernetes.ts';
import { readUserVolume } from '../../edit/user-volume-mount/read.ts';
import { isBelow, withoutTrailingSlash } from '../kubernetes/mounts.ts';
import type { Refusal } from '../model/assessment.ts';
import type { CertificatePaths } from '../model/desired.ts';
import { differs } from '../model/field.ts';
import type { Subject } from '../model/subject.ts';
import { foreignAdvice } from './foreign-advice.ts';
import type { AnnotationPlan } from './template-annotations.ts';
import type { WorkloadField } from './template-field.ts';

/** What is in the way, and what to do about it. */
interface Obstacle extends Pick<Refusal, 'reason'> {
  readonly found: string;
  readonly fix: string;
}

/** An annotation that others write too, and into which nothing can be merged. */
export function mergeRefusal(subject: Subject, { unmergeable }: AnnotationPlan): Refusal | undefined {
  if (unmergeable === undefined) return undefined;
  const { key, why } = unmergeable;
  const advice = foreignAdvice(subject);
  const message =
    advice === undefined
      ? `annotation ${key} of the pod template cannot be merged: ${why}`
      : `annotation ${key} of the pod template has settings that those of the spec cannot be merged with: ${advice}`;
  return { reason: 'AnnotationNotMergeable', message, stalled: true };
}

/** The first reason why volume or mount cannot be declared as desired, if any. */
export function placeRefusal(subject: Subject, fields: readonly WorkloadField[]): Refusal | undefined {
  const obstacle = placeObstacle(subject, fields);
  if (obstacle === undefined) return undefined;
  const { reason, found, fix } = obstacle;
  return { reason, message: `${found}: ${foreignAdvice(subject) ?? fix}`, stalled: true };
}

function placeObstacle(
  { workload: { template }, container, paths }: Subject,
  fields: readonly WorkloadField[],
): Obstacle | undefined {
  const volume = template.spec.volumes?.find(({ name }) => name === paths.volumeName);
  const wasOurs = fields.some((field) => field.appliedBefore && field.path.includes('].emptyDir.'));
  return (
    volumeObstacle(volume, paths, wasOurs) ??
    injectedVolumeObstacle(template.metadata?.annotations?.[USER_VOLUME], paths) ??
    mountObstacle(container, paths, fields.filter(differs))
  );
}

const FREE_NAME = 'set spec.certificates.volumeName to a free name';

/** Same name with another source; a disk volume that we made memory before is drift, not somebody else's. */
function volumeObstacle(
  volume: Volume | undefined,
  paths: CertificatePaths,
  wasOurs: boolean,
): Obstacle | undefined {
  if (volume === undefined) return undefined;
  const source = Object.keys(volume).find((key) => key !== 'name') ?? 'nothing';
  if (source === 'emptyDir' && (volume.emptyDir?.medium === 'Memory' || wasOurs)) return undefined;
  const what = source === 'emptyDir' ? 'an emptyDir on disk' : source;
  return {
    reason: 'VolumeNameTaken',
    found: `the pod template already declares volume ${paths.volumeName} from ${what}`,
    fix: FREE_NAME,
  };
}

/** The injector would add a second source under our name, and the API server would refuse the pod. */
function injectedVolumeObstacle(text: string | undefined, paths: CertificatePaths): Obstacle | undefined {
  if (text === undefined) return undefined;
  const read = readUserVolume(text);
  if (read.kind === 'unreadable') {
    return {
      reason: 'AnnotationNotMergeable',
      found: `annotation ${USER_VOLUME} of the pod template cannot be read: ${read.reason}`,
      fix: 'correct it there',
    };
  }
  const same = read.volumes.find(({ name }) => name === paths.volumeName);
  if (same === undefined || same.source === 'emptyDir:Memory') return undefined;
  return {
    reason: 'VolumeNameTaken',
    found: `annotation ${USER_VOLUME} declares ${paths.volumeName} from another source`,
    fix: FREE_NAME,
  };
}

/** Another volume at, below or above the mount path. A mount that became wrong after we set it is drift. */
function mountObstacle(
  container: Container,
  paths: CertificatePaths,
  differing: readonly WorkloadField[],
): Obstacle | undefined {
  const drifted = differing.some((field) => field.appliedBefore && field.path.endsWith('.name'));
  for (const mount of container.volumeMounts ?? []) {
    const at = withoutTrailingSlash(mount.mountPath);
    const here = at === paths.mountPath;
    if (here && (mount.name === paths.volumeName || drifted)) continue;
    if (!here && !isBelow(at, paths.mountPath) && !isBelow(paths.mountPath, at)) continue;
    return {
      reason: 'MountPathTaken',
      found: `container ${container.name} already mounts volume ${mount.name} at ${mount.mountPath}, which is at, below or above ${paths.mountPath}`,
      fix: 'set spec.certificates.mountPath to a free directory',
    };
  }
  return undefined;
}
