// Reads a text into a tree, and finds nodes in it by their text.
import { EVENT_ID, parseEvents } from 'js-yaml';
import { buildTree } from '../../../../src/edit/text/yaml/build-tree.ts';
import type { NodeId, Tree } from '../../../../src/edit/text/yaml/tree.ts';
import { entriesOf, scalarOf, textOf } from '../../../../src/edit/text/yaml/tree.ts';

export function treeOf(text: string): Tree {
  return buildTree(text, parseEvents(text, {}));
}

/** The value of the entry with this key, wherever it is. */
export function valueOf(tree: Tree, key: string): NodeId {
  for (const [node, event] of tree.events.entries()) {
    if (event.type !== EVENT_ID.MAPPING) continue;
    const entry = entriesOf(tree, node).find((each) => {
      const scalar = scalarOf(tree, each.key);
      return scalar !== undefined && textOf(tree, scalar) === key;
    });
    if (entry !== undefined) return entry.value;
  }
  throw new Error(`no key ${key}`);
}
