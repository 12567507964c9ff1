// Our two fields of ProxyConfig: how they may be spelt, and what a document that Istio has read gives them.
import { isMap } from '../text/json/json-map.ts';
import type { ConfigValue } from './load-as-go.ts';

export interface DesiredProxyConfig {
  /** Absolute directory inside the proxy. */
  readonly outputDirectory: string;
}

export type ProxyConfigPath = 'proxyMetadata.OUTPUT_CERTS' | 'holdApplicationUntilProxyStarts';

/** Protobuf JSON takes both spellings of a field; the first wins where both are there. */
export const METADATA_KEYS = ['proxyMetadata', 'proxy_metadata'] as const;
export const HOLD_KEYS = ['holdApplicationUntilProxyStarts', 'hold_application_until_proxy_starts'] as const;
export const OUTPUT_CERTS = 'OUTPUT_CERTS';

/** Our two fields as Istio reads them, of whatever type. */
export interface ConfigFields {
  readonly outputCerts: unknown;
  readonly hold: unknown;
}

export function fieldsOf(value: ConfigValue): ConfigFields {
  const metadata = fieldOf(value, METADATA_KEYS);
  return {
    outputCerts: isMap(metadata) ? metadata[OUTPUT_CERTS] : undefined,
    hold: fieldOf(value, HOLD_KEYS),
  };
}

/** The value of a field under the first of its spellings that is there. */
export function fieldOf(value: ConfigValue, names: readonly string[]): unknown {
  const name = names.find((each) => Object.hasOwn(value, each));
  return name === undefined ? undefined : value[name];
}

/** Names that Istio ignores in silence although somebody meant ours. */
export function misspeltKeys(value: ConfigValue): readonly string[] {
  const known: readonly string[] = [...METADATA_KEYS, ...HOLD_KEYS];
  const flat = known.map(flatten);
  return Object.keys(value).filter((key) => !known.includes(key) && flat.includes(flatten(key)));
}

function flatten(key: string): string {
  return key.replaceAll(/[_\-. ]/g, '').toLowerCase();
}
