// The pod template's annotations: plain ones that must have one value, and two that are merged into what is there.
// What may be taken from another manager, workload.ts says.
import {
  INCLUDE_INBOUND_PORTS,
  INCLUDE_OUTBOUND_PORTS,
  INCLUDE_OUTBOUND_RANGES,
  INJECT,
  MERGE_METRICS,
  PROXY_CONFIG,
  REWRITE_PROBES,
  USER_VOLUME_MOUNT,
} from '../../api/istio-names.ts';
import { proxyConfigEditor } from '../../edit/proxy-config/editor.ts';
import type { AnnotationEditor } from '../../edit/text/annotation-editor.ts';
import { userVolumeMountEditor } from '../../edit/user-volume-mount/editor.ts';
import { applyPathOf } from '../kubernetes/managed-fields.ts';
import type { CertificatePaths } from '../model/desired.ts';
import type { TemplateField } from './template-field.ts';
import { annotationPath } from './template-paths.ts';

/** Interception off, probes and scrape annotations left alone, injection asked for (Istio <= 1.11 reads the annotation). */
export const PLAIN_ANNOTATIONS: Readonly<Record<string, string>> = {
  [INJECT]: 'true',
  [INCLUDE_INBOUND_PORTS]: '',
  [INCLUDE_OUTBOUND_RANGES]: '',
  [INCLUDE_OUTBOUND_PORTS]: '',
  [REWRITE_PROBES]: 'false',
  [MERGE_METRICS]: 'false',
};

interface MergedAnnotation {
  readonly key: string;
  readonly editor: AnnotationEditor<CertificatePaths>;
}

/** The annotations of which only some fields are ours. */
export const MERGED_ANNOTATIONS: readonly MergedAnnotation[] = [
  { key: PROXY_CONFIG, editor: proxyConfigEditor },
  { key: USER_VOLUME_MOUNT, editor: userVolumeMountEditor },
];

export interface AnnotationPlan {
  /** Whole texts as they should be, by annotation key. */
  readonly values: Readonly<Record<string, string>>;
  readonly fields: readonly TemplateField[];
  /** Annotations (as the API server spells their path) whose new text keeps every foreign byte. */
  readonly merged: readonly string[];
  /** The first annotation that no edit can merge, and why. */
  readonly unmergeable: Unmergeable | undefined;
}

interface Unmergeable {
  readonly key: string;
  readonly why: string;
}

/** Plans every annotation of the template; `plain`: those that are to have one value. */
export function planAnnotations(
  actual: Readonly<Record<string, string>>,
  paths: CertificatePaths,
  plain: Readonly<Record<string, string>>,
): AnnotationPlan {
  const single = Object.entries(plain).map(([key, expected]) =>
    field({ key, below: '', expected, actual: actual[key] }),
  );
  const merged = MERGED_ANNOTATIONS.map((annotation) => planMerged(annotation, actual, paths));
  return {
    values: { ...plain, ...Object.fromEntries(merged.map(({ key, text }) => [key, text])) },
    fields: [...single, ...merged.flatMap(({ fields }) => fields)],
    merged: merged
      .filter(({ keepsForeign }) => keepsForeign)
      .map(({ key }) => applyPathOf(annotationPath(key).fieldPath)),
    unmergeable: merged.find(({ unmergeable }) => unmergeable !== undefined)?.unmergeable,
  };
}

interface MergePlan {
  readonly key: string;
  readonly text: string;
  readonly fields: readonly TemplateField[];
  readonly keepsForeign: boolean;
  readonly unmergeable: Unmergeable | undefined;
}

function planMerged(
  { key, editor }: MergedAnnotation,
  actual: Readonly<Record<string, string>>,
  paths: CertificatePaths,
): MergePlan {
  const text = actual[key];
  const fields = editor
    .fields(text ?? '', paths)
    .map(({ path, ...values }) => field({ key, below: path, ...values }));
  const edit = editor.merge(text, paths);
  if (edit.kind === 'refused') {
    return { key, text: text ?? '', fields, keepsForeign: false, unmergeable: { key, why: edit.reason } };
  }
  const keepsForeign = edit.kind === 'unchanged' || edit.replaced.length === 0;
  return { key, text: edit.text, fields, keepsForeign, unmergeable: undefined };
}

interface TemplateAnnotationField {
  readonly key: string;
  readonly below: string;
  readonly expected: string;
  readonly actual: string | undefined;
}

/** A field of an annotation's text: who owns the text owns it. */
function field({ key, below, expected, actual }: TemplateAnnotationField): TemplateField {
  const { text, fieldPath } = annotationPath(key);
  return { path: { text: `${text}${below}`, fieldPath }, expected, actual };
}
