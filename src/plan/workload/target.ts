// The workload and the container to work on, or why there is none for this resource: missing, claimed, or owned.
import type { Container, OwnerReference } from '../../api/kubernetes.ts';
import type { PrometheusIstioScrape } from '../../api/resource.ts';
import { cannotBeRead, type Refusal } from '../model/assessment.ts';
import { nearestText } from '../model/nearest.ts';
import { itemsOf, valueOf } from '../model/observed.ts';
import { answerTo, type Need } from '../model/reads.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { Workload } from '../model/workload.ts';
import { containerOf, scraperRefusal } from './container.ts';
import { statefulSetWorkload } from './stateful-set.ts';

export type Target =
  | { readonly kind: 'found'; readonly workload: Workload; readonly container: Container }
  | { readonly kind: 'refused'; readonly refusal: Refusal; readonly needs: readonly Need[] };

/** What there is to work on, or why there is nothing for this resource. */
export function findTarget(snapshot: Snapshot): Target {
  const { resource, workload: seen } = snapshot;
  const { kind, name } = resource.spec.workload;
  const target = `${kind}/${name}`;
  const older = claimant(snapshot);
  if (older !== undefined) {
    const message = `${target} is already managed by PrometheusIstioScrape/${older.metadata.name}, which is older: delete this one, or the older one if this is to manage it`;
    return refusedTarget({ reason: 'TargetClaimed', message, stalled: true });
  }
  if (seen.kind === 'unreadable') return refusedTarget(cannotBeRead(`${kind}s`, seen));
  if (seen.kind === 'absent') return workloadNotFound(snapshot);
  const owner = seen.value.metadata.ownerReferences?.find(({ controller }) => controller === true);
  if (owner !== undefined) {
    const message = ownedMessage(target, owner);
    return refusedTarget({ reason: 'OwnedByController', message, stalled: true });
  }
  const workload = statefulSetWorkload(seen.value, answerTo(snapshot.reads, { kind: 'Pods' }));
  const found = containerOf(resource, workload.template);
  if (found.kind === 'refused') return refusedTarget(found.refusal);
  const refusal = scraperRefusal(found.container, workload.template);
  return refusal === undefined ? { ...found, workload } : refusedTarget(refusal);
}

/** The workload as it is, whoever may write to it; `undefined`: it is gone, or cannot be read. */
export function workloadOf({ workload, reads }: Snapshot): Workload | undefined {
  const object = valueOf(workload);
  return object === undefined ? undefined : statefulSetWorkload(object, answerTo(reads, { kind: 'Pods' }));
}

/** The other workloads of the namespace, without their pods. */
export function otherWorkloads({ workloads }: Snapshot, { object }: Workload): readonly Workload[] {
  return workloads
    .filter(({ metadata }) => metadata.uid !== object.metadata.uid)
    .map((each) => statefulSetWorkload(each, undefined));
}

/** The older resource that names the same workload: the oldest wins, by creationTimestamp, then by name. */
function claimant({ resource, resources }: Snapshot): PrometheusIstioScrape | undefined {
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

function ownedMessage(target: string, owner: OwnerReference): string {
  const where = owner.apiVersion.startsWith('monitoring.coreos.com/')
    ? `set podMetadata.annotations and labels, volumes, volumeMounts and scrapeClasses[].tlsConfig of that ${owner.kind} instead`
    : `change that ${owner.kind} instead`;
  return `${target} belongs to ${owner.kind}/${owner.name}, which would undo every change: ${where}`;
}

/** What is of that name, and which names there are. What may not be read is left out. */
function workloadNotFound({ resource, workloads, reads }: Snapshot): Target {
  const { kind, name } = resource.spec.workload;
  const { namespace } = resource.metadata;
  const namesakes = answerTo(reads, { kind: 'Namesakes' });
  const others = itemsOf(namesakes).map((each) => `a ${each}`);
  const managed = `only ${kind}s are managed`;
  const scope =
    others.length === 0 ? managed : `there is ${others.join(' and ')} of that name, but ${managed}`;
  const names = workloads.map(({ metadata }) => metadata.name);
  const message = `${kind}/${name} does not exist in namespace ${namespace}: ${scope}; ${kind}s there: ${nearestText(name, names)}; it is picked up when it appears`;
  const refusal: Refusal = { reason: 'WorkloadNotFound', message, stalled: 'Later' };
  return { kind: 'refused', refusal, needs: namesakes === undefined ? [{ kind: 'Namesakes' }] : [] };
}

function refusedTarget(refusal: Refusal): Target {
  return { kind: 'refused', refusal, needs: [] };
}
