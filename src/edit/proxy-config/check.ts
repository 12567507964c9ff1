// Which of several edits of proxy.istio.io/config is given out: the first that is proven to give our fields the expected
// values and to leave every foreign field as it was.
import { YAMLException, loadAll } from 'js-yaml';
import { isDeepStrictEqual } from 'node:util';
import { isMap } from '../text/json/json-map.ts';
import type { Splice } from '../text/splice.ts';
import { applySplices } from '../text/splice.ts';
import type { ConfigFields } from './fields.ts';
import { HOLD_KEYS, METADATA_KEYS, OUTPUT_CERTS, fieldsOf } from './fields.ts';
import { loadAsGo } from './load-as-go.ts';

/** The text after the first candidate that yields `expected` and leaves all else as it was; absent where none does. */
export function applyFirstProven(
  text: string,
  candidates: readonly Splice[],
  expected: ConfigFields,
): string | undefined {
  return candidates
    .map((candidate) => applySplices(text, [candidate]))
    .find(
      (after) => hasFields(after, expected) && isDeepStrictEqual(foreignFields(after), foreignFields(text)),
    );
}

function hasFields(text: string, expected: ConfigFields): boolean {
  const loaded = loadAsGo(text);
  return loaded.kind === 'loaded' && isDeepStrictEqual(fieldsOf(loaded.value), expected);
}

/** Everything but our fields, in order; an empty proxyMetadata counts as none. Absent where the text is no mapping. */
function foreignFields(text: string): readonly (readonly [string, unknown])[] | undefined {
  const value = loadPlainly(text);
  if (!isMap(value)) return undefined;
  return Object.entries(value).flatMap(([key, field]): (readonly [string, unknown])[] => {
    if (isOneOf(key, HOLD_KEYS)) return [];
    if (!isOneOf(key, METADATA_KEYS) || !isMap(field)) return [[key, field]];
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
