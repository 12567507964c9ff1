// The structural half of the proof: walks two parses in step and requires that every node outside the edits is the
// same node, in the same order, with the same anchor, tag, style and source text.
import type { Event } from 'js-yaml';
import { EVENT_ID } from 'js-yaml';
import { whitespaceBefore } from '../../text/blanks.ts';
import type { Splice } from '../../text/splice.ts';
import { startOf } from '../../text/yaml/span.ts';
import type { NodeId, Tree } from '../../text/yaml/tree.ts';
import { eventOf, isBlockScalar, isUnwritten, NONE, scalarOf, textOf } from '../../text/yaml/tree.ts';
import { isBlockMapping, isSameEvent } from './same-event.ts';

export interface Change {
  readonly before: Tree;
  readonly after: Tree;
  /** Sorted, apart, with offsets of the old text. */
  readonly edits: readonly Splice[];
  /** Nodes of the old tree that the edits replace or remove, subtrees included. */
  readonly replaced: ReadonlySet<NodeId>;
}

/** The nodes of the new tree that are new, or in which something is missing; undefined where the rest differs. */
export function changedNodes(change: Change): ReadonlySet<NodeId> | undefined {
  const { before, after } = change;
  const changed = new Set<NodeId>();
  const replaced = new Uint8Array(before.events.length + 1);
  for (const node of change.replaced) replaced[node] = 1;
  const shift = shifter(change.edits);
  const isNew = newNodeTest(change.edits);
  const isEdited = editTest(change);
  let old: NodeId = 0;
  let now: NodeId = 0;
  for (;;) {
    let skipped = 0;
    for (; replaced[old] === 1; skipped += 1) old = before.next[old] ?? before.events.length;
    const nowGap = now;
    while (now < after.events.length && isNew(after.events[now])) {
      changed.add(now);
      now = after.next[now] ?? after.events.length;
    }
    if (skipped > 0 && nowGap === now) {
      // Entries go in pairs of nodes; an odd one is a value that is empty now, which no offset shows to be new.
      if (skipped % 2 === 1 && isUnwritten(after.events[now])) changed.add(now++);
      else changed.add(after.parent[now] ?? NONE);
    }
    const oldEvent = before.events[old];
    const nowEvent = after.events[now];
    if (oldEvent === undefined || nowEvent === undefined) return oldEvent === nowEvent ? changed : undefined;
    if (isEdited(old, now)) return undefined;
    if (!isSameEvent(oldEvent, nowEvent, shift(oldEvent))) return undefined;
    old += 1;
    now += 1;
  }
}

/** Where an event's own text begins; NONE for those that have none. */
function positionOf(event: Event): number {
  switch (event.type) {
    case EVENT_ID.SCALAR:
      return event.valueStart;
    case EVENT_ID.ALIAS:
      return event.anchorStart;
    case EVENT_ID.MAPPING:
    case EVENT_ID.SEQUENCE:
      return event.start;
    case EVENT_ID.DOCUMENT:
    case EVENT_ID.POP:
      return NONE;
  }
}

/** How far the edits move an event. Events must be asked for in document order. */
function shifter(edits: readonly Splice[]): (event: Event) => number {
  let index = 0;
  let delta = 0;
  return (event) => {
    const at = positionOf(event);
    if (at === NONE) return delta;
    for (let edit = edits[index]; edit !== undefined && edit.end <= at; edit = edits[index]) {
      if (edit.start === at && isBlockMapping(event)) break;
      delta += edit.text.length - (edit.end - edit.start);
      index += 1;
    }
    return delta;
  };
}

/** Whether an event of the new text lies in inserted text. Events must be asked for in document order. */
function newNodeTest(edits: readonly Splice[]): (event: Event | undefined) => boolean {
  let index = 0;
  let delta = 0;
  return (event) => {
    const at = event === undefined ? NONE : positionOf(event);
    if (event === undefined || at === NONE) return false;
    for (let edit = edits[index]; edit !== undefined; edit = edits[index]) {
      const start = edit.start + delta;
      if (at < start) return false;
      if (at < start + edit.text.length) return !(at === start && isBlockMapping(event));
      delta += edit.text.length - (edit.end - edit.start);
      index += 1;
    }
    return false;
  };
}

/**
 * Whether an edit lies in the text of a node that no edit replaces: where the length is the same, no offset shows that.
 * Nodes must be asked for in document order.
 */
function editTest({ before, after, edits }: Change): (old: NodeId, now: NodeId) => boolean {
  let index = 0;
  return (old, now) => {
    const start = startOf(before, old);
    if (start === NONE) return false;
    for (let edit = edits[index]; edit !== undefined && edit.end <= start; edit = edits[index]) index += 1;
    const edit = edits[index];
    if (edit === undefined || edit.start >= ownEnd(before, old)) return false;
    // The line breaks behind a block scalar are its own, but those of a line that goes may take their place.
    return edit.start < contentEnd(before, old) || scalarTextOf(before, old) !== scalarTextOf(after, now);
  };
}

/** The end of what is written of a node itself: of a collection its anchor and its tag; a new bracket is a new node. */
function ownEnd(tree: Tree, node: NodeId): number {
  const event = eventOf(tree, node);
  if (event.type === EVENT_ID.DOCUMENT || event.type === EVENT_ID.POP) return NONE;
  if (event.type === EVENT_ID.ALIAS) return event.anchorEnd;
  const properties = Math.max(event.anchorEnd, event.tagEnd);
  return event.type === EVENT_ID.SCALAR ? Math.max(event.valueEnd, properties) : properties;
}

function contentEnd(tree: Tree, node: NodeId): number {
  const end = ownEnd(tree, node);
  const scalar = scalarOf(tree, node);
  const isBlock = scalar !== undefined && isBlockScalar(scalar);
  return isBlock ? end - whitespaceBefore(tree.source, end).length : end;
}

function scalarTextOf(tree: Tree, node: NodeId): string | undefined {
  const scalar = scalarOf(tree, node);
  return scalar && textOf(tree, scalar);
}
