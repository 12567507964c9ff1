// Brackets and quotes whose further lines are not indented: Prometheus's parser takes them, js-yaml does not. A copy of
// the text with those lines pushed to the right is parsed instead, and its offsets are mapped back. Within brackets and
// quotes leading blanks mean nothing, and that all pushed lines lie within is proven from the parse itself.
import type { Event } from 'js-yaml';
import { EVENT_ID, parseEvents, YAMLException } from 'js-yaml';

import { lineStart } from '../../text/lines.ts';
import { endOf } from '../../text/yaml/span.ts';
import type { Tree } from '../../text/yaml/tree.ts';
import { isFlow, isQuoted } from '../../text/yaml/tree.ts';

/** No Prometheus configuration needs as many levels; js-yaml's recursion is safe far beyond. */
export const MAX_YAML_DEPTH = 64;

const PAD = ' '.repeat(2 * MAX_YAML_DEPTH);
/** Each try parses the text again. Lines that begin with a closing bracket, the usual case, need one. */
const MAX_TRIES = 12;

/** Parses `source` and gives the tree that `build` makes of the events. Throws js-yaml's YAMLException. */
export function parseUnindented(source: string, build: (events: Event[]) => Tree): Tree {
  try {
    return build(parseEvents(source, { maxDepth: MAX_YAML_DEPTH }));
  } catch (error) {
    if (!isIndentation(error)) throw error;
    return retry(source, build, error);
  }
}

function isIndentation(error: unknown): error is YAMLException {
  return error instanceof YAMLException && error.reason.includes('deficient indentation');
}

function retry(source: string, build: (events: Event[]) => Tree, first: YAMLException): Tree {
  let pushed = new Set(Array.from(source.matchAll(/^[ \t]*(?=[\]}])/gm), (match) => match.index));
  const banned = new Set<number>();
  for (let attempt = 0; attempt < MAX_TRIES; attempt += 1) {
    const sorted = [...pushed].sort((a, b) => a - b);
    let tree: Tree;
    try {
      tree = build(parseEvents(push(source, sorted), { maxDepth: MAX_YAML_DEPTH }).map(mapper(sorted)));
    } catch (error) {
      if (!(error instanceof YAMLException)) throw error;
      if (!isIndentation(error)) throw first;
      const line = lineStart(source, unpush(sorted, error.mark?.position ?? 0));
      if (pushed.has(line) || banned.has(line)) throw first;
      pushed = new Set([...pushed, line]);
      continue;
    }
    const outside = linesOutside(tree, sorted);
    if (outside.length === 0) return tree;
    for (const line of outside) {
      banned.add(line);
      pushed.delete(line);
    }
  }
  throw first;
}

function push(source: string, lines: readonly number[]): string {
  const parts: string[] = [];
  let from = 0;
  for (const line of lines) {
    parts.push(source.slice(from, line), PAD);
    from = line;
  }
  return parts.join('') + source.slice(from);
}

/** An offset of the pushed text as an offset of the source. */
function unpush(lines: readonly number[], offset: number): number {
  let low = 0;
  let high = lines.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((lines[middle] ?? 0) + middle * PAD.length < offset) low = middle + 1;
    else high = middle;
  }
  const pads = low * PAD.length;
  // Within a pad nothing begins or ends; its own line begins after it.
  return Math.max(offset - pads, low === 0 ? 0 : (lines[low - 1] ?? 0));
}

function mapper(lines: readonly number[]): (event: Event) => Event {
  const map = (offset: number): number => (offset < 0 ? offset : unpush(lines, offset));
  const properties = (event: Extract<Event, { tagStart: number }>) => ({
    anchorStart: map(event.anchorStart),
    anchorEnd: map(event.anchorEnd),
    tagStart: map(event.tagStart),
    tagEnd: map(event.tagEnd),
  });
  return (event) => {
    switch (event.type) {
      case EVENT_ID.SCALAR:
        return {
          ...event,
          ...properties(event),
          valueStart: map(event.valueStart),
          valueEnd: map(event.valueEnd),
        };
      case EVENT_ID.MAPPING:
      case EVENT_ID.SEQUENCE:
        return { ...event, ...properties(event), start: map(event.start) };
      case EVENT_ID.ALIAS:
        return { ...event, anchorStart: map(event.anchorStart), anchorEnd: map(event.anchorEnd) };
      case EVENT_ID.DOCUMENT:
      case EVENT_ID.POP:
        return event;
    }
  };
}

/** The pushed lines that do not lie within a bracket or a quoted text for sure. */
function linesOutside(tree: Tree, lines: readonly number[]): readonly number[] {
  let index = 0;
  const outside: number[] = [];
  for (let node = 0; node < tree.events.length && index < lines.length; node += 1) {
    const range = rangeOf(tree, node);
    if (range === undefined) continue;
    for (let line = lines[index]; line !== undefined && line <= range.end; line = lines[index]) {
      if (line <= range.start) outside.push(line);
      index += 1;
    }
  }
  return [...outside, ...lines.slice(index)];
}

/** From behind the opening bracket or quote to the closing one. */
function rangeOf(tree: Tree, node: number): { readonly start: number; readonly end: number } | undefined {
  const event = tree.events[node];
  if (event?.type === EVENT_ID.SCALAR && isQuoted(event))
    return { start: event.valueStart, end: event.valueEnd };
  if (event?.type !== EVENT_ID.MAPPING && event?.type !== EVENT_ID.SEQUENCE) return undefined;
  if (!isFlow(tree, node)) return undefined;
  const end = endOf(tree, node);
  return end === undefined ? undefined : { start: event.start, end: end - 1 };
}
