// Takes our leaves out of a pod template again and puts back what they replaced, in one JSON patch: one restart. Pure.
// A leaf that somebody changed since, or applies in a manifest of their own, is left.
import type { StatefulSet, VolumeMount } from '../../api/kubernetes.ts';
import type { PrometheusIstioScrape } from '../../api/resource.ts';
import type { JsonPatchOperation } from '../../api/write.ts';
import { withdrawProxyConfig } from '../../edit/proxy-config/withdraw.ts';
import { withdrawUserVolumeMount } from '../../edit/user-volume-mount/withdraw.ts';
import {
  hasPath,
  isAppliedByOthers,
  pointer,
  releaseOperations,
  resourceVersionGuard,
} from '../kubernetes/managed-fields.ts';
import { certificatePaths, revisionOf, type CertificatePaths } from '../model/desired.ts';
import type { EventContent } from '../model/event.ts';
import { fieldManagerOf, ORIGINAL_TEMPLATE_ANNOTATION } from '../model/names.ts';
import { containerOf } from '../workload/container.ts';
import { PLAIN_ANNOTATIONS, PROXY_CONFIG, USER_VOLUME_MOUNT } from '../workload/template-annotations.ts';
import { storedTemplateRecord, type TemplateRecord } from '../workload/template-record.ts';
import type { UndoStep } from './step.ts';

interface Undo {
  readonly resource: PrometheusIstioScrape;
  readonly statefulSet: StatefulSet;
  readonly record: TemplateRecord;
  readonly paths: CertificatePaths;
}

/** The patch, or nothing where we never wrote; a lost record leaves every value and says so. */
export function undoTemplate(resource: PrometheusIstioScrape, statefulSet: StatefulSet): UndoStep {
  const manager = fieldManagerOf(resource);
  const release = releaseOperations(statefulSet, manager);
  if (release.length === 0) return { action: undefined, events: [] };
  const { name, namespace, annotations } = statefulSet.metadata;
  const common = {
    target: { apiVersion: 'apps/v1', kind: 'StatefulSet', namespace, name },
    stage: 2,
    gates: true,
    fieldManager: manager,
  };
  const hasRecord = annotations?.[ORIGINAL_TEMPLATE_ANNOTATION] !== undefined;
  if (!hasRecord && !appliesTemplate(statefulSet, manager)) {
    const reason = `Give up ownership of StatefulSet ${name}, whose pod template holds nothing of ours`;
    return { events: [], action: { ...common, kind: 'ReleaseOwnership', reason, operations: release } };
  }
  const record = storedTemplateRecord(statefulSet);
  const undo = record && { resource, statefulSet, record, paths: certificatePaths(resource) };
  const operations =
    undo === undefined
      ? []
      : [...annotationOperations(undo), ...labelOperations(undo), ...listOperations(undo)];
  return {
    events: undo === undefined ? [lostRecord(statefulSet)] : [],
    action: {
      ...common,
      kind: 'PatchObject',
      reason: `Take the wiring out of the pod template of StatefulSet ${name}`,
      release: true,
      operations: [
        resourceVersionGuard(statefulSet),
        ...operations,
        ...(hasRecord ? [remove(`/metadata/annotations/${pointer(ORIGINAL_TEMPLATE_ANNOTATION)}`)] : []),
      ],
    },
  };
}

/**
 * False after the patch that takes the leaves and their record out, whose release may have lost a race with the
 * StatefulSet controller: our name stands there still, and nothing was lost.
 */
function appliesTemplate(statefulSet: StatefulSet, manager: string): boolean {
  const template = ['f:spec', 'f:template'];
  return (statefulSet.metadata.managedFields ?? []).some(
    ({ manager: name, operation, fieldsV1 }) =>
      name === manager &&
      operation === 'Apply' &&
      (hasPath(fieldsV1, [...template, 'f:metadata']) ||
        hasPath(fieldsV1, [...template, 'f:spec', 'f:volumes'])),
  );
}

function annotationOperations(undo: Undo): readonly JsonPatchOperation[] {
  const { record, paths } = undo;
  const live = undo.statefulSet.spec.template.metadata?.annotations ?? {};
  const plain = Object.entries(PLAIN_ANNOTATIONS).filter(([key, ours]) => live[key] === ours);
  return [
    ...plain.flatMap(([key]) => entryOperations(undo, 'annotations', { key, back: record.annotations[key] })),
    ...[PROXY_CONFIG, USER_VOLUME_MOUNT].flatMap((key) => {
      const text = live[key];
      if (text === undefined) return [];
      const original = record.annotations[key];
      const want = original === undefined ? paths : { ...paths, original };
      const withdrawn =
        key === PROXY_CONFIG ? withdrawProxyConfig(text, want) : withdrawUserVolumeMount(text, want);
      // What cannot be read any more is left as it is.
      return withdrawn.kind === 'refused'
        ? []
        : entryOperations(undo, 'annotations', { key, back: withdrawn.text });
    }),
  ];
}

function labelOperations(undo: Undo): readonly JsonPatchOperation[] {
  const revision = revisionOf(undo.resource);
  const [key, ours] =
    revision === undefined ? ['sidecar.istio.io/inject', 'true'] : ['istio.io/rev', revision];
  const live = undo.statefulSet.spec.template.metadata?.labels?.[key];
  return live === ours ? entryOperations(undo, 'labels', { key, back: undo.record.labels[key] }) : [];
}

interface Entry {
  readonly key: string;
  /** What shall stand there; `undefined`: nothing. */
  readonly back: string | undefined;
}

function entryOperations(
  undo: Undo,
  map: 'annotations' | 'labels',
  entry: Entry,
): readonly JsonPatchOperation[] {
  const { statefulSet, resource } = undo;
  const { key, back } = entry;
  if (statefulSet.spec.template.metadata?.[map]?.[key] === back) return [];
  const fieldPath = ['f:spec', 'f:template', 'f:metadata', `f:${map}`, `f:${key}`];
  if (isAppliedByOthers(statefulSet, fieldManagerOf(resource), fieldPath)) return [];
  const path = `/spec/template/metadata/${map}/${pointer(key)}`;
  return back === undefined ? [remove(path)] : [{ op: 'replace', path, value: back }];
}

/** The mount and the volume, by index: the resourceVersion guard keeps the indexes true. */
function listOperations({ resource, statefulSet, record, paths }: Undo): readonly JsonPatchOperation[] {
  const manager = fieldManagerOf(resource);
  const template = statefulSet.spec.template;
  const found = containerOf(resource, template);
  if (found.kind === 'refused') return [];
  const container = template.spec.containers.indexOf(found.container);
  const mounts = found.container.volumeMounts ?? [];
  const fields = fieldPathsOf(found.container.name, paths);
  const keepsMount = record.mount || isAppliedByOthers(statefulSet, manager, fields.mount);
  const keepsVolume = record.volume || isAppliedByOthers(statefulSet, manager, fields.volume);
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

function fieldPathsOf(container: string, { volumeName, mountPath }: CertificatePaths) {
  const spec = ['f:spec', 'f:template', 'f:spec'];
  const byName = (name: string): string => `k:${JSON.stringify({ name })}`;
  const mount = [
    ...spec,
    'f:containers',
    byName(container),
    'f:volumeMounts',
    `k:${JSON.stringify({ mountPath })}`,
  ];
  return { mount, volume: [...spec, 'f:volumes', byName(volumeName)] };
}

function isOurMount(mount: VolumeMount, paths: CertificatePaths): boolean {
  return mount.mountPath === paths.mountPath && mount.name === paths.volumeName;
}

function remove(path: string): JsonPatchOperation {
  return { op: 'remove', path };
}

function lostRecord({ metadata }: StatefulSet): EventContent {
  return {
    type: 'Warning',
    reason: 'RestoreIncomplete',
    note: `annotation ${ORIGINAL_TEMPLATE_ANNOTATION} of StatefulSet ${metadata.name} is lost: its pod template is left as it is`,
  };
}
