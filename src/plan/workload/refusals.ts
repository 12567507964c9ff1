// What is in the way of the volume and the mount: a name or a place that is taken is refused, never shared.
import { USER_VOLUME } from '../../api/istio-names.ts';
import type { Container, Volume } from '../../api/kubernetes.ts';
import { readUserVolume } from '../../edit/user-volume-mount/read.ts';
import { isBelow, withoutTrailingSlash } from '../kubernetes/mounts.ts';
import type { Refusal } from '../model/assessment.ts';
import type { CertificatePaths } from '../model/desired.ts';
import { differs } from '../model/field.ts';
import type { Subject } from '../model/subject.ts';
import type { WorkloadField } from './template-field.ts';

/** The first reason why volume or mount cannot be declared as desired, if any. */
export function placeRefusal(
  { workload: { template }, container }: Subject,
  paths: CertificatePaths,
  fields: readonly WorkloadField[],
): Refusal | undefined {
  const volume = template.spec.volumes?.find(({ name }) => name === paths.volumeName);
  const wasOurs = fields.some((field) => field.appliedBefore && field.path.includes('].emptyDir.'));
  return (
    volumeRefusal(volume, paths, wasOurs) ??
    injectedVolumeRefusal(template.metadata?.annotations?.[USER_VOLUME], paths) ??
    mountRefusal(container, paths, fields.filter(differs))
  );
}

/** Same name with another source; a disk volume that we made memory before is drift, not somebody else's. */
function volumeRefusal(
  volume: Volume | undefined,
  paths: CertificatePaths,
  wasOurs: boolean,
): Refusal | undefined {
  if (volume === undefined) return undefined;
  const source = Object.keys(volume).find((key) => key !== 'name') ?? 'nothing';
  if (source === 'emptyDir' && (volume.emptyDir?.medium === 'Memory' || wasOurs)) return undefined;
  const what = source === 'emptyDir' ? 'an emptyDir on disk' : source;
  return {
    reason: 'VolumeNameTaken',
    message: `the pod template already declares volume ${paths.volumeName} from ${what}: set spec.certificates.volumeName to a free name`,
    stalled: true,
  };
}

/** The injector would add a second source under our name, and the API server would refuse the pod. */
function injectedVolumeRefusal(text: string | undefined, paths: CertificatePaths): Refusal | undefined {
  if (text === undefined) return undefined;
  const read = readUserVolume(text);
  if (read.kind === 'unreadable') {
    return {
      reason: 'AnnotationNotMergeable',
      message: `annotation ${USER_VOLUME} of the pod template cannot be read: ${read.reason}`,
      stalled: true,
    };
  }
  const same = read.volumes.find(({ name }) => name === paths.volumeName);
  if (same === undefined || same.source === 'emptyDir:Memory') return undefined;
  return {
    reason: 'VolumeNameTaken',
    message: `annotation ${USER_VOLUME} declares ${paths.volumeName} from another source: set spec.certificates.volumeName to a free name`,
    stalled: true,
  };
}

/** Another volume at, below or above the mount path. A mount that became wrong after we set it is drift. */
function mountRefusal(
  container: Container,
  paths: CertificatePaths,
  differing: readonly WorkloadField[],
): Refusal | undefined {
  const drifted = differing.some((field) => field.appliedBefore && field.path.endsWith('.name'));
  for (const mount of container.volumeMounts ?? []) {
    const at = withoutTrailingSlash(mount.mountPath);
    const here = at === paths.mountPath;
    if (here && (mount.name === paths.volumeName || drifted)) continue;
    if (!here && !isBelow(at, paths.mountPath) && !isBelow(paths.mountPath, at)) continue;
    return {
      reason: 'MountPathTaken',
      message: `container ${container.name} already mounts volume ${mount.name} at ${mount.mountPath}, which is at, below or above ${paths.mountPath}: set spec.certificates.mountPath to a free directory`,
      stalled: true,
    };
  }
  return undefined;
}
