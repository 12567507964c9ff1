// Takes our mount out of the pod annotation sidecar.istio.io/userVolumeMount again. Text → text, pure.
// Inverse of mergeUserVolumeMount: other entries keep their bytes, or it refuses.
import type { Splice } from '../text/splice.ts';
import { applySplices, sortSplices } from '../text/splice.ts';
import { unreadableAt } from './entries.ts';
import type { MergeUserVolumeMount, MergedUserVolumeMount } from './merge.ts';
import { mergeUserVolumeMount } from './merge.ts';
import type { Mount } from './mounts.ts';
import { readMounts } from './mounts.ts';
import { freshVolumeMount, keepsOthers, removeVolumeEntry, setTo } from './splices.ts';

type Refused = Extract<MergedUserVolumeMount, { kind: 'refused' }>;

export interface WithdrawUserVolumeMount extends MergeUserVolumeMount {
  /** The annotation before our first write, where it is known: its own entry of our volume comes back. */
  readonly original?: string;
}

/** `withdrawn` without a text: nothing is left, the annotation should go. */
export type WithdrawnUserVolumeMount =
  | { readonly kind: 'unchanged'; readonly text: string | undefined }
  | { readonly kind: 'withdrawn'; readonly text: string | undefined }
  | Refused;

/** The annotation without our mount, where it stands at our directory; the inverse of the merge, byte for byte. */
export function withdrawUserVolumeMount(
  text: string | undefined,
  want: WithdrawUserVolumeMount,
): WithdrawnUserVolumeMount {
  if (text === undefined || text.trim() === '') return { kind: 'unchanged', text };
  const { original } = want;
  if (original !== undefined && isMergeOf(original, text, want))
    return text === original ? { kind: 'unchanged', text } : { kind: 'withdrawn', text: original };
  if (text === freshVolumeMount(want)) return { kind: 'withdrawn', text: undefined };
  const found = readMounts(text);
  if (found.kind === 'unreadable') return { kind: 'refused', reason: found.reason };
  const own = found.mounts.find(
    (mount) => mount.name === want.volumeName && mount.mountPath === want.outputDirectory,
  );
  if (own === undefined) return { kind: 'unchanged', text };
  const before = original === undefined || original.trim() === '' ? undefined : readMounts(original);
  const restored =
    before?.kind === 'mounts' ? before.mounts.find(({ name }) => name === own.name) : undefined;
  const splices =
    restored === undefined ? [removeVolumeEntry(text, found, own.entry)] : restoreMount(own, restored);
  const after = applySplices(text, sortSplices(splices));
  if (after === text) return { kind: 'unchanged', text };
  if (keepsOthers(text, after, want)) return { kind: 'withdrawn', text: after };
  const why = `the entry of ${own.name} cannot go without a change to others: take it out by hand`;
  return { kind: 'refused', reason: unreadableAt(text, own.entry.start, why).reason };
}

function restoreMount(own: Mount, restored: Mount): readonly Splice[] {
  const path = setTo(own.mountPathNode, restored.mountPath);
  const canLock = restored.readOnly && !own.readOnly && own.readOnlyNode !== undefined;
  return canLock ? [path, setTo(own.readOnlyNode, true)] : [path];
}

function isMergeOf(original: string, text: string, want: MergeUserVolumeMount): boolean {
  const merged = mergeUserVolumeMount(original, want);
  return merged.kind !== 'refused' && merged.text === text;
}
