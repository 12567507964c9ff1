// Emits what the report found worth an Event. A failure is logged where Events are recorded and stops nobody.
import type { KubernetesObject } from '../api/kubernetes.ts';
import type { PrometheusIstioScrape } from '../api/resource.ts';
import { refOf } from '../api/write.ts';
import { valueOf } from '../plan/model/observed.ts';
import type { ReportedEvent } from '../report/event.ts';
import type { Cluster, ClusterEvent } from './cluster.ts';

/** One Event each, in order; those for the owner of a workload that is gone are left out. */
export async function emitEvents(
  resource: PrometheusIstioScrape,
  cluster: Cluster,
  events: readonly ReportedEvent[],
): Promise<void> {
  const { namespace } = resource.metadata;
  const { kind, name } = resource.spec.workload;
  const object = valueOf(cluster.workload({ kind, namespace, name }));
  const workload = object === undefined ? undefined : subjectOf(object);
  const own = subjectOf(resource);
  for (const { regarding, type, reason, action, note } of events) {
    const [subject, related] = regarding === 'Resource' ? [own, workload] : [workload, own];
    if (subject === undefined) continue;
    await cluster.emit({
      regarding: subject,
      ...(related === undefined ? {} : { related }),
      type,
      reason,
      action,
      note,
    });
  }
}

function subjectOf(object: KubernetesObject): ClusterEvent['regarding'] {
  return { ...refOf(object), uid: object.metadata.uid };
}
