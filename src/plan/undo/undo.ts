// What a deletion undoes: Retain gives up ownership and changes no field; Restore puts the originals back in the order of
// contract section 7. Pure; it never asks for more than is still there, so that a finalizer cannot hang.
import type { ConfigMap, KubernetesObject } from '../../api/kubernetes.ts';
import { releaseOperations } from '../kubernetes/managed-fields.ts';
import { isOurs } from '../mesh-policy/owned-object.ts';
import type { Action, DeleteObject } from '../model/action.ts';
import { certificatePaths } from '../model/desired.ts';
import type { EventContent } from '../model/event.ts';
import { fieldManagerOf, ownedNameOf } from '../model/names.ts';
import type { Need, Observed, Snapshot } from '../model/snapshot.ts';
import { undoConfig } from './config.ts';
import { restoreGuard } from './guard.ts';
import { undoReload } from './reload.ts';
import { undoTemplate } from './template.ts';

export interface UndoPlan {
  readonly needs: readonly Need[];
  readonly actions: readonly Action[];
  readonly events: readonly EventContent[];
  /** After the actions something has to wait so long; 0: nothing waits. */
  readonly waitMs: number;
}

/** Decides the next steps of the undo; no action and no wait means that it is done. */
export function planUndo(snapshot: Snapshot): UndoPlan {
  const name = snapshot.resource.status?.config?.configMap;
  if (name !== undefined && snapshot.reads.configMaps?.[name] === undefined) {
    return { needs: [{ kind: 'ConfigMap', name }], actions: [], events: [], waitMs: 0 };
  }
  return snapshot.resource.spec.deletionPolicy === 'Restore'
    ? planRestore(snapshot, name)
    : planRetain(snapshot, name);
}

function planRetain(snapshot: Snapshot, configMapName: string | undefined): UndoPlan {
  const fieldManager = fieldManagerOf(snapshot.resource);
  const objects = [
    present(snapshot.statefulSet),
    ...owned(snapshot),
    configMapName === undefined ? undefined : present(snapshot.reads.configMaps?.[configMapName]),
  ];
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
  return { needs: [], actions, events: [], waitMs: 0 };
}

function planRestore(snapshot: Snapshot, configMapName: string | undefined): UndoPlan {
  const { resource } = snapshot;
  const seen = configMapName === undefined ? undefined : snapshot.reads.configMaps?.[configMapName];
  // Its jobs may name the new files: without the wiring Prometheus would drop them in silence.
  if (seen?.kind === 'unreadable') {
    const note = `left as it is: ConfigMap ${configMapName ?? ''} cannot be read, and its jobs may need the wiring: ${seen.message}`;
    const event: EventContent = { type: 'Warning', reason: 'RestoreIncomplete', note };
    return { ...planRetain(snapshot, undefined), events: [event] };
  }
  const configMap = present(seen);
  const config = undoConfig(snapshot, configMap);
  const guard = restoreGuard(snapshot, configMap, config.texts);
  if (guard.needs.length > 0) return { needs: guard.needs, actions: [], events: [], waitMs: 0 };
  if (guard.kind === 'WouldBreak') {
    const note = `nothing was put back, as with deletionPolicy Retain, because the jobs would fail with their old files: ${guard.why}`;
    const event: EventContent = { type: 'Warning', reason: 'RestoreWouldBreakScraping', note };
    return { ...planRetain(snapshot, configMapName), events: [event] };
  }
  const statefulSet = present(snapshot.statefulSet);
  const template = statefulSet === undefined ? undefined : undoTemplate(resource, statefulSet);
  if (config.action !== undefined) {
    return {
      needs: [],
      actions: [config.action],
      events: [...config.events, ...(guard.kind === 'Unverified' ? [unverified(guard.why)] : [])],
      waitMs: 0,
    };
  }
  const { mountPath } = certificatePaths(resource);
  if (configMap !== undefined && namesFilesIn(configMap, mountPath)) {
    const note = `left as it is: ConfigMap ${configMap.metadata.name} still names files in ${mountPath}, so the wiring stays; take it out by hand once no job needs it`;
    const event: EventContent = { type: 'Warning', reason: 'RestoreIncomplete', note };
    return { ...planRetain(snapshot, configMapName), events: [...config.events, event] };
  }
  if (statefulSet !== undefined && template?.action !== undefined) {
    const { needs, action, waitMs } = undoReload(snapshot, statefulSet);
    const actions = action === undefined ? [] : [action];
    if (needs.length > 0 || waitMs > 0) return { needs, actions, events: [], waitMs };
  }
  return {
    needs: [],
    actions: [...(template?.action === undefined ? [] : [template.action]), ...deletions(snapshot)],
    events: [...config.events, ...(template?.events ?? [])],
    waitMs: 0,
  };
}

/** A job whose record was lost, or that somebody pointed there: Prometheus would drop it in silence without the files. */
function namesFilesIn({ data }: ConfigMap, directory: string): boolean {
  return Object.values(data ?? {}).some((text) => text.includes(`${directory}/`));
}

function unverified(why: string): EventContent {
  return {
    type: 'Warning',
    reason: 'RestoreUnverified',
    note: `the jobs read their old files again; ${why}`,
  };
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
  const all: readonly KubernetesObject[] = [
    ...(sidecars.kind === 'present' ? sidecars.value : []),
    ...(peerAuthentications.kind === 'present' ? peerAuthentications.value : []),
  ];
  const name = ownedNameOf(resource);
  return all.filter((object) => object.metadata.name === name && isOurs(object, resource));
}

function present<T>(seen: Observed<T> | undefined): T | undefined {
  return seen?.kind === 'present' ? seen.value : undefined;
}

function refOf({ apiVersion, kind, metadata }: KubernetesObject): Action['target'] {
  return { apiVersion, kind, namespace: metadata.namespace, name: metadata.name };
}
