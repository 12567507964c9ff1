// Carries a plan's actions out, in order, and records one outcome each. Policy was decided in the plan.
import { isFieldAtOrBelow, releaseOperations } from '../plan/kubernetes/managed-fields.ts';
import type { Action, ApplyTemplate, PatchObject, ReloadPrometheus } from '../plan/model/action.ts';
import type { Outcome } from '../plan/model/outcome.ts';
import type { Cluster, WriteResult } from './cluster.ts';

/** A failed action holds back every later stage, unless it does not gate. */
export async function applyAll(cluster: Cluster, actions: readonly Action[]): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  let failedStage = Infinity;
  for (const action of actions) {
    if (action.stage > failedStage) {
      outcomes.push({ kind: 'Skipped', action });
      continue;
    }
    const outcome = await applyOne(cluster, action);
    outcomes.push(outcome);
    if (outcome.kind !== 'Written' && action.gates) failedStage = Math.min(failedStage, action.stage);
  }
  return outcomes;
}

async function applyOne(cluster: Cluster, action: Action): Promise<Outcome> {
  try {
    if (action.kind === 'ReloadPrometheus') {
      await Promise.all(action.endpoints.map((endpoint) => cluster.reloadPrometheus(endpoint)));
      return { kind: 'Written', action, object: undefined };
    }
    return toOutcome(action, await send(cluster, action));
  } catch (error) {
    return { kind: 'Failed', action, message: error instanceof Error ? error.message : String(error) };
  }
}

async function send(cluster: Cluster, action: Exclude<Action, ReloadPrometheus>): Promise<WriteResult> {
  switch (action.kind) {
    case 'ApplyTemplate':
      return sendTemplate(cluster, action);
    case 'ApplyOwned':
      return cluster.apply(action.body, { fieldManager: action.fieldManager, force: action.force });
    case 'PatchObject':
      return patchObject(cluster, action);
    case 'ReleaseOwnership':
      return cluster.patch(action.target, action.operations, action.fieldManager);
    case 'DeleteObject':
      return cluster.delete(action.target, { uid: action.uid });
  }
}

/**
 * Without force the API server stores nothing as long as one field conflicts, and names them all: a trial that needs no
 * dry run before it. Force follows only if every conflicting field is ours to take.
 */
async function sendTemplate(cluster: Cluster, action: ApplyTemplate): Promise<WriteResult> {
  const { body, fieldManager, forceable } = action;
  const tried = await cluster.apply(body, { fieldManager, force: false });
  if (tried.kind !== 'conflict') return tried;
  const mayForce =
    forceable === 'all' ||
    tried.conflicts.every(({ path }) => forceable.some((own) => isFieldAtOrBelow(path, own)));
  if (!mayForce) return tried;
  const seen = { ...body, metadata: { ...body.metadata, resourceVersion: action.resourceVersion } };
  return cluster.apply(seen, { fieldManager, force: true });
}

async function patchObject(cluster: Cluster, action: PatchObject): Promise<WriteResult> {
  const written = await cluster.patch(action.target, action.operations, action.fieldManager);
  if (written.kind !== 'written' || !action.release) return written;
  const release = releaseOperations(written.object, action.fieldManager);
  if (release.length === 0) return written;
  const released = await cluster.patch(action.target, release, action.fieldManager);
  // Somebody wrote in between: the next plan sees our name in managedFields and gives it back.
  return released.kind === 'written' ? released : written;
}

function toOutcome(action: Action, result: WriteResult): Outcome {
  switch (result.kind) {
    case 'written':
      return { kind: 'Written', action, object: result.object };
    case 'conflict':
      return { kind: 'Conflict', action, conflicts: result.conflicts };
    case 'stale':
      return { kind: 'Stale', action };
    case 'absent':
      // Deleting what is gone is done; any other write has to observe again.
      return action.kind === 'DeleteObject'
        ? { kind: 'Written', action, object: undefined }
        : { kind: 'Stale', action };
    case 'refused':
      return { kind: 'Refused', action, forbidden: result.status === 403, message: result.message };
  }
}
