// A YAML document as flat arrays over js-yaml's events: cheap to build, exact offsets, no recursion. A node is the index
// of its event. Holds structure only; what a value means is for each editor to say.
import type { Event, ScalarEvent } from 'js-yaml';
import { COLLECTION_STYLE, EVENT_ID, getScalarValue, SCALAR_STYLE } from 'js-yaml';

/** The index of a node's event. */
export type NodeId = number;

/** No node, or no position. */
export const NONE = -1;

export interface Tree {
  /** The text up to the end of the document; offsets are those of the whole text. */
  readonly source: string;
  readonly events: readonly Event[];
  /** Of each node the index of the event after its whole subtree. */
  readonly next: Int32Array;
  /** Of each node its collection, NONE for the root. */
  readonly parent: Int32Array;
  /** NONE where the document is empty. */
  readonly root: NodeId;
  /** From each alias to the node that it refers to. */
  readonly targets: ReadonlyMap<NodeId, NodeId>;
  /** From each node that has an alias to its aliases. */
  readonly aliases: ReadonlyMap<NodeId, readonly NodeId[]>;
}

export interface Entry {
  readonly key: NodeId;
  readonly value: NodeId;
}

/** Anchor and tag of a node; both offsets of one are negative where there is none. */
export type Properties = Pick<ScalarEvent, 'anchorStart' | 'anchorEnd' | 'tagStart' | 'tagEnd'>;

export function eventOf(tree: Tree, node: NodeId): Event {
  const event = tree.events[node];
  if (event === undefined) throw new RangeError(`no event ${String(node)} in the document`);
  return event;
}

export function scalarOf(tree: Tree, node: NodeId): ScalarEvent | undefined {
  const event = tree.events[node];
  return event?.type === EVENT_ID.SCALAR ? event : undefined;
}

export function isMapping(tree: Tree, node: NodeId): boolean {
  return tree.events[node]?.type === EVENT_ID.MAPPING;
}

export function isSequence(tree: Tree, node: NodeId): boolean {
  return tree.events[node]?.type === EVENT_ID.SEQUENCE;
}

export function isAlias(tree: Tree, node: NodeId): boolean {
  return tree.events[node]?.type === EVENT_ID.ALIAS;
}

/** The node itself, or what its alias refers to. */
export function resolve(tree: Tree, node: NodeId): NodeId {
  return tree.targets.get(node) ?? node;
}

/** The direct children of a collection, in order. */
export function childrenOf(tree: Tree, collection: NodeId): NodeId[] {
  const children: NodeId[] = [];
  const end = (tree.next[collection] ?? 0) - 1;
  for (let child = collection + 1; child < end; child = tree.next[child] ?? end) children.push(child);
  return children;
}

/** The direct entries of a mapping, in order, duplicates and merge keys included. */
export function entriesOf(tree: Tree, mapping: NodeId): Entry[] {
  const entries: Entry[] = [];
  const end = (tree.next[mapping] ?? 0) - 1;
  for (let key = mapping + 1; key < end;) {
    const value = tree.next[key] ?? end;
    entries.push({ key, value });
    key = tree.next[value] ?? end;
  }
  return entries;
}

/** The text of a scalar after quotes and folds are undone. */
export function textOf(tree: Tree, scalar: ScalarEvent): string {
  return getScalarValue(tree.source, scalar);
}

/** The tag as it is written, '' where there is none. */
export function tagOf(tree: Tree, node: NodeId): string {
  const event = eventOf(tree, node);
  if (!('tagStart' in event) || event.tagStart < 0) return '';
  return tree.source.slice(event.tagStart, event.tagEnd);
}

export function isFlow(tree: Tree, node: NodeId): boolean {
  const event = eventOf(tree, node);
  return 'style' in event && event.type !== EVENT_ID.SCALAR && event.style === COLLECTION_STYLE.FLOW;
}

export function isQuoted(scalar: ScalarEvent): boolean {
  return scalar.style === SCALAR_STYLE.SINGLE_QUOTED || scalar.style === SCALAR_STYLE.DOUBLE_QUOTED;
}

export function isBlockScalar(scalar: ScalarEvent): boolean {
  return scalar.style === SCALAR_STYLE.LITERAL_BLOCK || scalar.style === SCALAR_STYLE.FOLDED_BLOCK;
}

/** Whether a node has an anchor or a tag. */
export function hasProperties(event: Properties): boolean {
  return event.anchorStart >= 0 || event.tagStart >= 0;
}

/** A scalar of which nothing at all is written: no text, no anchor, no tag. */
export function isUnwritten(event: Event | undefined): boolean {
  return event?.type === EVENT_ID.SCALAR && event.valueStart < 0 && !hasProperties(event);
}
