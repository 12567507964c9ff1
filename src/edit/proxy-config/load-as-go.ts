// What Istio makes of the annotation proxy.istio.io/config: its Go reader types plain scalars in its own way, refuses
// some valid YAML and reads some of it only in part. Refusals say where, and what to do.
import {
  DUMP_SCHEMA,
  EVENT_ID,
  NOT_RESOLVED,
  Schema,
  YAMLException,
  defineScalarTag,
  loadAll,
  parseEvents,
} from 'js-yaml';
import type { Refused } from '../text/annotation-editor.ts';
import { refuseAt } from '../text/annotation-editor.ts';
import { skipWhitespace } from '../text/blanks.ts';
import { isMap } from '../text/json/json-map.ts';
import { buildTree } from '../text/yaml/build-tree.ts';
import { writtenStart } from '../text/yaml/span.ts';
import type { NodeId, Tree } from '../text/yaml/tree.ts';
import { NONE, entriesOf, isMapping, isUnwritten, scalarOf } from '../text/yaml/tree.ts';

export type ConfigValue = Readonly<Record<string, unknown>>;

export interface LoadedConfig {
  readonly kind: 'loaded';
  /** The whole as Go's YAML 1.1 reader types it, merge keys and aliases resolved. */
  readonly value: ConfigValue;
  readonly tree: Tree;
  /** NONE: the document is empty or holds comments only. */
  readonly root: NodeId;
}

const GO_SCHEMA = new Schema([...DUMP_SCHEMA.tags.filter(isKnownToGo).map(withoutBaseSixty)]);

/**
 * Plain scalars as go-yaml v2 types them: YAML 1.1 booleans and numbers, but dates and 12:30:45 are strings.
 * Refused is what that reader refuses, or reads only in part, and keys that are given twice.
 */
export function loadAsGo(text: string): LoadedConfig | Refused {
  try {
    const documents = loadAll(text, { schema: GO_SCHEMA });
    if (documents.length > 1)
      return refuse('it holds several YAML documents, of which Istio reads only the first');
    return loadTree(buildTree(text, parseEvents(text, {})), documents[0] ?? {});
  } catch (error) {
    return refuseUnparsable(error);
  }
}

function loadTree(tree: Tree, value: unknown): LoadedConfig | Refused {
  const { source } = tree;
  const [document] = tree.events;
  if (document?.type === EVENT_ID.DOCUMENT && document.directives.length > 0)
    return refuse('it starts with a % directive, which Istio may not read: remove that line');
  const root = isUnwritten(tree.events[tree.root]) ? NONE : tree.root;
  const prologue = root === NONE ? source : source.slice(0, writtenStart(tree, root));
  const marker = /^(?:[ \t]+---|\.\.\.)/m.exec(prologue);
  if (marker !== null)
    return refuseAt(source, marker.index, 'Istio does not read a document marker here: remove the line');
  if (!isMap(value)) return refuse('it is not a mapping of ProxyConfig fields');
  const unnamed = isMapping(tree, root)
    ? entriesOf(tree, root).find(({ key }) => isEmpty(tree, key))
    : undefined;
  if (unnamed === undefined) return { kind: 'loaded', value, tree, root };
  const at = skipWhitespace(source, writtenStart(tree, unnamed.key));
  return refuseAt(source, at, 'a value without a key, which Istio does not read: remove it');
}

function refuse(reason: string): Refused {
  return { kind: 'refused', reason };
}

function refuseUnparsable(error: unknown): Refused {
  if (!(error instanceof YAMLException)) throw error;
  const { mark, reason } = error;
  // The place that js-yaml found; it counts from 0.
  const where = mark === undefined ? '' : `line ${mark.line + 1}, column ${mark.column + 1}: `;
  return refuse(`${where}${reason}; Istio needs valid YAML with each key once: fix it by hand`);
}

function isEmpty(tree: Tree, key: NodeId): boolean {
  const scalar = scalarOf(tree, key);
  return scalar !== undefined && scalar.valueStart < 0;
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
