// What the annotations sidecar.istio.io/userVolumeMount and userVolume add to istio-proxy and to the pod; blank text adds
// nothing.
import type { AnnotationField, Unreadable } from '../text/annotation-editor.ts';
import type { JsonNode } from '../text/json/json-nodes.ts';
import { memberOf } from '../text/json/json-nodes.ts';
import type { VolumeEntry } from './entries.ts';
import { readVolumeEntries, stringOf } from './entries.ts';
import type { DesiredVolumeMount, UserVolumeMount } from './mounts.ts';
import { readMounts } from './mounts.ts';

export type UserVolumeMountReading =
  { readonly kind: 'read'; readonly entries: readonly UserVolumeMount[] } | Unreadable;

export type UserVolumeReading =
  | { readonly kind: 'read'; readonly volumes: readonly { readonly name: string; readonly source: string }[] }
  | Unreadable;

/** Every mount that the annotation adds to istio-proxy. */
export function readUserVolumeMount(text: string): UserVolumeMountReading {
  if (text.trim() === '') return { kind: 'read', entries: [] };
  const found = readMounts(text);
  if (found.kind === 'refused') return { kind: 'unreadable', reason: found.reason };
  const entries = found.mounts.map(({ name, mountPath, readOnly }) => ({ name, mountPath, readOnly }));
  return { kind: 'read', entries };
}

/** Our field: where the volume is mounted, and whether that is of any use. */
export function volumeMountFields(text: string, desired: DesiredVolumeMount): readonly AnnotationField[] {
  const { volumeName, outputDirectory } = desired;
  const read = readUserVolumeMount(text);
  const entry = read.kind === 'read' ? read.entries.find(({ name }) => name === volumeName) : undefined;
  const actual = entry?.readOnly === true ? `${entry.mountPath} (readOnly)` : entry?.mountPath;
  return [{ path: `[${volumeName}].mountPath`, expected: outputDirectory, actual }];
}

/**
 * Every volume that annotation sidecar.istio.io/userVolume adds to the pod.
 * `source` is the kind of the volume with what names it: `emptyDir:Memory`, `emptyDir`, `secret:<name>`, `hostPath`.
 */
export function readUserVolume(text: string): UserVolumeReading {
  if (text.trim() === '') return { kind: 'read', volumes: [] };
  const found = readVolumeEntries(text);
  if (found.kind === 'refused') return { kind: 'unreadable', reason: found.reason };
  return {
    kind: 'read',
    volumes: found.entries.map(({ name, value }) => ({ name, source: volumeSource(value) })),
  };
}

function volumeSource(volume: VolumeEntry['value']): string {
  const sources = volume.members.filter(({ key }) => key !== 'name');
  return (
    sources.map(({ key, value }) => [key, detailOf(key, value)].filter(Boolean).join(':')).join('+') ||
    'nothing'
  );
}

function detailOf(source: string, value: JsonNode): string | undefined {
  const named = source === 'emptyDir' ? 'medium' : source === 'secret' ? 'secretName' : 'name';
  return stringOf(memberOf(value, named));
}
