// YAML text → nodes with offsets, from js-yaml's parser events. It reads; it changes nothing and knows no ProxyConfig.
// The events give no end of a flow collection, so that is found by walking over the indicators behind its last item.
import type { Event, ScalarEvent } from 'js-yaml';
import { COLLECTION_STYLE, EVENT_ID, SCALAR_STYLE, getScalarValue, parseEvents } from 'js-yaml';
import { skipBlanks } from './text-splice.ts';

interface NodeBase {
  /** Offset of the first character, anchor and tag included. */
  readonly start: number;
  /** Offset behind the last character; for a block collection, behind its last item. */
  readonly end: number;
  readonly anchored: boolean;
  readonly tagged: boolean;
  /** True where the last scalar in it is a block scalar, whose value depends on the line breaks behind it. */
  readonly endsInBlockScalar: boolean;
}

export interface YamlScalar extends NodeBase {
  readonly kind: 'scalar';
  readonly style: 'empty' | 'plain' | 'single' | 'double' | 'block';
  /** The range of the text between the quotes; the whole scalar where there are none. */
  readonly inner: { readonly start: number; readonly end: number };
  readonly value: string;
}

export interface YamlEntry {
  readonly key: YamlNode;
  readonly value: YamlNode;
}

export interface YamlMapping extends NodeBase {
  readonly kind: 'mapping';
  readonly flow: boolean;
  readonly entries: readonly YamlEntry[];
}

export type YamlNode =
  | YamlScalar
  | YamlMapping
  | (NodeBase & { readonly kind: 'sequence' })
  | (NodeBase & { readonly kind: 'alias' });

export interface YamlText {
  readonly documents: number;
  readonly directives: boolean;
  /** Root of the first document; absent where it is empty. */
  readonly root: YamlNode | undefined;
}

/** The nodes of the first document. Throws js-yaml's YAMLException for text that is not YAML. */
export function readYamlNodes(text: string): YamlText {
  const events = parseEvents(text, {});
  const documents = events.filter((event) => event.type === EVENT_ID.DOCUMENT);
  const reader = new NodeReader(text, events.slice(1));
  return {
    documents: documents.length,
    directives: documents.some((document) => document.directives.length > 0),
    root: documents.length === 0 ? undefined : reader.readRoot(),
  };
}

/** Walks the events once; `furthest` is the end of the last thing seen. */
class NodeReader {
  readonly #text: string;
  readonly #events: readonly Event[];
  #next = 0;
  #furthest = 0;
  #endsInBlockScalar = false;

  constructor(text: string, events: readonly Event[]) {
    this.#text = text;
    this.#events = events;
  }

  readRoot(): YamlNode | undefined {
    const root = this.#readNode();
    const isEmpty = root?.kind === 'scalar' && root.style === 'empty' && !root.anchored && !root.tagged;
    return isEmpty ? undefined : root;
  }

  /** The next node, or `undefined` where the collection or document ends. */
  #readNode(): YamlNode | undefined {
    const event = this.#events[this.#next];
    this.#next += 1;
    if (event === undefined || event.type === EVENT_ID.POP || event.type === EVENT_ID.DOCUMENT)
      return undefined;
    if (event.type === EVENT_ID.ALIAS) {
      this.#endsInBlockScalar = false;
      this.#furthest = event.anchorEnd;
      const start = event.anchorStart - 1;
      const bare = { anchored: false, tagged: false, endsInBlockScalar: false };
      return { kind: 'alias', start, end: event.anchorEnd, ...bare };
    }
    this.#furthest = Math.max(this.#furthest, event.anchorEnd, event.tagEnd);
    if (event.type === EVENT_ID.SCALAR) return this.#scalar(event);
    const flow = event.style === COLLECTION_STYLE.FLOW;
    if (flow) this.#furthest = event.start + 1;
    const items = this.#readItems();
    if (flow) this.#furthest = endOfFlow(this.#text, this.#furthest);
    const base = {
      ...propertiesOf(event, event.start),
      end: this.#furthest,
      endsInBlockScalar: this.#endsInBlockScalar,
    };
    if (event.type === EVENT_ID.SEQUENCE) return { kind: 'sequence', ...base };
    return { kind: 'mapping', flow, entries: pairs(items), ...base };
  }

  #readItems(): readonly YamlNode[] {
    const items: YamlNode[] = [];
    for (let item = this.#readNode(); item !== undefined; item = this.#readNode()) items.push(item);
    return items;
  }

  #scalar(event: ScalarEvent): YamlScalar {
    this.#endsInBlockScalar = event.valueStart >= 0 && styleOf(event) === 'block';
    if (event.valueStart < 0) {
      const at = this.#furthest;
      const base = { ...propertiesOf(event, at), end: at, endsInBlockScalar: false };
      return { kind: 'scalar', style: 'empty', inner: { start: at, end: at }, value: '', ...base };
    }
    const style = styleOf(event);
    const quote = style === 'single' || style === 'double' ? 1 : 0;
    this.#furthest = event.valueEnd + quote;
    return {
      kind: 'scalar',
      style,
      inner: { start: event.valueStart, end: event.valueEnd },
      value: getScalarValue(this.#text, event),
      ...propertiesOf(event, event.valueStart - quote),
      end: this.#furthest,
      endsInBlockScalar: this.#endsInBlockScalar,
    };
  }
}

interface Properties {
  readonly anchorStart: number;
  readonly tagStart: number;
}

/** An anchor's offset is behind its `&`, a tag's at its `!`. */
function propertiesOf(event: Properties, start: number): Omit<NodeBase, 'end' | 'endsInBlockScalar'> {
  const anchored = event.anchorStart >= 0;
  const tagged = event.tagStart >= 0;
  const starts = [start, ...(anchored ? [event.anchorStart - 1] : []), ...(tagged ? [event.tagStart] : [])];
  return { start: Math.min(...starts), anchored, tagged };
}

function styleOf(event: ScalarEvent): YamlScalar['style'] {
  switch (event.style) {
    case SCALAR_STYLE.PLAIN:
      return 'plain';
    case SCALAR_STYLE.SINGLE_QUOTED:
      return 'single';
    case SCALAR_STYLE.DOUBLE_QUOTED:
      return 'double';
    case SCALAR_STYLE.LITERAL_BLOCK:
    case SCALAR_STYLE.FOLDED_BLOCK:
      return 'block';
  }
}

function pairs(items: readonly YamlNode[]): readonly YamlEntry[] {
  return items.flatMap((key, index) => {
    const value = items[index + 1];
    return index % 2 === 0 && value !== undefined ? [{ key, value }] : [];
  });
}

/** Offset behind the bracket that closes the flow collection whose last item ends at `from`. */
function endOfFlow(text: string, from: number): number {
  let at = skipBlanks(text, from);
  while (at < text.length && text[at] !== '}' && text[at] !== ']') {
    const comment = text[at] === '#' ? text.slice(at).search(/[\r\n]/) : 1;
    at = comment < 0 ? text.length : skipBlanks(text, at + comment);
  }
  return Math.min(at + 1, text.length);
}
