// Which nodes of the annotation proxy.istio.io/config carry our fields, and whether they are written so that an edit
// needs no guess. Refusals say where, and what to do.
import { SCALAR_STYLE } from 'js-yaml';
import type { Refused } from '../text/annotation-editor.ts';
import { refuseAt } from '../text/annotation-editor.ts';
import { lineStart } from '../text/lines.ts';
import { writtenEnd, writtenStart } from '../text/yaml/span.ts';
import type { Entry, NodeId, Tree } from '../text/yaml/tree.ts';
import {
  NONE,
  entriesOf,
  eventOf,
  hasProperties,
  isAlias,
  isFlow,
  isMapping,
  scalarOf,
  textOf,
} from '../text/yaml/tree.ts';
import { HOLD_KEYS, METADATA_KEYS, OUTPUT_CERTS } from './fields.ts';
import type { ConfigValue } from './load-as-go.ts';
import { loadAsGo } from './load-as-go.ts';

export interface ConfigDocument {
  readonly kind: 'document';
  readonly tree: Tree;
  /** A mapping. NONE: the document is empty or holds comments only. */
  readonly root: NodeId;
  /** Its value is a mapping. */
  readonly metadata: Entry | undefined;
  readonly outputCerts: Entry | undefined;
  readonly hold: Entry | undefined;
  readonly value: ConfigValue;
}

/** The document with its editable entries, or why it cannot be edited without a guess. */
export function inspectProxyConfig(text: string): ConfigDocument | Refused {
  const loaded = loadAsGo(text);
  if (loaded.kind === 'refused') return loaded;
  const { value, tree, root } = loaded;
  const document = { kind: 'document', tree, root, value } as const;
  const empty = { metadata: undefined, outputCerts: undefined, hold: undefined };
  if (root === NONE) return { ...document, ...empty };
  const refusal = refuseMapping(tree, root, 'the document');
  if (refusal !== undefined) return refusal;
  const metadata = findEntry(tree, root, METADATA_KEYS);
  const hold = findEntry(tree, root, HOLD_KEYS);
  if (metadata !== undefined && 'reason' in metadata) return metadata;
  if (hold !== undefined && 'reason' in hold) return hold;
  if (metadata === undefined) return { ...document, ...empty, hold };
  const below = refuseMapping(tree, metadata.value, wordOf(tree, metadata.key) ?? '');
  if (below !== undefined) return below;
  const outputCerts = findEntry(tree, metadata.value, [OUTPUT_CERTS]);
  if (outputCerts !== undefined && 'reason' in outputCerts) return outputCerts;
  return { ...document, metadata, outputCerts, hold };
}

/** The word that a scalar is, whatever its quotes. */
export function wordOf(tree: Tree, node: NodeId): string | undefined {
  const scalar = scalarOf(tree, node);
  return scalar === undefined ? undefined : textOf(tree, scalar);
}

function refuseMapping(tree: Tree, node: NodeId, name: string): Refused | undefined {
  const refuse = (at: NodeId, what: string) =>
    refuseAt(tree.source, writtenStart(tree, at), `${name} ${what}`);
  if (isAlias(tree, node)) return refuse(node, 'is an alias: write the mapping out in its place');
  if (!isMapping(tree, node))
    return refuse(node, 'is not a mapping: give it "key: value" lines, or remove it');
  if (!isBare(tree, node)) return refuse(node, 'carries an anchor or a tag: remove it');
  const merge = entriesOf(tree, node).find(({ key }) => isPlainMergeKey(tree, key));
  return merge && refuse(merge.key, 'takes in other content by a merge key (<<): write it out');
}

function findEntry(tree: Tree, mapping: NodeId, names: readonly string[]): Entry | Refused | undefined {
  const found = entriesOf(tree, mapping).filter(({ key }) => names.includes(wordOf(tree, key) ?? ''));
  const [entry, second] = found;
  if (entry === undefined) return undefined;
  const refuse = ({ key }: Entry, what: string) => refuseAt(tree.source, writtenStart(tree, key), what);
  if (second !== undefined)
    return refuse(second, `${names.join(' and ')} are one field, given twice: keep one`);
  if (!isBare(tree, entry.key) || !isBare(tree, entry.value))
    return refuse(entry, `${names[0] ?? ''} carries an anchor, an alias or a tag: write the value plainly`);
  if (isSimpleKey(tree, mapping, entry.key)) return entry;
  const name = wordOf(tree, entry.key) ?? '';
  return refuse(entry, `${name} is not written as "${name}: value" on a line of its own`);
}

/** Neither an alias nor a node with an anchor or a tag. */
function isBare(tree: Tree, node: NodeId): boolean {
  const event = eventOf(tree, node);
  return 'tagStart' in event && !hasProperties(event);
}

function isPlainMergeKey(tree: Tree, key: NodeId): boolean {
  const scalar = scalarOf(tree, key);
  return scalar?.style === SCALAR_STYLE.PLAIN && textOf(tree, scalar) === '<<';
}

/** Not `? key`, and in block style nothing but spaces before it on its line. */
function isSimpleKey(tree: Tree, mapping: NodeId, key: NodeId): boolean {
  const { source } = tree;
  const start = writtenStart(tree, key);
  if (!/^[ \t]*:/.test(source.slice(writtenEnd(tree, key)))) return false;
  const before = source.slice(0, start);
  return isFlow(tree, mapping)
    ? !/\?\s+$/.test(before)
    : /^ *$/.test(source.slice(lineStart(source, start), start));
}
