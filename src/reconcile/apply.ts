// Carries a plan's actions out, in order, and records one outcome each. Policy was decided in the plan.
import { isFieldAtOrBelow, releaseOperations } from '../plan/kubernetes/managed-fields.ts';
import type { Action, ApplyTemplate, PatchObject, ReloadPrometheus } from '../plan/model/action.ts';
import type { Outcome } from '../plan/model/outcome.ts';
import type { TriableAction } from '../plan/model/trial.ts';
import type { Cluster, WriteResult, ObjectWrites } from './cluster.ts';

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

/** What the write would come to, by the same requests as dry runs: the same rule decides about force. Nothing is stored. */
export function tryAction(cluster: Cluster, action: TriableAction): Promise<Outcome> {
  // What is not stored has nothing to give back.
  const tried = action.kind === 'PatchObject' ? { ...action, release: false } : action;
  return outcomeOf(action, () => sendWrite(cluster.dryRun, tried));
}

async function applyOne(cluster: Cluster, action: Action): Promise<Outcome> {
  if (action.kind !== 'ReloadPrometheus') return outcomeOf(action, () => send(cluster, action));
  try {
    await Promise.all(action.endpoints.map((endpoint) => cluster.reloadPrometheus(endpoint)));
    return { kind: 'Written', action, object: undefined };
  } catch (error) {
    return failedOutcome(action, error);
  }
}

async function outcomeOf(action: Action, write: () => Promise<WriteResult>): Promise<Outcome> {
  try {
    return toOutcome(action, await write());
  } catch (error) {
    return failedOutcome(action, error);
  }
}

function failedOutcome(action: Action, error: unknown): Outcome {
  return { kind: 'Failed', action, message: error instanceof Error ? error.message : String(error) };
}

async function send(cluster: Cluster, action: Exclude<Action, ReloadPrometheus>): Promise<WriteResult> {
  switch (action.kind) {
    case 'ReleaseOwnership':
      return cluster.patch(action.target, action.operations, action.fieldManager);
    case 'DeleteObject':
      return cluster.delete(action.target, { uid: action.uid });
    case 'ApplyTemplate':
    case 'ApplyOwned':
    case 'PatchObject':
      return sendWrite(cluster, action);
  }
}

async function sendWrite(writes: ObjectWrites, action: TriableAction): Promise<WriteResult> {
  switch (action.kind) {
    case 'ApplyTemplate':
      return sendTemplate(writes, action);
    case 'ApplyOwned':
      return writes.apply(action.body, { fieldManager: action.fieldManager, force: action.force });
    case 'PatchObject':
      return patchObject(writes, action);
  }
}

/**
 * Without force the API server stores nothing as long as one field conflicts, and names them all: a trial that needs no
 * dry run before it. Force follows only if every conflicting field is ours to take.
 */
async function sendTemplate(writes: ObjectWrites, action: ApplyTemplate): Promise<WriteResult> {
  const { body, fieldManager, forceable } = action;
  const tried = await writes.apply(body, { fieldManager, force: false });
  if (tried.kind !== 'conflict') return tried;
  const mayForce =
    forceable === 'all' ||
    tried.conflicts.every(({ path }) => forceable.some((own) => isFieldAtOrBelow(path, own)));
  if (!mayForce) return tried;
  const seen = { ...body, metadata: { ...body.metadata, resourceVersion: action.resourceVersion } };
  return writes.apply(seen, { fieldManager, force: true });
}

async function patchObject(writes: ObjectWrites, action: PatchObject): Promise<WriteResult> {
  const written = await writes.patch(action.target, action.operations, action.fieldManager);
  if (written.kind !== 'written' || !action.release) return written;
  const release = releaseOperations(written.object, action.fieldManager);
  if (release.length === 0) return written;
  const released = await writes.patch(action.target, release, action.fieldManager);
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
