// Tries splices on a text of proxy.istio.io/config and gives out the first result that is right: our leaves as
// expected, every foreign leaf as before. Decides nothing else.
import { YAMLException, loadAll } from 'js-yaml';
import { isDeepStrictEqual } from 'node:util';
import type { Splice } from '../text/text-splice.ts';
import { applySplice } from '../text/text-splice.ts';
import type { ConfigRecord } from './document.ts';
import { HOLD_KEYS, METADATA_KEYS, OUTPUT_CERTS, isRecord, loadAsGo } from './document.ts';

/** Our two leaves as Istio reads them, of whatever type. */
export interface ConfigFields {
  readonly outputCerts: unknown;
  readonly hold: unknown;
}

/** The leaves in a document as `loadAsGo` gives it. */
export function fieldsOf(value: ConfigRecord): ConfigFields {
  const metadata = fieldOf(value, METADATA_KEYS);
  return {
    outputCerts: isRecord(metadata) ? metadata[OUTPUT_CERTS] : undefined,
    hold: fieldOf(value, HOLD_KEYS),
  };
}

/** The value of a field under the first of its spellings that is there. */
export function fieldOf(value: ConfigRecord, names: readonly string[]): unknown {
  const name = names.find((each) => Object.hasOwn(value, each));
  return name === undefined ? undefined : value[name];
}

/** The text after the first candidate that yields `expected` and leaves all else; absent where none does. */
export function applyFirstRight(
  text: string,
  candidates: readonly Splice[],
  expected: ConfigFields,
): string | undefined {
  return candidates
    .map((candidate) => applySplice(text, candidate))
    .find(
      (after) => hasFields(after, expected) && isDeepStrictEqual(foreignFields(after), foreignFields(text)),
    );
}

function hasFields(text: string, expected: ConfigFields): boolean {
  const loaded = loadAsGo(text);
  return loaded.kind === 'loaded' && isDeepStrictEqual(fieldsOf(loaded.value), expected);
}

/** Everything but our leaves, in order; an empty proxyMetadata counts as none. Absent where the text is no mapping. */
function foreignFields(text: string): readonly (readonly [string, unknown])[] | undefined {
  const value = loadPlainly(text);
  if (!isRecord(value)) return undefined;
  return Object.entries(value).flatMap(([key, field]): (readonly [string, unknown])[] => {
    if (isOneOf(key, HOLD_KEYS)) return [];
    if (!isOneOf(key, METADATA_KEYS) || !isRecord(field)) return [[key, field]];
    const others = Object.entries(field).filter(([name]) => name !== OUTPUT_CERTS);
    return others.length === 0 ? [] : [[key, others]];
  });
}

function loadPlainly(text: string): unknown {
  try {
    return loadAll(text)[0] ?? {};
  } catch (error) {
    if (error instanceof YAMLException) return undefined;
    throw error;
  }
}

function isOneOf(key: string, names: readonly string[]): boolean {
  return names.includes(key);
}
