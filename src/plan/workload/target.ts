// The workload and the container to work on, or why there is none for this resource: missing, claimed, or owned.
import type { Container, StatefulSet } from '../../api/kubernetes.ts';
import type { PrometheusIstioScrape } from '../../api/resource.ts';
import type { Refusal } from '../model/part.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { containerOf } from './container.ts';

export type Target =
  | { readonly kind: 'found'; readonly statefulSet: StatefulSet; readonly container: Container }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/** The StatefulSet and container to work on, or why there is none for this resource. */
export function findTarget(snapshot: Snapshot): Target {
  const { resource, statefulSet: seen } = snapshot;
  const { name } = resource.spec.workload;
  const older = claimant(snapshot);
  if (older !== undefined) {
    return refuse(
      'TargetClaimed',
      `StatefulSet/${name} is already managed by PrometheusIstioScrape/${older.metadata.name}, which is older: delete one of the two`,
    );
  }
  if (seen.kind === 'unreadable') {
    const message = `StatefulSets cannot be read: ${seen.message}`;
    return { kind: 'refused', refusal: { reason: 'NotAuthorized', message, stalled: false } };
  }
  if (seen.kind === 'absent') {
    const message = `StatefulSet/${name} does not exist in namespace ${resource.metadata.namespace}; it is picked up when it appears`;
    return { kind: 'refused', refusal: { reason: 'WorkloadNotFound', message, stalled: false } };
  }
  const owner = seen.value.metadata.ownerReferences?.find(({ controller }) => controller === true);
  if (owner !== undefined) {
    const where = owner.apiVersion.startsWith('monitoring.coreos.com/')
      ? `set podMetadata.annotations and labels, volumes, volumeMounts and scrapeClasses[].tlsConfig of that ${owner.kind} instead`
      : `change that ${owner.kind} instead`;
    return refuse(
      'OwnedByController',
      `StatefulSet/${name} belongs to ${owner.kind}/${owner.name}, which would undo every change: ${where}`,
    );
  }
  const container = containerOf(resource, seen.value.spec.template);
  if (container.kind === 'refused') return container;
  return { kind: 'found', statefulSet: seen.value, container: container.container };
}

/** The older resource that names the same workload: the oldest wins, by creationTimestamp, then by name. */
export function claimant({ resource, resources }: Snapshot): PrometheusIstioScrape | undefined {
  const age = ({ metadata }: PrometheusIstioScrape): string =>
    `${metadata.creationTimestamp ?? ''} ${metadata.name}`;
  return resources
    .filter(
      (other) =>
        other.metadata.name !== resource.metadata.name &&
        other.spec.workload.name === resource.spec.workload.name &&
        age(other) < age(resource),
    )
    .toSorted((a, b) => (age(a) < age(b) ? -1 : 1))[0];
}

export function refuse(reason: Refusal['reason'], message: string): Target {
  return { kind: 'refused', refusal: { reason, message, stalled: true } };
}
