// Where in the text a node is written: where it begins, what an edit of its value would replace, where it ends.
import type { Event, ScalarEvent } from 'js-yaml';
import { EVENT_ID } from 'js-yaml';
import { skipBlanks, whitespaceBefore } from '../blanks.ts';
import { lineEnd, lineStart } from '../lines.ts';
import type { Span } from '../splice.ts';
import type { NodeId, Tree } from './tree.ts';
import { childrenOf, eventOf, hasProperties, isBlockScalar, isFlow, isQuoted, NONE } from './tree.ts';

/** Where a node begins in the text, its anchor and tag included; NONE for an empty value without either. */
export function startOf(tree: Tree, node: NodeId): number {
  const event = eventOf(tree, node);
  if (event.type === EVENT_ID.ALIAS) return event.anchorStart - 1;
  if (event.type === EVENT_ID.POP || event.type === EVENT_ID.DOCUMENT) return NONE;
  const content = contentStart(event);
  if (!hasProperties(event)) return content;
  const anchor = event.anchorStart < 0 ? Infinity : event.anchorStart - 1;
  return Math.min(anchor, event.tagStart < 0 ? Infinity : event.tagStart, content < 0 ? Infinity : content);
}

function contentStart(event: Extract<Event, { tagStart: number }>): number {
  if (event.type !== EVENT_ID.SCALAR) return event.start;
  if (event.valueStart < 0) return NONE;
  return isQuoted(event) ? event.valueStart - 1 : event.valueStart;
}

/** The text of a scalar with its quotes, or of an alias with its star; undefined where nothing is written. */
export function spanOf(tree: Tree, node: NodeId): Span | undefined {
  const event = eventOf(tree, node);
  if (event.type === EVENT_ID.ALIAS) return { start: event.anchorStart - 1, end: event.anchorEnd };
  if (event.type !== EVENT_ID.SCALAR || event.valueStart < 0) return undefined;
  if (isBlockScalar(event)) return blockSpan(tree, event);
  const quote = isQuoted(event) ? 1 : 0;
  return { start: event.valueStart - quote, end: event.valueEnd + quote };
}

/** From the `|` or `>` to the end of the last line that has content. */
function blockSpan(tree: Tree, event: ScalarEvent): Span | undefined {
  const { source } = tree;
  // The header is the line before the content: an indicator, digits, signs, perhaps a comment.
  let start = event.valueStart - 1;
  if (source.charAt(start) === '\n' && source.charAt(start - 1) === '\r') start -= 1;
  const line = lineStart(source, start);
  const properties = Math.max(event.anchorEnd, event.tagEnd, line);
  const header = /(?:^|[ \t])([|>][-+0-9]*)[ \t]*(?:[ \t]#.*)?$/.exec(source.slice(properties, start));
  if (header?.[1] === undefined) return undefined;
  const indicator = properties + header.index + (/^[ \t]/.test(header[0]) ? 1 : 0);
  // Blanks at the end of the last line belong to the value; empty lines after it do not.
  const text = event.valueEnd - whitespaceBefore(source, event.valueEnd).length;
  const end = Math.min(lineEnd(source, text), event.valueEnd);
  return end <= event.valueStart ? undefined : { start: indicator, end };
}

/** The offset after a key's colon; undefined where the key and its colon are not on one line, one after the other. */
export function afterColon(tree: Tree, key: NodeId): number | undefined {
  const span = spanOf(tree, key);
  if (span === undefined) return undefined;
  const colon = skipBlanks(tree.source, span.end);
  return tree.source.charAt(colon) === ':' ? colon + 1 : undefined;
}

/**
 * The offset right after a value's last character; undefined where that cannot be known cheaply and for sure:
 * block collections, block scalars, empty values.
 */
export function endOf(tree: Tree, node: NodeId): number | undefined {
  const event = eventOf(tree, node);
  if (event.type === EVENT_ID.ALIAS) return event.anchorEnd;
  if (event.type === EVENT_ID.SCALAR) {
    return event.valueStart < 0 || isBlockScalar(event) ? undefined : spanOf(tree, node)?.end;
  }
  if (!isFlow(tree, node)) return undefined;
  const last = childrenOf(tree, node).at(-1);
  return afterBracket(tree, node, last === undefined ? flowInside(event) : endOf(tree, last));
}

/** Where a node begins; for one of which nothing is written, the end of what is written before it. */
export function writtenStart(tree: Tree, node: NodeId): number {
  const start = startOf(tree, node);
  return start < 0 ? openedEnd(tree, node) : start;
}

/**
 * The offset behind the last thing that is written of a node: of a block collection behind its last entry, of a block
 * scalar behind its last line break, of an empty value behind what is written before it.
 */
export function writtenEnd(tree: Tree, node: NodeId): number {
  const event = eventOf(tree, node);
  if (event.type === EVENT_ID.ALIAS) return event.anchorEnd;
  if (event.type === EVENT_ID.SCALAR && event.valueStart >= 0)
    return event.valueEnd + (isQuoted(event) ? 1 : 0);
  const last = childrenOf(tree, node).at(-1);
  const inner = last === undefined ? openedEnd(tree, node) : writtenEnd(tree, last);
  return afterBracket(tree, node, inner) ?? inner;
}

/** The offset behind the opening bracket, the anchor or the tag of a node, or behind what is written before it. */
function openedEnd(tree: Tree, node: NodeId): number {
  const event = eventOf(tree, node);
  const inside = isFlow(tree, node) ? flowInside(event) : undefined;
  if (inside !== undefined) return inside;
  if ('tagStart' in event && hasProperties(event)) return Math.max(event.anchorEnd, event.tagEnd);
  if (node <= 1) return lineStart(tree.source, 0);
  const before = node - 1;
  const { type } = eventOf(tree, before);
  // A collection that has just been opened holds the node.
  const isOpen = type === EVENT_ID.MAPPING || type === EVENT_ID.SEQUENCE;
  if (isOpen) return openedEnd(tree, before);
  return writtenEnd(tree, type === EVENT_ID.POP ? (tree.parent[before] ?? NONE) : before);
}

function flowInside(event: Event): number | undefined {
  return 'start' in event ? event.start + 1 : undefined;
}

const CLOSING: Readonly<Record<string, string>> = { '{': '}', '[': ']' };

/** The offset behind the bracket that closes a flow collection whose last child ends at `inner`. */
function afterBracket(tree: Tree, collection: NodeId, inner: number | undefined): number | undefined {
  const event = eventOf(tree, collection);
  if (inner === undefined || !('start' in event) || !isFlow(tree, collection)) return undefined;
  const closing = CLOSING[tree.source.charAt(event.start)];
  const at = skipToBracket(tree.source, inner);
  return closing !== undefined && tree.source.charAt(at) === closing ? at + 1 : undefined;
}

/** Skips what may be written between a last child and its bracket: blanks, comments, commas, marks of an empty entry. */
function skipToBracket(source: string, from: number): number {
  let at = from;
  for (;;) {
    const char = source.charAt(at);
    if (char === '#') at = lineEnd(source, at);
    else if (char !== '' && ' \t\r\n,:?'.includes(char)) at += 1;
    else return at;
  }
}

/** Whether the last scalar in a node is a block scalar, whose value depends on the line breaks behind it. */
export function endsInBlockScalar(tree: Tree, node: NodeId): boolean {
  for (let at = (tree.next[node] ?? node) - 1; at >= node; at -= 1) {
    const event = eventOf(tree, at);
    if (event.type === EVENT_ID.SCALAR) return isBlockScalar(event);
    if (event.type === EVENT_ID.ALIAS) return false;
  }
  return false;
}

/** The offset of the line break after `from` if nothing but blanks and a comment is written before it. */
export function lineEndAfter(source: string, from: number): number | undefined {
  const rest = /[ \t]*(?:(?<=[ \t])#[^\r\n]*)?(?=[\r\n]|$)/y;
  rest.lastIndex = from;
  return rest.test(source) ? rest.lastIndex : undefined;
}
