// Tells news as Events. Decides nothing; a failure is logged where Events are recorded and stops nobody.
import type { KubernetesObject } from '../api/kubernetes.ts';
import type { PrometheusIstioScrape } from '../api/resource.ts';
import type { ReportedEvent } from '../report/event.ts';
import type { Cluster, ClusterEvent } from './cluster.ts';

/** One Event each, in order; those for the owner of a StatefulSet that is gone are left out. */
export async function tell(
  resource: PrometheusIstioScrape,
  cluster: Cluster,
  news: readonly ReportedEvent[],
): Promise<void> {
  const { namespace } = resource.metadata;
  const seen = cluster.statefulSet(namespace, resource.spec.workload.name);
  const workload = seen.kind === 'present' ? refOf(seen.value) : undefined;
  const own = refOf(resource);
  for (const { regarding, type, reason, action, note } of news) {
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

function refOf({ apiVersion, kind, metadata }: KubernetesObject): ClusterEvent['regarding'] {
  const { namespace, name, uid } = metadata;
  return { apiVersion, kind, namespace, name, uid };
}
