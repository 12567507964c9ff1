// Merges our mount into the pod annotation sidecar.istio.io/userVolumeMount, and reads that and userVolume. Text → text,
// pure. Other entries keep their bytes; what would need a guess is refused.
import type { JsonNode } from '../text/json/json-nodes.ts';
import { memberOf } from '../text/json/json-nodes.ts';
import type { Splice } from '../text/splice.ts';
import { applySplices, sortSplices } from '../text/splice.ts';
import type { Unreadable, VolumeEntry } from './entries.ts';
import { readVolumeEntries, textOf, unreadableAt } from './entries.ts';
import type { Mount, UserVolumeMount } from './mounts.ts';
import { readMounts } from './mounts.ts';
import { addVolumeEntry, freshVolumeMount, keepsOthers, setTo } from './splices.ts';

export interface MergeUserVolumeMount {
  readonly volumeName: string;
  /** Absolute directory inside the proxy. */
  readonly outputDirectory: string;
}

interface ReplacedUserVolumeMountValue {
  /** `[<volume name>].mountPath` or `.readOnly`. */
  readonly path: string;
  readonly from: string;
  readonly to: string;
}

interface Refused {
  readonly kind: 'refused';
  /** For a person: what was found, where, and what to do. */
  readonly reason: string;
}

export type MergedUserVolumeMount =
  | { readonly kind: 'unchanged'; readonly text: string }
  | {
      readonly kind: 'merged';
      readonly text: string;
      readonly replaced: readonly ReplacedUserVolumeMountValue[];
    }
  | Refused;

export type UserVolumeMountReading =
  { readonly kind: 'read'; readonly entries: readonly UserVolumeMount[] } | Unreadable;

export type UserVolumeReading =
  | { readonly kind: 'read'; readonly volumes: readonly { readonly name: string; readonly source: string }[] }
  | Unreadable;

/**
 * The annotation with one writable mount of our volume at our directory.
 * Absent and blank texts give a fresh object. An entry is added in the style of its neighbours.
 */
export function mergeUserVolumeMount(
  text: string | undefined,
  want: MergeUserVolumeMount,
): MergedUserVolumeMount {
  if (text === undefined || text.trim() === '')
    return { kind: 'merged', text: freshVolumeMount(want), replaced: [] };
  const found = readMounts(text);
  if (found.kind === 'unreadable') return { kind: 'refused', reason: found.reason };
  const rival = found.mounts.find(
    (mount) => mount.name !== want.volumeName && samePath(mount.mountPath, want.outputDirectory),
  );
  if (rival !== undefined)
    return refuseAt(
      text,
      rival.entry.start,
      `volume ${rival.name} is mounted at ${rival.mountPath}, and Istio would keep only one of the two: if that is where the certificates go, set spec.certificates.volumeName to ${rival.name}; else move it, or set spec.certificates.outputDirectory`,
    );
  const own = ownMount(text, found.mounts, want);
  if (own?.kind === 'refused') return own;
  if (own === undefined) {
    const after = applySplices(text, [addVolumeEntry(text, found.root, want)]);
    return checked(text, { text: after, want, replaced: [] });
  }
  return correctMount(text, own, want);
}

/** Every mount that the annotation adds to istio-proxy; blank text adds none. */
export function readUserVolumeMount(text: string): UserVolumeMountReading {
  if (text.trim() === '') return { kind: 'read', entries: [] };
  const found = readMounts(text);
  if (found.kind === 'unreadable') return found;
  const entries = found.mounts.map(({ name, mountPath, readOnly }) => ({ name, mountPath, readOnly }));
  return { kind: 'read', entries };
}

/**
 * Every volume that annotation sidecar.istio.io/userVolume adds to the pod; blank text adds none.
 * `source` is the kind of the volume with what names it: `emptyDir:Memory`, `emptyDir`, `secret:<name>`, `hostPath`.
 */
export function readUserVolume(text: string): UserVolumeReading {
  if (text.trim() === '') return { kind: 'read', volumes: [] };
  const found = readVolumeEntries(text);
  if (found.kind === 'unreadable') return found;
  return {
    kind: 'read',
    volumes: found.entries.map(({ name, value }) => ({ name, source: sourceOf(value) })),
  };
}

/** The one entry that should be ours: the one at our directory, else the only one of our volume. */
function ownMount(
  text: string,
  mounts: readonly Mount[],
  want: MergeUserVolumeMount,
): (Mount & { readonly kind?: undefined }) | Refused | undefined {
  const ours = mounts.filter(({ name }) => name === want.volumeName);
  const here = ours.filter(({ mountPath }) => mountPath === want.outputDirectory);
  const [own, second] = here.length > 0 ? here : ours;
  if (own === undefined) return undefined;
  if (second !== undefined)
    return refuseAt(text, second.entry.start, `volume ${want.volumeName} has several entries: keep one`);
  const subPath = ['subPath', 'subPathExpr'].find((key) => memberOf(own.entry.value, key) !== undefined);
  if (subPath === undefined) return own;
  return refuseAt(
    text,
    own.entry.start,
    `${subPath} of ${own.name} would hide the files from Prometheus: remove it`,
  );
}

function correctMount(text: string, own: Mount, want: MergeUserVolumeMount): MergedUserVolumeMount {
  const path = (field: string) => `[${want.volumeName}].${field}`;
  const { mountPath, mountPathNode, readOnly, readOnlyNode } = own;
  const replaced: ReplacedUserVolumeMountValue[] = [];
  const splices: Splice[] = [];
  if (mountPath !== want.outputDirectory) {
    replaced.push({ path: path('mountPath'), from: mountPath, to: want.outputDirectory });
    splices.push(setTo(mountPathNode, want.outputDirectory));
  }
  if (readOnly && readOnlyNode !== undefined) {
    replaced.push({ path: path('readOnly'), from: 'true', to: 'false' });
    splices.push(setTo(readOnlyNode, false));
  }
  if (splices.length === 0) return { kind: 'unchanged', text };
  return checked(text, { text: applySplices(text, sortSplices(splices)), want, replaced });
}

interface Attempt {
  readonly text: string;
  readonly want: MergeUserVolumeMount;
  readonly replaced: readonly ReplacedUserVolumeMountValue[];
}

function checked(before: string, { text, want, replaced }: Attempt): MergedUserVolumeMount {
  const read = readUserVolumeMount(text);
  const { volumeName: name, outputDirectory: mountPath } = want;
  const stands =
    read.kind === 'read' &&
    read.entries.some((entry) => entry.name === name && entry.mountPath === mountPath && !entry.readOnly);
  if (stands && keepsOthers(before, text, want)) return { kind: 'merged', text, replaced };
  return {
    kind: 'refused',
    reason: `no edit would leave the other entries as they are: add ${freshVolumeMount(want)} by hand`,
  };
}

function samePath(one: string, other: string): boolean {
  return one.replace(/\/+$/, '') === other.replace(/\/+$/, '');
}

function sourceOf(volume: VolumeEntry['value']): string {
  const sources = volume.members.filter(({ key }) => key !== 'name');
  return (
    sources.map(({ key, value }) => [key, detailOf(key, value)].filter(Boolean).join(':')).join('+') ||
    'nothing'
  );
}

function detailOf(source: string, value: JsonNode): string | undefined {
  const named = source === 'emptyDir' ? 'medium' : source === 'secret' ? 'secretName' : 'name';
  return textOf(memberOf(value, named));
}

function refuseAt(text: string, offset: number, what: string): Refused {
  return { kind: 'refused', reason: unreadableAt(text, offset, what).reason };
}
