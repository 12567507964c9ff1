// One reconciliation of one resource: observe, plan, apply, report. The top of the house; read plan/plan.ts next.
import { isDeepStrictEqual } from 'node:util';
import { durationMs } from '../api/duration.ts';
import { rfc3339 } from '../api/rfc3339.ts';
import { CA_ROOT_CONFIG_MAP } from '../plan/stale-secrets/stale-secrets.ts';
import { driftDetections } from '../report/drift.ts';
import { eventsOf } from '../report/events.ts';
import { triedOutcomes } from '../report/report.ts';
import { statusOf } from '../report/status.ts';
import type { ReconcileContext, ReconcileResult } from './context.ts';
import { converge } from './converge.ts';
import type { Convergence } from './convergence.ts';
import { emitEvents } from './emit-events.ts';
import { logReconciliation, ReconcileIncomplete } from './incomplete.ts';
import { undo } from './undo.ts';
import { reportUnevaluated } from './unevaluated.ts';
import { writeStatus } from './write-status.ts';

const JITTER = 0.1;

/**
 * Makes one resource true, as far as it can be made now, and says so in its status. Throws `ReconcileIncomplete` if a
 * write has to be tried again (status shows it, but for a lost race), or the error of a read that gave no answer (status
 * shows it if nothing was evaluated before).
 */
export async function reconcile(key: string, context: ReconcileContext): Promise<ReconcileResult> {
  const { cluster, unreported, dryRuns } = context;
  const resource = cluster.resource(key);
  if (resource === undefined || resource.metadata.deletionTimestamp !== undefined) {
    unreported.reported(key);
    dryRuns.forget(key);
    if (resource !== undefined) return undo(resource, context);
    return { requeueAfterMs: undefined, changed: false, configMaps: [] };
  }
  const convergence = await converge(resource, context).catch(async (error: unknown) => {
    // The first error says more than that its status could not be written either.
    await reportUnevaluated(resource, error, context).catch(() => undefined);
    throw error;
  });
  logReconciliation(context.log, convergence);
  const done = unreported.add(key, convergence);
  // A lost race says nothing about the world: observe again before reporting anything.
  const stale = convergence.outcomes.find(({ kind }) => kind === 'Stale');
  if (stale !== undefined) throw new ReconcileIncomplete(key, stale);
  const statusWritten = await report(done, context);
  unreported.reported(key);
  const failed = convergence.outcomes.find(({ kind }) => kind === 'Failed');
  if (failed !== undefined) throw new ReconcileIncomplete(key, failed);
  return {
    requeueAfterMs: nextReconcileMs(convergence, context),
    changed: statusWritten || convergence.written.length > 0,
    configMaps: configMapsOf(convergence),
  };
}

/** Writes status if it differs; returns whether it did. */
async function report(convergence: Convergence, context: ReconcileContext): Promise<boolean> {
  const { cluster, now, driftDetected } = context;
  const { resource, plan, outcomes, corrected, written } = convergence;
  const reported = {
    resource,
    plan,
    outcomes: [...outcomes, ...triedOutcomes(plan.trials)],
    corrected,
    now: rfc3339(now()),
  };
  const status = statusOf(reported);
  const isSame = isDeepStrictEqual(status, resource.status);
  const result = isSame ? undefined : await writeStatus(resource, status, context);
  if (result?.kind === 'refused')
    throw new ReconcileIncomplete(resource.metadata.name, { kind: 'Status', message: result.message });
  // After the write: what was reported is in status, so that neither a retry nor a restart reports it again.
  if (isSame || result?.kind === 'written') driftDetected(driftDetections(reported));
  if (result?.kind !== 'written') return false;
  await emitEvents(resource, cluster, eventsOf({ report: reported, written, status }));
  return true;
}

function nextReconcileMs({ resource, plan }: Convergence, { random }: ReconcileContext): number {
  const interval = durationMs(resource.spec.interval);
  const jittered = interval * (1 + JITTER * (2 * random() - 1));
  return Math.min(jittered, plan.retryAfterMs ?? Infinity);
}

function configMapsOf({ resource, plan }: Convergence): readonly string[] {
  const config = plan.evaluation?.parts.config;
  const name = config?.source?.configMap ?? resource.status?.config?.configMap;
  // A new root of the mesh changes what the old one signed.
  const isSigned = plan.evaluation?.staleSecrets.secrets.some(({ state }) => 'root' in state) === true;
  return [
    ...(name === undefined ? [] : [name]),
    ...(config?.includedConfigMaps ?? []),
    ...(isSigned ? [CA_ROOT_CONFIG_MAP] : []),
  ];
}
