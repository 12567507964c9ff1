// One visit to one resource: observe, plan, apply, report. The top of the house; read plan/plan.ts next.
import { isDeepStrictEqual } from 'node:util';
import { durationMs } from '../api/duration.ts';
import { rfc3339 } from '../api/rfc3339.ts';
import { CA_ROOT_CONFIG_MAP } from '../plan/stale-secrets/stale-secrets.ts';
import { driftDetections } from '../report/drift.ts';
import { eventsOf } from '../report/events.ts';
import { statusOf } from '../report/status.ts';
import type { ReconcileContext, ReconcileResult } from './context.ts';
import { converge } from './converge.ts';
import type { Convergence } from './convergence.ts';
import { tell } from './emit-events.ts';
import { undo } from './undo.ts';
import { reportUnevaluated } from './unevaluated.ts';
import { logReconciliation, ReconcileIncomplete } from './visit.ts';

const JITTER = 0.1;

/**
 * Makes one resource true, as far as it can be made now, and says so in its status. Throws `ReconcileIncomplete` if a
 * write has to be tried again (status tells it, but for a lost race), or the error of a read that gave no answer (status
 * tells it if nothing was judged before).
 */
export async function reconcile(key: string, context: ReconcileContext): Promise<ReconcileResult> {
  const resource = context.cluster.resource(key);
  if (resource === undefined || resource.metadata.deletionTimestamp !== undefined) {
    context.unreported.told(key);
    if (resource !== undefined) return undo(resource, context);
    return { requeueAfterMs: undefined, changed: false, configMaps: [] };
  }
  const visit = await converge(resource, context).catch(async (error: unknown) => {
    // A status that cannot be written either is no better news than the first error.
    await reportUnevaluated(resource, error, context).catch(() => undefined);
    throw error;
  });
  logReconciliation(context.log, visit);
  const unreported = context.unreported.add(key, visit);
  // A lost race says nothing about the world: look again before telling anybody.
  const stale = visit.outcomes.find(({ kind }) => kind === 'Stale');
  if (stale !== undefined) throw new ReconcileIncomplete(key, stale);
  const statusWritten = await report(unreported, context);
  context.unreported.told(key);
  const failed = visit.outcomes.find(({ kind }) => kind === 'Failed');
  if (failed !== undefined) throw new ReconcileIncomplete(key, failed);
  return {
    requeueAfterMs: nextReconcileMs(visit, context),
    changed: statusWritten || visit.written.length > 0,
    configMaps: configMapsOf(visit),
  };
}

/** Writes status if it differs; returns whether it did. */
async function report(visit: Convergence, context: ReconcileContext): Promise<boolean> {
  const { cluster, now, driftDetected } = context;
  const { resource, plan, outcomes, corrected, written } = visit;
  const told = { resource, plan, outcomes, corrected, now: rfc3339(now()) };
  const status = statusOf(told);
  const isSame = isDeepStrictEqual(status, resource.status);
  const result = isSame ? undefined : await cluster.writeStatus(resource, status);
  if (result?.kind === 'refused')
    throw new ReconcileIncomplete(resource.metadata.name, { kind: 'Status', message: result.message });
  // After the write: what was told stands there, so that neither a retry nor a restart tells it again.
  if (isSame || result?.kind === 'written') driftDetected(driftDetections(told));
  if (result?.kind === 'written') await tell(resource, cluster, eventsOf({ report: told, written, status }));
  return result?.kind === 'written';
}

function nextReconcileMs({ resource, plan }: Convergence, { random }: ReconcileContext): number {
  const interval = durationMs(resource.spec.interval);
  const jittered = interval * (1 + JITTER * (2 * random() - 1));
  return Math.min(jittered, plan.retryAfterMs ?? Infinity);
}

function configMapsOf({ resource, plan }: Convergence): readonly string[] {
  const name = plan.evaluation?.parts.config.source?.configMap ?? resource.status?.config?.configMap;
  // A new root of the mesh is news for what the old one signed.
  const isSigned = plan.evaluation?.staleSecrets.secrets.some(({ state }) => 'root' in state) === true;
  return [...(name === undefined ? [] : [name]), ...(isSigned ? [CA_ROOT_CONFIG_MAP] : [])];
}
