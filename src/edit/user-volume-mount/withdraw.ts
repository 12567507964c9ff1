// Takes our mount out of the annotation sidecar.istio.io/userVolumeMount again: other entries keep their bytes, or it is
// refused.
import type { AnnotationEdit } from '../text/annotation-editor.ts';
import { changeTo, refuseAt } from '../text/annotation-editor.ts';
import type { Splice } from '../text/splice.ts';
import { applySplices, sortSplices } from '../text/splice.ts';
import { freshVolumeMount, keepsOthers, removeVolumeEntry, setTo } from './edit-entries.ts';
import type { DesiredVolumeMount, Mount } from './mounts.ts';
import { readMounts } from './mounts.ts';

/** The text, which is not blank, without our mount at our directory; an entry that `original` had comes back. */
export function withdrawVolumeMount(
  text: string,
  desired: DesiredVolumeMount,
  original: string | undefined,
): AnnotationEdit<string | undefined> {
  const { volumeName, outputDirectory } = desired;
  if (text === freshVolumeMount(desired)) return changeTo<string | undefined>(text, undefined);
  const found = readMounts(text);
  if (found.kind === 'refused') return found;
  const own = found.mounts.find(
    ({ name, mountPath }) => name === volumeName && mountPath === outputDirectory,
  );
  if (own === undefined) return { kind: 'unchanged', text };
  const before = original === undefined || original.trim() === '' ? undefined : readMounts(original);
  const originalMount =
    before?.kind === 'mounts' ? before.mounts.find(({ name }) => name === volumeName) : undefined;
  const splices =
    originalMount === undefined
      ? [removeVolumeEntry(text, found, own.entry)]
      : restoreMount(own, originalMount);
  const after = applySplices(text, sortSplices(splices));
  if (after === text || keepsOthers(text, after, desired)) return changeTo(text, after);
  const why = `the entry of ${own.name} cannot go without a change to others: take it out by hand`;
  return refuseAt(text, own.entry.start, why);
}

function restoreMount(own: Mount, original: Mount): readonly Splice[] {
  const path = setTo(own.mountPathNode, original.mountPath);
  const canLock = original.readOnly && !own.readOnly && own.readOnlyNode !== undefined;
  return canLock ? [path, setTo(own.readOnlyNode, true)] : [path];
}
