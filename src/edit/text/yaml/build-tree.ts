// Links the events of one YAML document to nodes: who lies in whom, and what each alias refers to.
import type { Event } from 'js-yaml';
import { EVENT_ID } from 'js-yaml';
import type { NodeId, Tree } from './tree.ts';
import { NONE } from './tree.ts';

/** `events` begin with the document's own, as parseEvents gives them; there is no second document. */
export function buildTree(source: string, events: readonly Event[]): Tree {
  const next = new Int32Array(events.length);
  const parent = new Int32Array(events.length);
  const links = new Links(source);
  const open: NodeId[] = [];
  for (let node = 0; node < events.length; node += 1) {
    const event = events[node];
    if (event === undefined) break;
    next[node] = node + 1;
    parent[node] = open[open.length - 1] ?? NONE;
    switch (event.type) {
      case EVENT_ID.POP: {
        const opener = open.pop();
        if (opener !== undefined) next[opener] = node + 1;
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
        links.note(event, node);
        break;
      case EVENT_ID.SCALAR:
        links.note(event, node);
    }
  }
  const root = events.length > 1 ? 1 : NONE;
  if (root !== NONE) parent[root] = NONE;
  return { source, events, next, parent, root, targets: links.targets, aliases: links.aliases };
}

interface Named {
  readonly anchorStart: number;
  readonly anchorEnd: number;
}

/** An alias refers to the latest anchor of its name before it; one without any is linked to nothing. */
class Links {
  readonly source: string;
  readonly anchors = new Map<string, NodeId>();
  readonly targets = new Map<NodeId, NodeId>();
  readonly aliases = new Map<NodeId, NodeId[]>();

  constructor(source: string) {
    this.source = source;
  }

  note(event: Named, node: NodeId): void {
    if (event.anchorStart >= 0) this.anchors.set(this.nameOf(event), node);
  }

  link(event: Named, node: NodeId): void {
    const target = this.anchors.get(this.nameOf(event));
    if (target === undefined) return;
    this.targets.set(node, target);
    const known = this.aliases.get(target);
    if (known === undefined) this.aliases.set(target, [node]);
    else known.push(node);
  }

  nameOf({ anchorStart, anchorEnd }: Named): string {
    return this.source.slice(anchorStart, anchorEnd);
  }
}
