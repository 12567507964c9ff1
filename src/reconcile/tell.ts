// Tells news as Events on a resource. Decides nothing; a failure is logged where Events are recorded and stops nobody.
import type { PrometheusIstioScrape } from '../api/resource.ts';
import type { UndoEvent } from '../plan/undo.ts';
import type { Cluster } from './cluster.ts';

export interface News {
  /** What was done or looked at, a verb in CamelCase. */
  readonly action: string;
  readonly events: readonly UndoEvent[];
}

/** One Event each, in order, regarding the custom resource. */
export async function tell(
  resource: PrometheusIstioScrape,
  cluster: Cluster,
  { action, events }: News,
): Promise<void> {
  const { apiVersion, kind, metadata } = resource;
  const { namespace, name, uid } = metadata;
  for (const { type, reason, note } of events) {
    await cluster.emit({
      regarding: { apiVersion, kind, namespace, name, uid },
      type,
      reason,
      action,
      note: note.slice(0, 1024),
    });
  }
}
