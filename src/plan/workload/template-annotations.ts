// The pod template's annotations: plain ones that must have one value, and two that are merged into what is there.
// What may be taken from another manager, workload.ts says.
import { mergeProxyConfig, readProxyConfig } from '../../edit/proxy-config/merge.ts';
import { mergeUserVolumeMount, readUserVolumeMount } from '../../edit/user-volume-mount/merge.ts';
import { applyPathOf } from '../kubernetes/managed-fields.ts';
import type { Refusal } from '../model/assessment.ts';
import type { CertificatePaths } from '../model/desired.ts';
import {
  INCLUDE_INBOUND_PORTS,
  INCLUDE_OUTBOUND_PORTS,
  INCLUDE_OUTBOUND_RANGES,
  INJECT,
  MERGE_METRICS,
  PROXY_CONFIG,
  REWRITE_PROBES,
  USER_VOLUME_MOUNT,
} from '../model/istio-names.ts';
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

export interface AnnotationPlan {
  /** Whole texts as they should be, by annotation key. */
  readonly values: Readonly<Record<string, string>>;
  readonly fields: readonly TemplateField[];
  /** Annotations (as the API server spells their path) whose new text keeps every foreign byte. */
  readonly merged: readonly string[];
  readonly refusal: Refusal | undefined;
}

/** Plans every annotation of the template. */
export function planAnnotations(
  actual: Readonly<Record<string, string>>,
  paths: CertificatePaths,
): AnnotationPlan {
  const plain = Object.entries(PLAIN_ANNOTATIONS).map(([key, expected]) =>
    field({ key, below: '', expected, actual: actual[key] }),
  );
  const proxyConfig = planProxyConfig(actual[PROXY_CONFIG], paths);
  const mount = planUserVolumeMount(actual[USER_VOLUME_MOUNT], paths);
  return {
    values: { ...PLAIN_ANNOTATIONS, [PROXY_CONFIG]: proxyConfig.text, [USER_VOLUME_MOUNT]: mount.text },
    fields: [...plain, ...proxyConfig.fields, ...mount.fields],
    merged: [
      ...(proxyConfig.keepsForeign ? [applyPathOf(annotationPath(PROXY_CONFIG).fieldPath)] : []),
      ...(mount.keepsForeign ? [applyPathOf(annotationPath(USER_VOLUME_MOUNT).fieldPath)] : []),
    ],
    refusal: proxyConfig.refusal ?? mount.refusal,
  };
}

interface MergedAnnotation {
  readonly text: string;
  readonly fields: readonly TemplateField[];
  readonly keepsForeign: boolean;
  readonly refusal: Refusal | undefined;
}

function planProxyConfig(text: string | undefined, paths: CertificatePaths): MergedAnnotation {
  const merged = mergeProxyConfig(text, { outputDirectory: paths.outputDirectory });
  const read = readProxyConfig(text ?? '');
  const known = read.kind === 'read' ? read : undefined;
  const fields = [
    field({
      key: PROXY_CONFIG,
      below: '.proxyMetadata.OUTPUT_CERTS',
      expected: paths.outputDirectory,
      actual: known?.outputCerts,
    }),
    field({
      key: PROXY_CONFIG,
      below: '.holdApplicationUntilProxyStarts',
      expected: 'true',
      actual: known?.holdApplicationUntilProxyStarts?.toString(),
    }),
  ];
  if (merged.kind === 'refused')
    return refusedMerge(PROXY_CONFIG, { text: text ?? '', fields, why: merged.reason });
  const keepsForeign = merged.kind === 'unchanged' || merged.replaced.length === 0;
  return { text: merged.text, fields, keepsForeign, refusal: undefined };
}

function planUserVolumeMount(text: string | undefined, paths: CertificatePaths): MergedAnnotation {
  const merged = mergeUserVolumeMount(text, paths);
  const read = readUserVolumeMount(text ?? '');
  const entry = read.kind === 'read' ? read.entries.find(({ name }) => name === paths.volumeName) : undefined;
  const actual = entry?.readOnly === true ? `${entry.mountPath} (readOnly)` : entry?.mountPath;
  const fields = [
    field({
      key: USER_VOLUME_MOUNT,
      below: `[${paths.volumeName}].mountPath`,
      expected: paths.outputDirectory,
      actual,
    }),
  ];
  if (merged.kind === 'refused')
    return refusedMerge(USER_VOLUME_MOUNT, { text: text ?? '', fields, why: merged.reason });
  const keepsForeign = merged.kind === 'unchanged' || merged.replaced.length === 0;
  return { text: merged.text, fields, keepsForeign, refusal: undefined };
}

function refusedMerge(
  key: string,
  found: { readonly text: string; readonly fields: readonly TemplateField[]; readonly why: string },
): MergedAnnotation {
  return {
    text: found.text,
    fields: found.fields,
    keepsForeign: false,
    refusal: {
      reason: 'AnnotationNotMergeable',
      message: `annotation ${key} of the pod template cannot be merged: ${found.why}`,
      stalled: true,
    },
  };
}

interface AnnotationField {
  readonly key: string;
  readonly below: string;
  readonly expected: string;
  readonly actual: string | undefined;
}

/** A field of an annotation's text: who owns the text owns it. */
function field({ key, below, expected, actual }: AnnotationField): TemplateField {
  const { text, fieldPath } = annotationPath(key);
  return { path: { text: `${text}${below}`, fieldPath }, expected, actual };
}
