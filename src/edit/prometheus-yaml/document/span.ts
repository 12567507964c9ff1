// Where in the text a value stands, as the half-open range that an edit would replace or an addition would follow.
import type { ScalarEvent } from 'js-yaml';
import { EVENT_ID } from 'js-yaml';

import { endOfLine, lineStart } from './lines.ts';
import type { NodeId, Tree } from './tree.ts';
import { childrenOf, eventOf, isBlockScalar, isFlow, isQuoted, scalarOf } from './tree.ts';

export interface Span {
  readonly start: number;
  readonly end: number;
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
  const content = source.slice(event.valueStart, event.valueEnd).replace(/[\r\n][ \t\r\n]*$/, '');
  if (content.trim() === '') return undefined;
  return { start: indicator, end: event.valueStart + content.length };
}

/** The offset after a key's colon; undefined where the key and its colon are not on one line, one after the other. */
export function afterColon(tree: Tree, key: NodeId): number | undefined {
  const span = spanOf(tree, key);
  const scalar = scalarOf(tree, key);
  if (span === undefined || (scalar !== undefined && isBlockScalar(scalar))) return undefined;
  const colon = skipBlanks(tree.source, span.end);
  return tree.source.charAt(colon) === ':' ? colon + 1 : undefined;
}

/**
 * The offset right after a value's last character; undefined where that cannot be told cheaply and surely:
 * block collections, block scalars, empty values.
 */
export function endOf(tree: Tree, node: NodeId): number | undefined {
  const event = eventOf(tree, node);
  if (event.type === EVENT_ID.ALIAS) return event.anchorEnd;
  if (event.type === EVENT_ID.SCALAR) {
    return event.valueStart < 0 || isBlockScalar(event) ? undefined : spanOf(tree, node)?.end;
  }
  return isFlow(tree, node) ? closingBracket(tree, node) : undefined;
}

function closingBracket(tree: Tree, collection: NodeId): number | undefined {
  const event = eventOf(tree, collection);
  if (event.type !== EVENT_ID.MAPPING && event.type !== EVENT_ID.SEQUENCE) return undefined;
  const opening = tree.source.charAt(event.start);
  const closing = opening === '{' ? '}' : opening === '[' ? ']' : undefined;
  if (closing === undefined) return undefined;
  const last = childrenOf(tree, collection).at(-1);
  const inner = last === undefined ? event.start + 1 : endOf(tree, last);
  if (inner === undefined) return undefined;
  const at = skipTrivia(tree.source, inner);
  return tree.source.charAt(at) === closing ? at + 1 : undefined;
}

function skipBlanks(source: string, from: number): number {
  let at = from;
  while (source.charAt(at) === ' ' || source.charAt(at) === '\t') at += 1;
  return at;
}

/** Skips blanks, line breaks, comments and commas: what may stand between a last child and its bracket. */
function skipTrivia(source: string, from: number): number {
  let at = from;
  for (;;) {
    const char = source.charAt(at);
    if (char === '#' && /[ \t\r\n]/.test(source.charAt(at - 1))) at = endOfLine(source, at);
    else if (char !== '' && ' \t\r\n,'.includes(char)) at += 1;
    else return at;
  }
}

/** The offset of the line break after `from` if nothing but blanks and a comment stands before it. */
export function lineEndAfter(source: string, from: number): number | undefined {
  const rest = /[ \t]*(?:(?<=[ \t])#[^\r\n]*)?(?=[\r\n]|$)/y;
  rest.lastIndex = from;
  return rest.test(source) ? rest.lastIndex : undefined;
}
