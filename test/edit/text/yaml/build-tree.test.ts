import { describe, expect, it } from 'vitest';
import type { NodeId, Tree } from '../../../../src/edit/text/yaml/tree.ts';
import {
  NONE,
  childrenOf,
  entriesOf,
  isAlias,
  isMapping,
  isSequence,
  resolve,
  scalarOf,
  tagOf,
  textOf,
} from '../../../../src/edit/text/yaml/tree.ts';
import { treeOf, valueOf } from './tree-of.ts';

/** The structure as plain data: mappings as lists of pairs, aliases as what they refer to. */
function dataOf(tree: Tree, node: NodeId = tree.root): unknown {
  if (node === NONE) return undefined;
  const target = resolve(tree, node);
  if (isAlias(tree, target)) return 'no anchor';
  if (isMapping(tree, target))
    return entriesOf(tree, target).map(({ key, value }) => [dataOf(tree, key), dataOf(tree, value)]);
  if (isSequence(tree, target)) return childrenOf(tree, target).map((child) => dataOf(tree, child));
  const scalar = scalarOf(tree, target);
  return scalar === undefined ? 'unknown' : textOf(tree, scalar);
}

describe('buildTree', () => {
  it.each([
    { name: 'nothing', text: '', data: undefined },
    { name: 'comments only', text: '# a\n', data: undefined },
    { name: 'a scalar', text: 'a', data: 'a' },
    {
      name: 'nested collections of both styles',
      text: 'a: {b: [1, {c: }], d: "e"}\nf:\n- g\n- - h\n  - i: j\n',
      data: [
        [
          'a',
          [
            ['b', ['1', [['c', '']]]],
            ['d', 'e'],
          ],
        ],
        ['f', ['g', ['h', [['i', 'j']]]]],
      ],
    },
    { name: 'empty collections', text: '[{}, [], ""]', data: [[], [], ''] },
    {
      name: 'keys that are given twice',
      text: 'a: 1\na: 2',
      data: [
        ['a', '1'],
        ['a', '2'],
      ],
    },
    { name: 'a key that is a collection', text: '? [a]\n: b', data: [[['a'], 'b']] },
    {
      name: 'aliases of scalars and collections',
      text: '- &s x\n- &c {y: *s}\n- *c\n- *s\n',
      data: ['x', [['y', 'x']], [['y', 'x']], 'x'],
    },
    {
      name: 'an anchor that is set a second time',
      text: '- &a 1\n- *a\n- &a 2\n- *a\n',
      data: ['1', '1', '2', '2'],
    },
  ])('reads $name', ({ text, data }) => {
    expect(dataOf(treeOf(text))).toEqual(data);
  });

  it('links aliases both ways, and one without an anchor to nothing', () => {
    const tree = treeOf('a: &x 1\nb: *x\nc: [*x, *y]\n');
    const a = valueOf(tree, 'a');
    const b = valueOf(tree, 'b');
    const [first = NONE, second = NONE] = childrenOf(tree, valueOf(tree, 'c'));
    expect(tree.aliases).toEqual(new Map([[a, [b, first]]]));
    expect([b, first, second].map((alias) => resolve(tree, alias))).toEqual([a, a, second]);
  });

  it('gives each node its collection, and the root none', () => {
    const tree = treeOf('a: [b, {c: d}]\n');
    const list = valueOf(tree, 'a');
    const [b = NONE, mapping = NONE] = childrenOf(tree, list);
    const d = valueOf(tree, 'c');
    expect([d, mapping, b, list, tree.root].map((node) => tree.parent[node])).toEqual([
      mapping,
      list,
      list,
      tree.root,
      NONE,
    ]);
  });

  it('gives the tag of a node as it is written', () => {
    const tree = treeOf('a: !!str 1\nb: !x [c]\nd: e\nf: &g !<tag:y> h\n');
    expect(['a', 'b', 'd', 'f'].map((key) => tagOf(tree, valueOf(tree, key)))).toEqual([
      '!!str',
      '!x',
      '',
      '!<tag:y>',
    ]);
  });
});
