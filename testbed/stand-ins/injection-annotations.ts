// What a person may write into the annotations that Istio's injector reads, and what it makes of it.
// It knows no pod.
import { YAML11_SCHEMA, load } from 'js-yaml';

export type Annotations = Readonly<Record<string, string>>;

/** The pod is refused, not left alone. */
export class BadAnnotation extends Error {}

export interface ProxyConfig {
  readonly metadata: Readonly<Record<string, string>>;
  readonly holds: boolean;
}

/** `proxy.istio.io/config`. A key that is not known is dropped in silence, as Istio does. */
export function proxyConfig(annotations: Annotations): ProxyConfig {
  const name = 'proxy.istio.io/config';
  const text = annotations[name] ?? '';
  const bad = (why: string): BadAnnotation => invalid(name, text, why);
  let config: unknown;
  try {
    // Go reads YAML 1.1 here: an unquoted yes is a boolean, and so no value of a string map.
    config = text.trim() === '' ? {} : load(text, { schema: YAML11_SCHEMA });
  } catch (error) {
    throw bad(error instanceof Error ? error.message : String(error));
  }
  if (!isRecord(config)) throw bad('not a mapping');
  const metadata = config['proxyMetadata'] ?? {};
  if (!isRecord(metadata)) throw bad('proxyMetadata: not a mapping');
  for (const [key, value] of Object.entries(metadata)) {
    if (typeof value !== 'string') throw bad(`proxyMetadata.${key}: not a string`);
  }
  const holds = config['holdApplicationUntilProxyStarts'] ?? false;
  if (typeof holds !== 'boolean') throw bad('holdApplicationUntilProxyStarts: not a boolean');
  return { metadata: metadata as Record<string, string>, holds };
}

/** `sidecar.istio.io/userVolume` or `userVolumeMount`: an object by name or an array of named objects. */
export function userList<T extends { readonly name: string }>(annotations: Annotations, name: string): T[] {
  const text = annotations[name];
  if (text === undefined) return [];
  const bad = (why: string): BadAnnotation => new BadAnnotation(`failed to run injection template: ${why}`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw bad(`executing "inject" at <\`${name}\`>: range can't iterate over {}: ${String(error)}`);
  }
  if (value === null) return [];
  if (typeof value !== 'object')
    throw bad(`executing "inject" at <\`${name}\`>: range can't iterate over ${text}`);
  const entries = Object.entries(value);
  // A template goes through a map by its sorted keys.
  if (!Array.isArray(value)) entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.map(([key, item]) => {
    if (!isRecord(item) || Object.keys(item).length === 0)
      throw bad('failed applying injection overlay: strategic merge: invalid JSON document');
    return { name: key, ...item } as unknown as T;
  });
}

/** `sidecar.istio.io/interceptionMode`. */
export function interceptionMode(annotations: Annotations): string {
  const name = 'sidecar.istio.io/interceptionMode';
  const mode = annotations[name] ?? 'REDIRECT';
  if (['REDIRECT', 'TPROXY', 'NONE'].includes(mode)) return mode;
  throw invalid(name, mode, `interceptionMode invalid, use REDIRECT,TPROXY,NONE: ${mode}`);
}

/** `prometheus.istio.io/merge-metrics`. */
export function mergesMetrics(annotations: Annotations): boolean {
  const name = 'prometheus.istio.io/merge-metrics';
  const text = annotations[name] ?? 'true';
  const merges = parseBool(text);
  if (merges === undefined) throw invalid(name, text, 'strconv.ParseBool: invalid syntax');
  return merges;
}

/** What Go takes for a boolean; undefined for anything else. */
export function parseBool(text: string): boolean | undefined {
  if (/^(1|t|T|true|TRUE|True)$/.test(text)) return true;
  return /^(0|f|F|false|FALSE|False)$/.test(text) ? false : undefined;
}

function invalid(name: string, value: string, why: string): BadAnnotation {
  return new BadAnnotation(
    `failed to run injection template: 1 error occurred:\n\t* invalid value '${value}' for annotation '${name}': ${why}\n\n`,
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
