// Whether a node of the new text is one of the old text that only moved. No edit lies in the old one's own text, so where
// its end is right its start is right too, but for plain text, which may begin on an earlier line.
import type { Event } from 'js-yaml';
import { COLLECTION_STYLE, EVENT_ID } from 'js-yaml';
import type { Properties } from '../../text/yaml/tree.ts';

/** A block mapping begins where its first key begins: an entry put there or taken away is no change of the mapping. */
export function isBlockMapping(event: Event): boolean {
  return event.type === EVENT_ID.MAPPING && event.style === COLLECTION_STYLE.BLOCK;
}

/** `delta`: how far the edits before it move the old one. */
export function isSameEvent(old: Event, now: Event, delta: number): boolean {
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
    return isMoved(old.anchorEnd, now.anchorEnd, delta);
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
  return isMoved(old.anchorEnd, now.anchorEnd, delta) && isMoved(old.tagEnd, now.tagEnd, delta);
}

function isMoved(old: number, now: number, delta: number): boolean {
  return old < 0 ? now < 0 : now === old + delta;
}
