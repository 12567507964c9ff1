// Reads the annotation proxy.istio.io/config: which nodes carry our leaves, and what Istio makes of the whole.
// Where an edit would have to guess it says why not, in a sentence with line and column. It edits nothing.
import { DUMP_SCHEMA, NOT_RESOLVED, Schema, YAMLException, defineScalarTag, loadAll } from 'js-yaml';
import { describePosition, skipBlanks } from '../text/text-splice.ts';
import type { YamlEntry, YamlMapping, YamlNode, YamlScalar } from '../text/yaml-nodes.ts';
import { readYamlNodes } from '../text/yaml-nodes.ts';

export type ConfigRecord = Readonly<Record<string, unknown>>;

export interface Refused {
  readonly kind: 'refused';
  /** For a person: what was found, where, and what to do. */
  readonly reason: string;
}

/** An entry whose key is a plain word of one line, so that it can be edited. */
export interface Located {
  readonly key: YamlScalar;
  readonly value: YamlNode;
}

export interface ConfigDocument {
  readonly kind: 'document';
  readonly text: string;
  /** Absent: the document is empty or holds comments only. */
  readonly root: YamlMapping | undefined;
  readonly metadata: (Located & { readonly value: YamlMapping }) | undefined;
  readonly outputCerts: Located | undefined;
  readonly hold: Located | undefined;
  /** The whole as Go's YAML 1.1 reader types it, merge keys and aliases resolved. */
  readonly value: ConfigRecord;
}

/** Protobuf JSON takes both spellings of a field; the first wins where both stand. */
export const METADATA_KEYS = ['proxyMetadata', 'proxy_metadata'] as const;
export const HOLD_KEYS = ['holdApplicationUntilProxyStarts', 'hold_application_until_proxy_starts'] as const;
export const OUTPUT_CERTS = 'OUTPUT_CERTS';

const GO_SCHEMA = new Schema([...DUMP_SCHEMA.tags.filter(isKnownToGo).map(withoutBaseSixty)]);

export interface LoadedConfig {
  readonly kind: 'loaded';
  readonly value: ConfigRecord;
  /** Absent: the document is empty or holds comments only. */
  readonly root: YamlNode | undefined;
}

/**
 * Plain scalars as go-yaml v2 types them: YAML 1.1 booleans and numbers, but dates and 12:30:45 are strings.
 * Refused is what that reader refuses, or reads only in part, and keys that stand twice.
 */
export function loadAsGo(text: string): LoadedConfig | Refused {
  try {
    const documents = loadAll(text, { schema: GO_SCHEMA });
    if (documents.length > 1)
      return refuse('it holds several YAML documents, of which Istio reads only the first');
    const value = documents[0] ?? {};
    const { root, directives } = readYamlNodes(text);
    if (directives) return refuse('it starts with a % directive, which Istio may not read: remove that line');
    const marker = /^(?:[ \t]+---|\.\.\.)/m.exec(text.slice(0, root?.start ?? text.length));
    if (marker !== null)
      return refuseAt(text, marker.index, 'Istio does not read a document marker here: remove the line');
    if (!isRecord(value)) return refuse('it is not a mapping of ProxyConfig fields');
    const unnamed = root?.kind === 'mapping' ? root.entries.find(({ key }) => isEmpty(key)) : undefined;
    if (unnamed === undefined) return { kind: 'loaded', value, root };
    const at = skipBlanks(text, unnamed.key.start);
    return refuseAt(text, at, 'a value without a key, which Istio does not read: remove it');
  } catch (error) {
    return refuseUnparsable(error);
  }
}

/** The document with its editable entries, or why it cannot be edited without a guess. */
export function inspectProxyConfig(text: string): ConfigDocument | Refused {
  const loaded = loadAsGo(text);
  if (loaded.kind === 'refused') return loaded;
  const { value, root } = loaded;
  if (root !== undefined) return locate({ text, value }, root);
  return {
    kind: 'document',
    text,
    value,
    root,
    metadata: undefined,
    outputCerts: undefined,
    hold: undefined,
  };
}

/** Names that Istio ignores in silence although somebody meant ours. */
export function misspeltKeys(value: ConfigRecord): readonly string[] {
  const known: readonly string[] = [...METADATA_KEYS, ...HOLD_KEYS];
  const wanted = known.map(flatten);
  return Object.keys(value).filter((key) => !known.includes(key) && wanted.includes(flatten(key)));
}

export function refuseAt(text: string, offset: number, what: string): Refused {
  return refuse(`${describePosition(text, offset)}: ${what}`);
}

export function isRecord(value: unknown): value is ConfigRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

interface Source {
  readonly text: string;
  readonly value: ConfigRecord;
}

function locate(source: Source, root: YamlNode): ConfigDocument | Refused {
  const { text } = source;
  const mapping = editableMapping(text, root, 'the document');
  if (mapping.kind === 'refused') return mapping;
  const metadata = findEntry(text, mapping, METADATA_KEYS);
  const hold = findEntry(text, mapping, HOLD_KEYS);
  if (metadata !== undefined && 'reason' in metadata) return metadata;
  if (hold !== undefined && 'reason' in hold) return hold;
  const document = { kind: 'document', ...source, root: mapping, hold } as const;
  if (metadata === undefined) return { ...document, metadata: undefined, outputCerts: undefined };
  const values = editableMapping(text, metadata.value, metadata.key.value);
  if (values.kind === 'refused') return values;
  const outputCerts = findEntry(text, values, [OUTPUT_CERTS]);
  if (outputCerts !== undefined && 'reason' in outputCerts) return outputCerts;
  return { ...document, metadata: { key: metadata.key, value: values }, outputCerts };
}

function editableMapping(text: string, node: YamlNode, name: string): YamlMapping | Refused {
  if (node.kind === 'alias')
    return refuseAt(text, node.start, `${name} is an alias: write the mapping out in its place`);
  if (node.kind !== 'mapping')
    return refuseAt(text, node.start, `${name} is not a mapping: give it "key: value" lines, or remove it`);
  if (node.anchored || node.tagged)
    return refuseAt(text, node.start, `${name} carries an anchor or a tag: remove it`);
  const merge = node.entries.find(
    ({ key }) => key.kind === 'scalar' && key.style === 'plain' && key.value === '<<',
  );
  if (merge === undefined) return node;
  return refuseAt(text, merge.key.start, `${name} takes in other content by a merge key (<<): write it out`);
}

function findEntry(
  text: string,
  mapping: YamlMapping,
  names: readonly string[],
): Located | Refused | undefined {
  const found = mapping.entries.filter((entry) => isNamed(entry, names));
  const [entry, second] = found;
  if (entry === undefined) return undefined;
  if (second !== undefined)
    return refuseAt(text, second.key.start, `${names.join(' and ')} are one field, given twice: keep one`);
  const { key, value } = entry;
  const isBare = [key, value].every((node) => !node.anchored && !node.tagged && node.kind !== 'alias');
  if (key.kind !== 'scalar' || !isBare)
    return refuseAt(
      text,
      key.start,
      `${names[0] ?? ''} carries an anchor, an alias or a tag: write the value plainly`,
    );
  if (!isSimpleKey(text, mapping, key))
    return refuseAt(
      text,
      key.start,
      `${key.value} is not written as "${key.value}: value" on a line of its own`,
    );
  return { key, value };
}

function isNamed({ key }: YamlEntry, names: readonly string[]): boolean {
  return key.kind === 'scalar' && names.includes(key.value);
}

/** Not `? key`, and in block style nothing but spaces before it on its line. */
function isSimpleKey(text: string, mapping: YamlMapping, key: YamlScalar): boolean {
  const before = text.slice(0, key.start);
  const after = /^[ \t]*:/.test(text.slice(key.end));
  return after && (mapping.flow ? !/\?\s+$/.test(before) : /(?:^\uFEFF?|[\r\n]) *$/.test(before));
}

function refuse(reason: string): Refused {
  return { kind: 'refused', reason };
}

function refuseUnparsable(error: unknown): Refused {
  if (!(error instanceof YAMLException)) throw error;
  const { mark, reason } = error;
  const where = mark === undefined ? '' : `line ${mark.line + 1}, column ${mark.column + 1}: `;
  return refuse(`${where}${reason}; Istio needs valid YAML with each key once: mend it by hand`);
}

function isEmpty(node: YamlNode): boolean {
  return node.kind === 'scalar' && node.style === 'empty';
}

function flatten(key: string): string {
  return key.replaceAll(/[_\-. ]/g, '').toLowerCase();
}

function isKnownToGo({ tagName }: { readonly tagName: string }): boolean {
  return ['str', 'seq', 'map', 'null', 'bool', 'int', 'float', 'merge'].some((name) =>
    tagName.endsWith(`:${name}`),
  );
}

type Tag = (typeof DUMP_SCHEMA.tags)[number];

function withoutBaseSixty(tag: Tag): Tag {
  if (tag.nodeKind !== 'scalar' || !/:(?:int|float)$/.test(tag.tagName)) return tag;
  return defineScalarTag<unknown>(tag.tagName, {
    implicit: tag.implicit,
    implicitFirstChars: tag.implicitFirstChars,
    identify: () => false,
    resolve: (source, isExplicit, tagName) => {
      const resolved: unknown = source.includes(':')
        ? NOT_RESOLVED
        : tag.resolve(source, isExplicit, tagName);
      return resolved;
    },
  });
}
