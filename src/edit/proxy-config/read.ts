// The annotation proxy.istio.io/config as Istio reads it, and which values of ours it would refuse the pod for.
import type { AnnotationField, Unreadable } from '../text/annotation-editor.ts';
import { isMap } from '../text/json/json-map.ts';
import type { DesiredProxyConfig, ProxyConfigPath } from './fields.ts';
import { METADATA_KEYS, OUTPUT_CERTS, fieldOf, fieldsOf } from './fields.ts';
import { loadAsGo } from './load-as-go.ts';

export type ProxyConfigReading =
  | {
      readonly kind: 'read';
      /** Of the top level, as they are written. */
      readonly keys: readonly string[];
      readonly outputCerts: string | undefined;
      readonly holdApplicationUntilProxyStarts: boolean | undefined;
      /** All of proxyMetadata; a null value reads as an empty text, as in Istio. */
      readonly proxyMetadata: Readonly<Record<string, string>>;
    }
  | Unreadable;

/** `unreadable` where Istio would refuse the pod or read only a part of the text. */
export function readProxyConfig(text: string): ProxyConfigReading {
  const loaded = loadAsGo(text);
  if (loaded.kind === 'refused') return { kind: 'unreadable', reason: loaded.reason };
  const { value } = loaded;
  const metadata = fieldOf(value, METADATA_KEYS) ?? {};
  const { hold } = fieldsOf(value);
  if (!isMap(metadata)) return { kind: 'unreadable', reason: 'proxyMetadata is not a mapping' };
  const wrong = Object.keys(metadata).find((key) => !isTextOrNull(metadata[key]));
  if (wrong !== undefined) return { kind: 'unreadable', reason: notAString(wrong) };
  if (!isBooleanOrNull(hold)) return { kind: 'unreadable', reason: NOT_A_BOOLEAN };
  const words = Object.entries(metadata).map(
    ([key, word]) => [key, typeof word === 'string' ? word : ''] as const,
  );
  const proxyMetadata: Readonly<Record<string, string>> = Object.fromEntries(words);
  return {
    kind: 'read',
    keys: Object.keys(value),
    outputCerts: proxyMetadata[OUTPUT_CERTS],
    holdApplicationUntilProxyStarts: hold ?? undefined,
    proxyMetadata,
  };
}

/** Our two fields; a text that cannot be read has neither. */
export function proxyConfigFields(text: string, desired: DesiredProxyConfig): readonly AnnotationField[] {
  const read = readProxyConfig(text);
  const known = read.kind === 'read' ? read : undefined;
  const field = (path: ProxyConfigPath, expected: string, actual: string | undefined): AnnotationField => ({
    path: `.${path}`,
    expected,
    actual,
  });
  return [
    field('proxyMetadata.OUTPUT_CERTS', desired.outputDirectory, known?.outputCerts),
    field('holdApplicationUntilProxyStarts', 'true', known?.holdApplicationUntilProxyStarts?.toString()),
  ];
}

export const NOT_A_BOOLEAN =
  'holdApplicationUntilProxyStarts must be true or false without quotes, or Istio refuses the pod';

export function notAString(key: string): string {
  return `proxyMetadata.${key} is not a string, for which Istio refuses the pod: put it in quotes`;
}

/** A null is an empty text to Istio; see {@link ProxyConfigReading}. */
export function isTextOrNull(value: unknown): value is string | null {
  return typeof value === 'string' || value === null;
}

export function isBooleanOrNull(value: unknown): value is boolean | null | undefined {
  return typeof value === 'boolean' || value === null || value === undefined;
}
