// Text to tree, or the reason why the whole file is refused. What js-yaml and Prometheus's YAML 1.1 parser could
// read differently is refused here, so that every later step may trust the tree.
import type { AliasEvent, Event, ScalarEvent } from 'js-yaml';
import { COLLECTION_STYLE, EVENT_ID, SCALAR_STYLE, YAMLException } from 'js-yaml';

import type { FileRefusalCode, Refusal } from '../result.ts';
import { directivesOf, endOfFirstDocument } from './first-document.ts';
import { positions } from './lines.ts';
import type { NodeId, Tree } from './tree.ts';
import { NONE } from './tree.ts';
import { MAX_DEPTH, parseUnindented } from './unindented.ts';

const MAX_ALIASES = 50_000;

/** Prometheus rejects all of these but the line breaks of Unicode, which its parser takes for real line breaks. */
const REFUSED_CHARACTER = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/g;

export type Parsed =
  { readonly kind: 'tree'; readonly tree: Tree } | { readonly kind: 'refused'; readonly refusal: Refusal };

class Refused extends Error {
  readonly at: number;
  readonly code: FileRefusalCode;
  readonly fix: string;

  constructor(code: FileRefusalCode, at: number, text: { readonly message: string; readonly fix: string }) {
    super(text.message);
    this.code = code;
    this.at = at;
    this.fix = text.fix;
  }
}

/** Parses the first document of `text`. Never throws for any text. */
export function parse(text: string): Parsed {
  try {
    return { kind: 'tree', tree: parseDocument(text) };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const { line, column } = positions(text)(error.at);
    return {
      kind: 'refused',
      refusal: { code: error.code, message: error.message, fix: error.fix, line, column },
    };
  }
}

function parseDocument(text: string): Tree {
  const source = text.slice(0, endOfFirstDocument(text));
  checkCharacters(source);
  checkDirectives(source);
  return parseTree(source);
}

function checkCharacters(source: string): void {
  REFUSED_CHARACTER.lastIndex = source.startsWith('\ufeff') ? 1 : 0;
  const match = REFUSED_CHARACTER.exec(source);
  if (match !== null) {
    const code = match[0].charCodeAt(0).toString(16).padStart(4, '0');
    throw new Refused('UnsupportedCharacter', match.index, {
      message: `The character U+${code.toUpperCase()} stands here; Prometheus rejects it or reads it as a line break.`,
      fix: 'Remove the character, or write it as an escape in double quotes.',
    });
  }
  if (!source.isWellFormed()) {
    throw new Refused('UnsupportedCharacter', Math.max(source.search(/\p{Cs}/u), 0), {
      message: 'Half of a surrogate pair stands here, which no UTF-8 file can hold.',
      fix: 'Save the file as UTF-8.',
    });
  }
}

function checkDirectives(source: string): void {
  for (const { at, line } of directivesOf(source)) {
    if (/^%YAML[ \t]+1\.1[ \t]*(?:[ \t]#.*)?$/.test(line)) continue;
    throw new Refused('UnsupportedDirective', at, {
      message: `Only the directive %YAML 1.1 is understood, not ${JSON.stringify(line.slice(0, 60))}.`,
      fix: 'Remove the line; Prometheus needs no directive.',
    });
  }
}

function parseTree(source: string): Tree {
  try {
    return parseUnindented(source, (events) => buildTree(source, events));
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    const at = error.mark?.position ?? 0;
    if (error.reason.includes('maxDepth')) {
      throw new Refused('TooDeep', at, {
        message: `Lists and mappings are nested deeper than ${String(MAX_DEPTH)} levels.`,
        fix: 'Check the brackets and the indentation here; no Prometheus configuration needs that many levels.',
      });
    }
    throw new Refused('Unparsable', at, {
      message: `The text cannot be parsed: ${error.reason}.`,
      fix: 'Run `promtool check config --syntax-only` on it. If Prometheus accepts it, write this place more plainly.',
    });
  }
}

/** Links events to nodes. A second document is impossible here: the text was cut before it. */
function buildTree(source: string, events: readonly Event[]): Tree {
  const next = new Int32Array(events.length);
  const parent = new Int32Array(events.length);
  const links = new Links(source);
  const open: NodeId[] = [];
  let brackets = 0;
  for (let node = 0; node < events.length; node += 1) {
    const event = events[node];
    if (event === undefined) break;
    next[node] = node + 1;
    parent[node] = open[open.length - 1] ?? NONE;
    switch (event.type) {
      case EVENT_ID.POP: {
        const opener = open.pop();
        if (opener !== undefined) next[opener] = node + 1;
        if (brackets > 0) brackets -= 1;
        break;
      }
      case EVENT_ID.ALIAS:
        links.link(event, node);
        break;
      case EVENT_ID.DOCUMENT:
        open.push(node);
        break;
      case EVENT_ID.MAPPING:
      case EVENT_ID.SEQUENCE:
        open.push(node);
        // All that is nested in brackets stands between the brackets.
        if (brackets > 0 || event.style === COLLECTION_STYLE.FLOW) brackets += 1;
        links.note(event, node);
        break;
      case EVENT_ID.SCALAR:
        if (brackets > 0) checkFlowScalar(source, event);
        links.note(event, node);
    }
  }
  const root = events.length > 1 ? 1 : NONE;
  if (root !== NONE) parent[root] = NONE;
  return { source, events, next, parent, root, targets: links.targets, aliases: links.aliases };
}

/** Anchors as the parser meets them: an alias stands for the latest anchor of its name before it. */
class Links {
  readonly source: string;
  readonly anchors = new Map<string, NodeId>();
  readonly targets = new Map<NodeId, NodeId>();
  readonly aliases = new Map<NodeId, NodeId[]>();

  constructor(source: string) {
    this.source = source;
  }

  note(event: Extract<Event, { readonly tagStart: number }>, node: NodeId): void {
    if (event.tagStart >= 0) checkTag(this.source, event);
    if (event.anchorStart >= 0) this.anchors.set(anchorName(this.source, event), node);
  }

  link(event: AliasEvent, node: NodeId): void {
    const name = anchorName(this.source, event);
    const target = this.anchors.get(name);
    if (target === undefined) {
      throw new Refused('Unparsable', event.anchorStart - 1, {
        message: `The alias *${name} has no anchor before it.`,
        fix: 'Define the anchor above this line, or write the value out.',
      });
    }
    if (this.targets.size >= MAX_ALIASES) throw tooManyAliases(event.anchorStart - 1);
    this.targets.set(node, target);
    const known = this.aliases.get(target);
    if (known === undefined) this.aliases.set(target, [node]);
    else known.push(node);
  }
}

/** Inside brackets js-yaml ends a tag at a comma, Prometheus's parser takes the comma into the tag. */
function checkTag(source: string, event: { readonly tagStart: number; readonly tagEnd: number }): void {
  if (event.tagEnd >= source.length || /[ \t\r\n]/.test(source.charAt(event.tagEnd))) return;
  throw new Refused('Unparsable', event.tagStart, {
    message: `Prometheus reads another tag here than ${source.slice(event.tagStart, event.tagEnd).slice(0, 60)}.`,
    fix: 'Put a blank after the tag, or remove it.',
  });
}

function tooManyAliases(at: number): Refused {
  return new Refused('TooManyAliases', at, {
    message: `The document has more than ${String(MAX_ALIASES)} aliases.`,
    fix: 'Write the values out instead of using aliases.',
  });
}

function anchorName(
  source: string,
  event: { readonly anchorStart: number; readonly anchorEnd: number },
): string {
  const name = source.slice(event.anchorStart, event.anchorEnd);
  // `*a:` is the alias a and a colon to Prometheus, but an alias called `a:` to js-yaml.
  if (!/^[0-9A-Za-z_-]+$/.test(name)) {
    throw new Refused('Unparsable', event.anchorStart - 1, {
      message: `The anchor or alias name ${JSON.stringify(name.slice(0, 60))} is not one that Prometheus accepts.`,
      fix: 'Use letters, digits, - and _ only, and put a blank before a colon that follows an alias.',
    });
  }
  return name;
}

/** Plain scalars inside brackets that the two parsers cut at different characters. */
function checkFlowScalar(source: string, event: ScalarEvent): void {
  if (event.style !== SCALAR_STYLE.PLAIN || event.valueStart < 0 || !isAmbiguousInFlow(source, event)) return;
  throw new Refused('Unparsable', event.valueStart, {
    message:
      'Inside brackets this unquoted text holds a ? or : that Prometheus reads in another way than others do.',
    fix: 'Put the text in quotes, or a blank after the colon.',
  });
}

function isAmbiguousInFlow(source: string, event: ScalarEvent): boolean {
  const text = source.slice(event.valueStart, event.valueEnd);
  if (text.startsWith(':') || text.includes('?')) return true;
  return source.charAt(event.valueEnd) === ':' && /[,[\]{}]/.test(source.charAt(event.valueEnd + 1));
}
