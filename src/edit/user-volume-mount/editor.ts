// The annotation sidecar.istio.io/userVolumeMount: one mount of it is ours.
import type { AnnotationEditor } from '../text/annotation-editor.ts';
import { annotationEditor } from '../text/annotation-editor.ts';
import { freshVolumeMount } from './edit-entries.ts';
import { mergeVolumeMount } from './merge.ts';
import type { DesiredVolumeMount } from './mounts.ts';
import { volumeMountFields } from './read.ts';
import { withdrawVolumeMount } from './withdraw.ts';

export const userVolumeMountEditor: AnnotationEditor<DesiredVolumeMount> = annotationEditor({
  fields: volumeMountFields,
  fresh: freshVolumeMount,
  mergeInto: mergeVolumeMount,
  takeOut: withdrawVolumeMount,
});
