// The entries of sidecar.istio.io/userVolumeMount as mounts, with the nodes that an edit needs. Strict: an entry that the
// API server would refuse makes the whole unreadable, since the pod would not start.
import type { Refused } from '../text/annotation-editor.ts';
import { refuseAt } from '../text/annotation-editor.ts';
import type { JsonNode, JsonScalar } from '../text/json/json-nodes.ts';
import { memberOf } from '../text/json/json-nodes.ts';
import type { VolumeEntries, VolumeEntry } from './entries.ts';
import { readVolumeEntries } from './entries.ts';

export interface DesiredVolumeMount {
  readonly volumeName: string;
  /** Absolute directory inside the proxy. */
  readonly outputDirectory: string;
}

export interface UserVolumeMount {
  readonly name: string;
  readonly mountPath: string;
  readonly readOnly: boolean;
}

/** A mount with its place in the text. */
export interface Mount extends UserVolumeMount {
  readonly entry: VolumeEntry;
  readonly mountPathNode: JsonScalar;
  readonly readOnlyNode: JsonScalar | undefined;
}

export interface Mounts extends Pick<VolumeEntries, 'root' | 'entries'> {
  readonly kind: 'mounts';
  readonly mounts: readonly Mount[];
}

/** The mounts of a text that is not blank, in its order. */
export function readMounts(text: string): Mounts | Refused {
  const found = readVolumeEntries(text);
  if (found.kind === 'refused') return found;
  const mounts: Mount[] = [];
  for (const entry of found.entries) {
    const mountPath = memberOf(entry.value, 'mountPath');
    const readOnly = memberOf(entry.value, 'readOnly');
    if (mountPath?.kind !== 'scalar' || typeof mountPath.value !== 'string')
      return refuseAt(text, entry.start, `${entry.name} has no mountPath that is a string: add one`);
    if (!isFlag(readOnly))
      return refuseAt(text, entry.start, `readOnly of ${entry.name} must be true or false without quotes`);
    const isReadOnly = readOnly?.value === true;
    const values = { name: entry.name, mountPath: mountPath.value, readOnly: isReadOnly };
    mounts.push({ ...values, entry, mountPathNode: mountPath, readOnlyNode: readOnly });
  }
  return { kind: 'mounts', root: found.root, entries: found.entries, mounts };
}

function isFlag(node: JsonNode | undefined): node is JsonScalar | undefined {
  return node === undefined || (node.kind === 'scalar' && typeof node.value === 'boolean');
}
