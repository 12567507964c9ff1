// Refuses what js-yaml and Prometheus's YAML 1.1 parser read as different anchors, tags or scalars, and aliases that
// refer to nothing or are too many. In the order of the text, so that the first problem is the one named.
import type { ScalarEvent } from 'js-yaml';
import { COLLECTION_STYLE, EVENT_ID, SCALAR_STYLE } from 'js-yaml';
import type { NodeId, Properties, Tree } from '../../text/yaml/tree.ts';
import { ParseRefusal } from './parse-refusal.ts';

const MAX_ALIASES = 50_000;

type AnchorSpan = Pick<Properties, 'anchorStart' | 'anchorEnd'>;

/** The tree itself, which every later step may trust. Throws ParseRefusal. */
export function checkNodes(tree: Tree): Tree {
  const { source, events, next } = tree;
  let flowEnd = 0;
  let aliases = 0;
  for (let node = 0; node < events.length; node += 1) {
    const event = events[node];
    switch (event?.type) {
      case EVENT_ID.ALIAS:
        aliases += 1;
        checkAlias(tree, node, event);
        if (aliases > MAX_ALIASES) throw tooManyAliases(event);
        break;
      case EVENT_ID.MAPPING:
      case EVENT_ID.SEQUENCE:
        // All that is nested in brackets lies between the brackets.
        if (event.style === COLLECTION_STYLE.FLOW) flowEnd = Math.max(flowEnd, next[node] ?? 0);
        checkProperties(source, event);
        break;
      case EVENT_ID.SCALAR:
        if (node < flowEnd) checkFlowScalar(source, event);
        checkProperties(source, event);
        break;
      case EVENT_ID.DOCUMENT:
      case EVENT_ID.POP:
      case undefined:
    }
  }
  return tree;
}

function checkProperties(source: string, event: Properties): void {
  if (event.tagStart >= 0) checkTag(source, event);
  if (event.anchorStart >= 0) checkAnchorName(source, event);
}

/** Inside brackets js-yaml ends a tag at a comma, Prometheus's parser takes the comma into the tag. */
function checkTag(source: string, event: Properties): void {
  if (event.tagEnd >= source.length || /[ \t\r\n]/.test(source.charAt(event.tagEnd))) return;
  throw new ParseRefusal('Unparsable', event.tagStart, {
    message: `Prometheus reads another tag here than ${source.slice(event.tagStart, event.tagEnd).slice(0, 60)}.`,
    fix: 'Put a blank after the tag, or remove it.',
  });
}

/** `*a:` is the alias a and a colon to Prometheus, but an alias called `a:` to js-yaml. */
function checkAnchorName(source: string, { anchorStart, anchorEnd }: AnchorSpan): void {
  const name = source.slice(anchorStart, anchorEnd);
  if (/^[0-9A-Za-z_-]+$/.test(name)) return;
  throw new ParseRefusal('Unparsable', anchorStart - 1, {
    message: `The anchor or alias name ${JSON.stringify(name.slice(0, 60))} is not one that Prometheus accepts.`,
    fix: 'Use letters, digits, - and _ only, and put a blank before a colon that follows an alias.',
  });
}

function checkAlias(tree: Tree, node: NodeId, event: AnchorSpan): void {
  checkAnchorName(tree.source, event);
  if (tree.targets.has(node)) return;
  const name = tree.source.slice(event.anchorStart, event.anchorEnd);
  throw new ParseRefusal('Unparsable', event.anchorStart - 1, {
    message: `The alias *${name} has no anchor before it.`,
    fix: 'Define the anchor above this line, or write the value out.',
  });
}

function tooManyAliases({ anchorStart }: AnchorSpan): ParseRefusal {
  return new ParseRefusal('TooManyAliases', anchorStart - 1, {
    message: `The document has more than ${String(MAX_ALIASES)} aliases.`,
    fix: 'Write the values out instead of using aliases.',
  });
}

/** Plain scalars inside brackets that the two parsers cut at different characters. */
function checkFlowScalar(source: string, event: ScalarEvent): void {
  if (event.style !== SCALAR_STYLE.PLAIN || event.valueStart < 0 || !isAmbiguousInFlow(source, event)) return;
  throw new ParseRefusal('Unparsable', event.valueStart, {
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
