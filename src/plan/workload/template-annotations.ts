// The pod template's annotations: plain ones that must have one value, and two that are merged into what stands there.
// It decides what the texts should be; what may be taken from another manager is workload.ts's business. Pure.
import { mergeProxyConfig, readProxyConfig } from '../../edit/proxy-config/merge.ts';
import { mergeUserVolumeMount, readUserVolumeMount } from '../../edit/user-volume-mount/merge.ts';
import { applyPathOf } from '../kubernetes/managed-fields.ts';
import type { CertificatePaths } from '../model/desired.ts';
import type { FieldPath } from '../model/field-path.ts';
import type { Refusal } from '../model/part.ts';

/** Interception off, probes and scrape annotations left alone, injection asked for (Istio <= 1.11 reads the annotation). */
export const PLAIN_ANNOTATIONS: Readonly<Record<string, string>> = {
  'sidecar.istio.io/inject': 'true',
  'traffic.sidecar.istio.io/includeInboundPorts': '',
  'traffic.sidecar.istio.io/includeOutboundIPRanges': '',
  'traffic.sidecar.istio.io/includeOutboundPorts': '',
  'sidecar.istio.io/rewriteAppHTTPProbers': 'false',
  'prometheus.istio.io/merge-metrics': 'false',
};

export const PROXY_CONFIG = 'proxy.istio.io/config';

export const USER_VOLUME_MOUNT = 'sidecar.istio.io/userVolumeMount';

export interface TemplateField {
  readonly path: string;
  readonly fieldPath: FieldPath;
  readonly expected: string;
  readonly actual: string | undefined;
}

export interface AnnotationPlan {
  /** Whole texts as they should stand, by annotation key. */
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
      ...(proxyConfig.keepsForeign ? [annotationPath(PROXY_CONFIG)] : []),
      ...(mount.keepsForeign ? [annotationPath(USER_VOLUME_MOUNT)] : []),
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
    return refused(PROXY_CONFIG, { text: text ?? '', fields, why: merged.reason });
  const keepsForeign = merged.kind === 'unchanged' || merged.replaced.length === 0;
  return { text: merged.text, fields, keepsForeign, refusal: undefined };
}

function planUserVolumeMount(text: string | undefined, paths: CertificatePaths): MergedAnnotation {
  const merged = mergeUserVolumeMount(text, paths);
  const read = readUserVolumeMount(text ?? '');
  const entry = read.kind === 'read' ? read.entries.find(({ name }) => name === paths.volumeName) : undefined;
  const standing = entry?.readOnly === true ? `${entry.mountPath} (readOnly)` : entry?.mountPath;
  const fields = [
    field({
      key: USER_VOLUME_MOUNT,
      below: `[${paths.volumeName}].mountPath`,
      expected: paths.outputDirectory,
      actual: standing,
    }),
  ];
  if (merged.kind === 'refused')
    return refused(USER_VOLUME_MOUNT, { text: text ?? '', fields, why: merged.reason });
  const keepsForeign = merged.kind === 'unchanged' || merged.replaced.length === 0;
  return { text: merged.text, fields, keepsForeign, refusal: undefined };
}

function refused(
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

function field({ key, below, expected, actual }: AnnotationField): TemplateField {
  return {
    path: `spec.template.metadata.annotations[${key}]${below}`,
    fieldPath: fieldPathOf(key),
    expected,
    actual,
  };
}

function fieldPathOf(key: string): FieldPath {
  return ['f:spec', 'f:template', 'f:metadata', 'f:annotations', `f:${key}`];
}

function annotationPath(key: string): string {
  return applyPathOf(fieldPathOf(key));
}
