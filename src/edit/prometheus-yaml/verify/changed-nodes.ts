// The structural half of the proof: walks two parses in step and requires that every node outside the edits is the
// same node, in the same order, with the same anchor, tag, style and source text. Knows nothing of Prometheus.
import type { Event } from 'js-yaml';
import { COLLECTION_STYLE, EVENT_ID } from 'js-yaml';

import type { Splice } from '../../text/splice.ts';
import type { NodeId, Properties, Tree } from '../../text/yaml/tree.ts';
import { isUnwritten, NONE } from '../../text/yaml/tree.ts';

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

/** A block mapping begins where its first key begins: an entry put there or taken away is no change of the mapping. */
function isBlockMapping(event: Event): boolean {
  return event.type === EVENT_ID.MAPPING && event.style === COLLECTION_STYLE.BLOCK;
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

function isSameEvent(old: Event, now: Event, delta: number): boolean {
  if (old.type === EVENT_ID.SCALAR && now.type === EVENT_ID.SCALAR) {
    return (
      isMoved(old.valueStart, now.valueStart, delta) &&
      isMoved(old.valueEnd, now.valueEnd, delta) &&
      hasSameProperties(old, now, delta) &&
      old.style === now.style &&
      old.chomping === now.chomping &&
      old.indent === now.indent
    );
  }
  if (old.type === EVENT_ID.ALIAS && now.type === EVENT_ID.ALIAS) {
    return isMoved(old.anchorStart, now.anchorStart, delta) && isMoved(old.anchorEnd, now.anchorEnd, delta);
  }
  if (
    (old.type === EVENT_ID.MAPPING && now.type === EVENT_ID.MAPPING) ||
    (old.type === EVENT_ID.SEQUENCE && now.type === EVENT_ID.SEQUENCE)
  ) {
    return (
      (isBlockMapping(old) || isMoved(old.start, now.start, delta)) &&
      hasSameProperties(old, now, delta) &&
      old.style === now.style
    );
  }
  return old.type === now.type;
}

function hasSameProperties(old: Properties, now: Properties, delta: number): boolean {
  return (
    isMoved(old.anchorStart, now.anchorStart, delta) &&
    isMoved(old.anchorEnd, now.anchorEnd, delta) &&
    isMoved(old.tagStart, now.tagStart, delta) &&
    isMoved(old.tagEnd, now.tagEnd, delta)
  );
}

function isMoved(old: number, now: number, delta: number): boolean {
  return old < 0 ? now < 0 : now === old + delta;
}
