// Takes our fields out of a pod template again and puts back what they replaced, in one JSON patch: one restart.
// A field that somebody changed since, or applies in a manifest of their own, is left.
import type { VolumeMount } from '../../api/kubernetes.ts';
import type { PrometheusIstioScrape } from '../../api/resource.ts';
import { ORIGINAL_TEMPLATE_ANNOTATION } from '../../api/resource.ts';
import { refOf, type JsonPatchOperation } from '../../api/write.ts';
import {
  hasPath,
  isAppliedByOthers,
  pointer,
  releaseOperations,
  resourceVersionGuard,
} from '../kubernetes/managed-fields.ts';
import { spelledIn, withoutTrailingSlash } from '../kubernetes/mounts.ts';
import { resolvedPaths, type CertificatePaths } from '../model/desired.ts';
import type { EventContent } from '../model/event.ts';
import { fieldManagerOf } from '../model/names.ts';
import type { Workload } from '../model/workload.ts';
import { containerOf } from '../workload/container.ts';
import { desiredLabels } from '../workload/labels.ts';
import { MERGED_ANNOTATIONS, PLAIN_ANNOTATIONS } from '../workload/template-annotations.ts';
import {
  annotationPath,
  labelPath,
  METADATA,
  mountPath,
  volumePath,
  VOLUMES,
} from '../workload/template-paths.ts';
import { storedTemplateRecord, type TemplateRecord } from '../workload/template-record.ts';
import type { UndoStep } from './step.ts';

interface TemplateUndo {
  readonly resource: PrometheusIstioScrape;
  readonly workload: Workload;
  readonly record: TemplateRecord;
  readonly paths: CertificatePaths;
}

/** The patch, or nothing where we never wrote; a lost record leaves every value and says so. */
export function undoTemplate(resource: PrometheusIstioScrape, workload: Workload): UndoStep {
  const manager = fieldManagerOf(resource);
  const { object } = workload;
  const release = releaseOperations(object, manager);
  if (release.length === 0) return { action: undefined, events: [] };
  const { kind } = object;
  const { name, annotations } = object.metadata;
  const common = {
    target: refOf(object),
    stage: 2,
    gates: true,
    fieldManager: manager,
  };
  const hasRecord = annotations?.[ORIGINAL_TEMPLATE_ANNOTATION] !== undefined;
  if (!hasRecord && !appliesTemplate(workload, manager)) {
    const reason = `Give up ownership of ${kind} ${name}, whose pod template holds nothing of ours`;
    return { events: [], action: { ...common, kind: 'ReleaseOwnership', reason, operations: release } };
  }
  const record = storedTemplateRecord(object);
  const undo = record && { resource, workload, record, paths: resolvedPaths(resource) };
  const operations =
    undo === undefined
      ? []
      : [...annotationOperations(undo), ...labelOperations(undo), ...listOperations(undo)];
  return {
    events: undo === undefined ? [lostRecord(workload)] : [],
    action: {
      ...common,
      kind: 'PatchObject',
      reason: `Take the wiring out of the pod template of ${kind} ${name}`,
      release: true,
      operations: [
        resourceVersionGuard(object),
        ...operations,
        ...(hasRecord ? [remove(`/metadata/annotations/${pointer(ORIGINAL_TEMPLATE_ANNOTATION)}`)] : []),
      ],
    },
  };
}

/**
 * False after the patch that takes the fields and their record out, whose release may have lost a race with the
 * workload's controller: our name is still there, and nothing was lost.
 */
function appliesTemplate({ object }: Workload, manager: string): boolean {
  return (object.metadata.managedFields ?? []).some(
    ({ manager: name, operation, fieldsV1 }) =>
      name === manager &&
      operation === 'Apply' &&
      [METADATA, VOLUMES].some(({ fieldPath }) => hasPath(fieldsV1, fieldPath)),
  );
}

function annotationOperations(undo: TemplateUndo): readonly JsonPatchOperation[] {
  const { record, paths } = undo;
  const live = undo.workload.template.metadata?.annotations ?? {};
  const plain = Object.entries(PLAIN_ANNOTATIONS).filter(([key, ours]) => live[key] === ours);
  return [
    ...plain.flatMap(([key]) => entryOperations(undo, 'annotations', { key, back: record.annotations[key] })),
    ...MERGED_ANNOTATIONS.flatMap(({ key, editor }) => {
      const edit = editor.withdraw(live[key], paths, record.annotations[key]);
      // What cannot be read any more is left as it is.
      return edit.kind === 'changed' ? entryOperations(undo, 'annotations', { key, back: edit.text }) : [];
    }),
  ];
}

function labelOperations(undo: TemplateUndo): readonly JsonPatchOperation[] {
  const live = undo.workload.template.metadata?.labels ?? {};
  return Object.entries(desiredLabels(undo.resource))
    .filter(([key, ours]) => live[key] === ours)
    .flatMap(([key]) => entryOperations(undo, 'labels', { key, back: undo.record.labels[key] }));
}

interface MapEntry {
  readonly key: string;
  /** The value to set; `undefined`: none. */
  readonly back: string | undefined;
}

function entryOperations(
  { workload, resource }: TemplateUndo,
  map: 'annotations' | 'labels',
  { key, back }: MapEntry,
): readonly JsonPatchOperation[] {
  if (workload.template.metadata?.[map]?.[key] === back) return [];
  const { fieldPath } = map === 'labels' ? labelPath(key) : annotationPath(key);
  if (isAppliedByOthers(workload.object, fieldManagerOf(resource), fieldPath)) return [];
  const path = `/spec/template/metadata/${map}/${pointer(key)}`;
  return back === undefined ? [remove(path)] : [{ op: 'replace', path, value: back }];
}

/** The mount and the volume, by index: the resourceVersion guard keeps the indexes true. */
function listOperations({ resource, workload, record, paths }: TemplateUndo): readonly JsonPatchOperation[] {
  const manager = fieldManagerOf(resource);
  const { template, object } = workload;
  const found = containerOf(resource, template);
  if (found.kind === 'refused') return [];
  const container = template.spec.containers.indexOf(found.container);
  const mounts = found.container.volumeMounts ?? [];
  const mountField = mountPath(found.container.name, spelledIn(found.container, paths.mountPath)).fieldPath;
  const keepsMount = record.mount || isAppliedByOthers(object, manager, mountField);
  const volumeField = volumePath(paths.volumeName).fieldPath;
  const keepsVolume = record.volume || isAppliedByOthers(object, manager, volumeField);
  const mount = keepsMount ? -1 : mounts.findIndex((candidate) => isOurMount(candidate, paths));
  const volumes = template.spec.volumes ?? [];
  const volume = keepsVolume ? -1 : volumes.findIndex(({ name }) => name === paths.volumeName);
  const others = [...template.spec.containers, ...(template.spec.initContainers ?? [])]
    .flatMap((each) => each.volumeMounts ?? [])
    .filter((candidate) => candidate.name === paths.volumeName && candidate !== mounts[mount]);
  return [
    ...(mount < 0 ? [] : [remove(`/spec/template/spec/containers/${container}/volumeMounts/${mount}`)]),
    // Another container came to mount it since: the API server would refuse a template without the volume.
    ...(volume < 0 || others.length > 0 ? [] : [remove(`/spec/template/spec/volumes/${volume}`)]),
  ];
}

function isOurMount(mount: VolumeMount, paths: CertificatePaths): boolean {
  return withoutTrailingSlash(mount.mountPath) === paths.mountPath && mount.name === paths.volumeName;
}

function remove(path: string): JsonPatchOperation {
  return { op: 'remove', path };
}

function lostRecord({ object }: Workload): EventContent {
  return {
    type: 'Warning',
    reason: 'RestoreIncomplete',
    note: `annotation ${ORIGINAL_TEMPLATE_ANNOTATION} of ${object.kind} ${object.metadata.name} is lost: its pod template is left as it is`,
  };
}
