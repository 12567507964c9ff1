// What one node means where Prometheus wants a string, a boolean or a key: YAML 1.1 with the rules of Go's yaml.v2
// (resolve.go and decode.go of go.yaml.in/yaml/v2 2.4.4), not those of a JavaScript library.
import { SCALAR_STYLE } from 'js-yaml';

import type { NodeId, Tree } from '../../text/yaml/tree.ts';
import { resolve, scalarOf, tagOf, textOf } from '../../text/yaml/tree.ts';

/** `unset` is null and its spellings; `unknown` is what Prometheus rejects here or what we do not claim to know. */
export type Meaning<Value> =
  | { readonly kind: 'value'; readonly value: Value }
  | { readonly kind: 'unset' }
  | { readonly kind: 'unknown'; readonly why: string };

const UNSET_SCALAR = { kind: 'unset' } as const;
const NULLS: ReadonlySet<string> = new Set(['', '~', 'null', 'Null', 'NULL']);
const STRING_TAGS: ReadonlySet<string> = new Set(['!!str', '!<tag:yaml.org,2002:str>']);
const BOOLEAN_TAGS: ReadonlySet<string> = new Set(['!!bool', '!<tag:yaml.org,2002:bool>']);
const MERGE_TAGS: ReadonlySet<string> = new Set(['!!merge', '!<tag:yaml.org,2002:merge>']);
const COLLECTION_TAGS: ReadonlySet<string> = new Set(['', '!!map', '!!seq']);

const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'].map(
    (text) => [text, true] as const,
  ),
  ...['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'].map(
    (text) => [text, false] as const,
  ),
]);

function unknown(why: string): { readonly kind: 'unknown'; readonly why: string } {
  return { kind: 'unknown', why };
}

/** A local tag such as `!foo` is accepted and ignored by yaml.v2 where a string is needed. */
function isLocalTag(tag: string): boolean {
  return /^![^!<]/.test(tag);
}

/** A string field takes the text as it is written: `0644` stays 0644, `yes` stays yes. */
export function stringMeaning(tree: Tree, node: NodeId): Meaning<string> {
  const target = resolve(tree, node);
  const scalar = scalarOf(tree, target);
  if (scalar === undefined) return unknown('there is a list or mapping where a text is needed');
  const tag = tagOf(tree, target);
  const text = textOf(tree, scalar);
  if (tag === '') {
    return scalar.style === SCALAR_STYLE.PLAIN && NULLS.has(text)
      ? UNSET_SCALAR
      : { kind: 'value', value: text };
  }
  if (STRING_TAGS.has(tag) || isLocalTag(tag)) return { kind: 'value', value: text };
  return unknown(`a text has the tag ${tag}`);
}

/** Only plain scalars are booleans: `"true"` is text, and Prometheus rejects it. */
export function booleanMeaning(tree: Tree, node: NodeId): Meaning<boolean> {
  const target = resolve(tree, node);
  const scalar = scalarOf(tree, target);
  if (scalar === undefined) return unknown('there is a list or mapping where true or false is needed');
  const tag = tagOf(tree, target);
  const text = textOf(tree, scalar);
  if (tag !== '' && !BOOLEAN_TAGS.has(tag)) return unknown(`true or false has the tag ${tag}`);
  if (scalar.style !== SCALAR_STYLE.PLAIN)
    return unknown('there is a quoted text where true or false is needed');
  const value = BOOLEANS.get(text);
  if (value !== undefined) return { kind: 'value', value };
  return tag === '' && NULLS.has(text)
    ? UNSET_SCALAR
    : unknown(`${JSON.stringify(text.slice(0, 40))} is neither true nor false`);
}

/** The key as Prometheus compares it; undefined where the key is no text at all. */
export function keyMeaning(tree: Tree, key: NodeId): string | undefined {
  const scalar = scalarOf(tree, key);
  // Nearly every key is plain text on one line; the whole question costs an object each time.
  if (scalar?.fast === true && scalar.tagStart < 0 && scalar.valueEnd - scalar.valueStart > 'null'.length) {
    return tree.source.slice(scalar.valueStart, scalar.valueEnd);
  }
  const meaning = stringMeaning(tree, key);
  switch (meaning.kind) {
    case 'value':
      return meaning.value;
    case 'unset':
      return '';
    case 'unknown':
      return undefined;
  }
}

/** A plain `<<`. A quoted one is an ordinary key, and an alias never is a merge key. */
export function isMergeKey(tree: Tree, key: NodeId): boolean {
  const scalar = scalarOf(tree, key);
  if (scalar === undefined || (scalar.fast && scalar.valueEnd - scalar.valueStart !== '<<'.length))
    return false;
  if (textOf(tree, scalar) !== '<<') return false;
  const tag = tagOf(tree, key);
  return MERGE_TAGS.has(tag) || (tag === '' && scalar.style === SCALAR_STYLE.PLAIN);
}

/** Null where a mapping is needed resets the field; see d.scalar in decode.go. */
export function isNull(tree: Tree, node: NodeId): boolean {
  return scalarOf(tree, resolve(tree, node)) !== undefined && stringMeaning(tree, node).kind === 'unset';
}

/** Whether a mapping or list carries no tag that could give it another meaning. */
export function hasPlainTag(tree: Tree, collection: NodeId): boolean {
  return COLLECTION_TAGS.has(tagOf(tree, collection));
}
