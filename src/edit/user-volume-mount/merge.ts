// Merges our mount into the annotation sidecar.istio.io/userVolumeMount: one writable mount of our volume at our
// directory. Other entries keep their bytes; what would need a guess is refused.
import type { AnnotationEdit, Refused, ReplacedValue } from '../text/annotation-editor.ts';
import { refuseAt } from '../text/annotation-editor.ts';
import { memberOf } from '../text/json/json-nodes.ts';
import { withoutTrailingSlashes } from '../text/paths.ts';
import type { Splice } from '../text/splice.ts';
import { applySplices, sortSplices } from '../text/splice.ts';
import { addVolumeEntry, freshVolumeMount, keepsOthers, setTo } from './edit-entries.ts';
import type { DesiredVolumeMount, Mount } from './mounts.ts';
import { readMounts } from './mounts.ts';
import { readUserVolumeMount } from './read.ts';

/** The text, which is not blank, with our mount in it: one that is there is corrected, a new one added at the end. */
export function mergeVolumeMount(text: string, desired: DesiredVolumeMount): AnnotationEdit {
  const { volumeName, outputDirectory } = desired;
  const found = readMounts(text);
  if (found.kind === 'refused') return found;
  const rival = found.mounts.find(
    ({ name, mountPath }) =>
      name !== volumeName && withoutTrailingSlashes(mountPath) === withoutTrailingSlashes(outputDirectory),
  );
  if (rival !== undefined)
    return refuseAt(
      text,
      rival.entry.start,
      `volume ${rival.name} is mounted at ${rival.mountPath}, and Istio would keep only one of the two: set spec.certificates.outputDirectory to another directory, or move that mount`,
    );
  const own = ownMount(text, found.mounts, desired);
  if (own?.kind === 'refused') return own;
  if (own !== undefined) return correctMount(text, own, desired);
  const splices = [addVolumeEntry(text, found.root, desired)];
  return proven(text, desired, { splices, replaced: [] });
}

/** The one entry that should be ours: the one at our directory, else the only one of our volume. */
function ownMount(
  text: string,
  mounts: readonly Mount[],
  { volumeName, outputDirectory }: DesiredVolumeMount,
): (Mount & { readonly kind?: undefined }) | Refused | undefined {
  const ours = mounts.filter(({ name }) => name === volumeName);
  const here = ours.filter(({ mountPath }) => mountPath === outputDirectory);
  const [own, second] = here.length > 0 ? here : ours;
  if (own === undefined) return undefined;
  if (second !== undefined)
    return refuseAt(text, second.entry.start, `volume ${volumeName} has several entries: keep one`);
  const subPath = ['subPath', 'subPathExpr'].find((key) => memberOf(own.entry.value, key) !== undefined);
  if (subPath === undefined) return own;
  const why = `${subPath} of ${own.name} would hide the files from Prometheus: remove it`;
  return refuseAt(text, own.entry.start, why);
}

function correctMount(text: string, own: Mount, desired: DesiredVolumeMount): AnnotationEdit {
  const { volumeName, outputDirectory } = desired;
  const { mountPath, mountPathNode, readOnly, readOnlyNode } = own;
  const replaced: ReplacedValue[] = [];
  const splices: Splice[] = [];
  if (mountPath !== outputDirectory) {
    replaced.push({ path: `[${volumeName}].mountPath`, from: mountPath, to: outputDirectory });
    splices.push(setTo(mountPathNode, outputDirectory));
  }
  if (readOnly && readOnlyNode !== undefined) {
    replaced.push({ path: `[${volumeName}].readOnly`, from: 'true', to: 'false' });
    splices.push(setTo(readOnlyNode, false));
  }
  return splices.length === 0 ? { kind: 'unchanged', text } : proven(text, desired, { splices, replaced });
}

interface Attempt {
  readonly splices: readonly Splice[];
  readonly replaced: readonly ReplacedValue[];
}

/** The edit, given out only where our mount is read in its result and every other entry is as it was. */
function proven(before: string, desired: DesiredVolumeMount, { splices, replaced }: Attempt): AnnotationEdit {
  const text = applySplices(before, sortSplices(splices));
  const read = readUserVolumeMount(text);
  const { volumeName, outputDirectory } = desired;
  const isMounted =
    read.kind === 'read' &&
    read.entries.some(
      (entry) => entry.name === volumeName && entry.mountPath === outputDirectory && !entry.readOnly,
    );
  if (isMounted && keepsOthers(before, text, desired)) return { kind: 'changed', text, replaced };
  return {
    kind: 'refused',
    reason: `no edit would leave the other entries as they are: add ${freshVolumeMount(desired)} by hand`,
  };
}
