// JSON text → nodes with offsets. JSON.parse decides what is JSON; this finds where each value is written, and the keys
// that are given twice, which JSON.parse hides.
import { skipWhitespace } from '../blanks.ts';
import { describePosition } from '../lines.ts';
import type { Span } from '../splice.ts';

export interface JsonMember {
  readonly key: string;
  readonly keySpan: Span;
  readonly value: JsonNode;
}

export interface JsonObject extends Span {
  readonly kind: 'object';
  readonly members: readonly JsonMember[];
}

interface JsonArray extends Span {
  readonly kind: 'array';
  readonly items: readonly JsonNode[];
}

export interface JsonScalar extends Span {
  readonly kind: 'scalar';
  readonly value: unknown;
}

export type JsonNode = JsonObject | JsonArray | JsonScalar;

/** Reading goes one call deeper with each level; no annotation needs as many. */
const MAX_JSON_DEPTH = 100;

/** The root node, or what is wrong with the text: a sentence for a person, with line and column where known. */
export function readJsonNodes(
  text: string,
): JsonNode | { readonly kind: 'invalid'; readonly reason: string } {
  try {
    JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const message = error.message.replaceAll(/\s+/g, ' ');
    return { kind: 'invalid', reason: `it is not JSON (${message}): fix it by hand` };
  }
  const tooDeep = offsetBelow(text, MAX_JSON_DEPTH);
  if (tooDeep !== undefined) {
    const where = describePosition(text, tooDeep);
    return {
      kind: 'invalid',
      reason: `${where}: it is nested deeper than ${MAX_JSON_DEPTH} levels: make it flat`,
    };
  }
  const root = readNode(text, skipWhitespace(text, 0));
  const twice = findDuplicate(root);
  if (twice === undefined) return root;
  const where = describePosition(text, twice.keySpan.start);
  return { kind: 'invalid', reason: `${where}: key ${JSON.stringify(twice.key)} is given twice: keep one` };
}

/** The value of a member, by key. */
export function memberOf(node: JsonNode, key: string): JsonNode | undefined {
  return node.kind === 'object' ? node.members.find((member) => member.key === key)?.value : undefined;
}

/** The first bracket that is nested deeper than `levels`. */
function offsetBelow(text: string, levels: number): number | undefined {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (char === '"') inString = !inString;
    else if (inString) at += char === '\\' ? 1 : 0;
    else if (char === '{' || char === '[') depth += 1;
    else if (char === '}' || char === ']') depth -= 1;
    if (depth > levels) return at;
  }
  return undefined;
}

/** Only for text that JSON.parse has accepted. */
function readNode(text: string, start: number): JsonNode {
  const first = text[start];
  if (first === '{') return readObject(text, start);
  if (first === '[') return readArray(text, start);
  return readScalar(text, start);
}

function readObject(text: string, start: number): JsonObject {
  const members: JsonMember[] = [];
  let at = skipWhitespace(text, start + 1);
  while (at < text.length && text[at] !== '}') {
    const key = readScalar(text, at);
    const value = readNode(text, skipWhitespace(text, skipWhitespace(text, key.end) + 1));
    members.push({ key: String(key.value), keySpan: { start: key.start, end: key.end }, value });
    at = skipComma(text, value.end);
  }
  return { kind: 'object', start, end: at + 1, members };
}

function readArray(text: string, start: number): JsonArray {
  const items: JsonNode[] = [];
  let at = skipWhitespace(text, start + 1);
  while (at < text.length && text[at] !== ']') {
    const item = readNode(text, at);
    items.push(item);
    at = skipComma(text, item.end);
  }
  return { kind: 'array', start, end: at + 1, items };
}

function readScalar(text: string, start: number): JsonScalar {
  const pattern = /"(?:[^"\\]|\\.)*"|[^\s,\]}]+/y;
  pattern.lastIndex = start;
  const written = pattern.exec(text)?.[0] ?? '';
  const value: unknown = JSON.parse(written);
  return { kind: 'scalar', start, end: start + written.length, value };
}

function skipComma(text: string, end: number): number {
  const at = skipWhitespace(text, end);
  return text[at] === ',' ? skipWhitespace(text, at + 1) : at;
}

function findDuplicate(node: JsonNode): JsonMember | undefined {
  switch (node.kind) {
    case 'scalar':
      return undefined;
    case 'array':
      return node.items.map(findDuplicate).find((found) => found !== undefined);
    case 'object': {
      const keys = new Set<string>();
      const twice = node.members.find(({ key }) => keys.size === keys.add(key).size);
      return (
        twice ?? node.members.map(({ value }) => findDuplicate(value)).find((found) => found !== undefined)
      );
    }
  }
}
