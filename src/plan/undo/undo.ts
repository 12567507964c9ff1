// What a deletion undoes: Retain gives up ownership and changes no field; Restore puts the originals back in the order of
// docs/design/contract.md, section 7. It never asks for more than is still there, so that a finalizer cannot hang.
import type { ConfigMap, KubernetesObject } from '../../api/kubernetes.ts';
import { refOf } from '../../api/write.ts';
import { releaseOperations } from '../kubernetes/managed-fields.ts';
import { isOurs } from '../mesh-policy/owned-object.ts';
import type { Action, DeleteObject } from '../model/action.ts';
import { resolvedPaths } from '../model/desired.ts';
import type { EventContent } from '../model/event.ts';
import { fieldManagerOf, ownedNameOf } from '../model/names.ts';
import { itemsOf, valueOf, type Observed } from '../model/observed.ts';
import { answerTo, type Need } from '../model/reads.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { workloadOf } from '../workload/target.ts';
import { undoConfig } from './config.ts';
import { restoreGuard, type RestoreGuard } from './guard.ts';
import { undoReload, wasRewritten, type UndoWait } from './reload.ts';
import { undoTemplate } from './template.ts';

export interface UndoPlan {
  readonly needs: readonly Need[];
  readonly actions: readonly Action[];
  readonly events: readonly EventContent[];
  /** After the actions something has to wait so long; 0: nothing waits. */
  readonly waitMs: number;
  /** While `waitMs` is more. */
  readonly wait: UndoWait | undefined;
  /** The jobs were rewritten, and read their old files again. */
  readonly isConfigBack: boolean;
}

const UNDONE: UndoPlan = {
  needs: [],
  actions: [],
  events: [],
  waitMs: 0,
  wait: undefined,
  isConfigBack: false,
};

/** Decides the next steps of the undo; no action and no wait means that it is done. */
export function planUndo(snapshot: Snapshot): UndoPlan {
  const name = snapshot.resource.status?.config?.configMap;
  const need = name === undefined ? undefined : ({ kind: 'ConfigMap', name } as const);
  const seen = need === undefined ? undefined : answerTo(snapshot.reads, need);
  if (need !== undefined && seen === undefined) return { ...UNDONE, needs: [need] };
  return snapshot.resource.spec.deletionPolicy === 'Restore'
    ? planRestore(snapshot, seen)
    : planRetain(snapshot, valueOf(seen));
}

function planRetain(snapshot: Snapshot, configMap: ConfigMap | undefined): UndoPlan {
  const fieldManager = fieldManagerOf(snapshot.resource);
  const objects = [valueOf(snapshot.workload), ...owned(snapshot), configMap];
  const actions = objects.flatMap((object): readonly Action[] => {
    const operations = object === undefined ? [] : releaseOperations(object, fieldManager);
    if (object === undefined || operations.length === 0) return [];
    return [
      {
        kind: 'ReleaseOwnership',
        target: refOf(object),
        stage: 1,
        gates: false,
        reason: `Give up ownership of ${object.kind} ${object.metadata.name}; no field changes`,
        fieldManager,
        operations,
      },
    ];
  });
  return { ...UNDONE, actions };
}

function planRestore(snapshot: Snapshot, seen: Observed<ConfigMap> | undefined): UndoPlan {
  const { resource } = snapshot;
  // Its jobs may name the new files: without the wiring Prometheus would drop them in silence.
  if (seen?.kind === 'unreadable') {
    const name = resource.status?.config?.configMap ?? '';
    const note = `left as it is: ConfigMap ${name} cannot be read, and its jobs may need the wiring: ${seen.message}`;
    return { ...planRetain(snapshot, undefined), events: [warning('RestoreIncomplete', note)] };
  }
  const configMap = valueOf(seen);
  const workload = workloadOf(snapshot);
  const config = undoConfig(snapshot, configMap);
  const guard = restoreGuard({ snapshot, workload }, configMap, config.texts);
  if (guard.needs.length > 0) return { ...UNDONE, needs: guard.needs };
  if (guard.kind === 'WouldBreak' || guard.kind === 'Unproven') {
    const note = `nothing was put back, as with deletionPolicy Retain, because ${whyRetained(guard)}`;
    return { ...planRetain(snapshot, configMap), events: [warning('RestoreWouldBreakScraping', note)] };
  }
  if (config.action !== undefined) {
    const events = guard.kind === 'Unverified' ? [...config.events, unverified(guard.why)] : config.events;
    return { ...UNDONE, actions: [config.action], events };
  }
  const { mountPath } = resolvedPaths(resource);
  const isAdopted = resource.status?.certificates?.adopted === true;
  if (!isAdopted && configMap !== undefined && namesFilesIn(configMap, mountPath)) {
    const note = `left as it is: ConfigMap ${configMap.metadata.name} still names files in ${mountPath}, so the wiring stays; take it out by hand once no job needs it`;
    const events = [...config.events, warning('RestoreIncomplete', note)];
    return { ...planRetain(snapshot, configMap), events };
  }
  const isConfigBack = wasRewritten(resource);
  const template = workload === undefined ? undefined : undoTemplate(resource, workload);
  if (workload !== undefined && template?.action !== undefined) {
    const { needs, action, waitMs, wait } = undoReload(snapshot, workload);
    const actions = action === undefined ? [] : [action];
    if (needs.length > 0 || waitMs > 0) return { ...UNDONE, needs, actions, waitMs, wait, isConfigBack };
  }
  return {
    ...UNDONE,
    isConfigBack,
    actions: [...(template?.action === undefined ? [] : [template.action]), ...deletions(snapshot)],
    events: [...config.events, ...(template?.events ?? [])],
  };
}

/** A job whose record was lost, or that somebody pointed there: Prometheus would drop it in silence without the files. */
function namesFilesIn({ data }: ConfigMap, directory: string): boolean {
  return Object.values(data ?? {}).some((text) => text.includes(`${directory}/`));
}

function whyRetained({ kind, why }: RestoreGuard): string {
  return kind === 'WouldBreak'
    ? `the jobs would fail with their old files: ${why}`
    : `nothing shows that the jobs work with their old files: ${why}, and no target of theirs is on record as up in the day before they were rewritten`;
}

function unverified(why: string): EventContent {
  return warning(
    'RestoreUnverified',
    `the jobs read their old files again, with which their targets were up in the day before they were rewritten; ${why}`,
  );
}

function warning(reason: string, note: string): EventContent {
  return { type: 'Warning', reason, note };
}

function deletions(snapshot: Snapshot): readonly DeleteObject[] {
  return owned(snapshot).map((object) => ({
    kind: 'DeleteObject',
    target: refOf(object),
    stage: 3,
    gates: false,
    reason: `Delete ${object.kind} ${object.metadata.name}`,
    fieldManager: fieldManagerOf(snapshot.resource),
    uid: object.metadata.uid,
  }));
}

function owned({ resource, sidecars, peerAuthentications }: Snapshot): readonly KubernetesObject[] {
  const all: readonly KubernetesObject[] = [...itemsOf(sidecars), ...itemsOf(peerAuthentications)];
  const name = ownedNameOf(resource);
  return all.filter((object) => object.metadata.name === name && isOurs(object, resource));
}
