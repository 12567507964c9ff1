import { describe, expect, it } from 'vitest';
import { changedNodes } from '../../../../src/edit/prometheus-yaml/verify/changed-nodes.ts';
import { applySplices } from '../../../../src/edit/text/splice.ts';
import { writtenEnd, writtenStart } from '../../../../src/edit/text/yaml/span.ts';
import type { NodeId, Tree } from '../../../../src/edit/text/yaml/tree.ts';
import { readMarks } from '../marked-edits.ts';
import { readTree } from '../read-text.ts';

function sourceOf(tree: Tree, node: NodeId): string {
  return tree.source.slice(writtenStart(tree, node), writtenEnd(tree, node));
}

/**
 * The sources of the nodes that are new or in which something is missing; undefined where the rest differs. `replaced`
 * are the sources of the nodes that the edits are said to replace.
 */
function changes(marked: string, replaced: readonly string[] = []): readonly string[] | undefined {
  const { text, edits } = readMarks(marked);
  const before = readTree(text);
  const nodes = before.events.flatMap((event, node) =>
    'anchorStart' in event && replaced.includes(sourceOf(before, node)) ? [node] : [],
  );
  const after = readTree(applySplices(text, edits));
  const changed = changedNodes({ before, after, edits, replaced: new Set(nodes) });
  return changed && [...changed].map((node) => sourceOf(after, node));
}

describe('changedNodes', () => {
  it.each([
    { name: 'nothing', marked: 'a: b\n', replaced: [], found: [] },
    { name: 'no comment', marked: 'a: b # ⟪c→other⟫\nd: e\n', replaced: [], found: [] },
    { name: 'a plain value', marked: 'a: ⟪b→new⟫\nc: d\n', replaced: ['b'], found: ['new'] },
    { name: 'a quoted value', marked: 'a: ⟪"b"→\'new\'⟫\nc: d\n', replaced: ['"b"'], found: ["'new'"] },
    {
      name: 'a mapping in place of an alias',
      marked: 'y: &x {}\na: ⟪*x→{<<: *x, z: 1}⟫\nc: d\n',
      replaced: ['*x'],
      found: ['{<<: *x, z: 1}'],
    },
    { name: 'a value in place of nothing', marked: 'a:⟪→ new⟫\nb: c\n', replaced: [''], found: ['new'] },
    {
      name: 'key and value of an added line',
      marked: 'a: b⟪→\nnew: line⟫\nc: d\n',
      replaced: [],
      found: ['new', 'line'],
    },
    {
      name: 'key and value of an added first line, where the mapping begins then',
      marked: 'x:\n  ⟪→new: line\n  ⟫a: b\n',
      replaced: [],
      found: ['new', 'line'],
    },
    {
      name: 'key and value of an added first line of a mapping with an anchor',
      marked: 'x: &y\n  ⟪→new: line\n  ⟫a: b\n',
      replaced: [],
      found: ['new', 'line'],
    },
    {
      name: 'key and value of an added flow entry',
      marked: 'x: {a: b⟪→, new: entry⟫, c: d}\n',
      replaced: [],
      found: ['new', 'entry'],
    },
    {
      name: 'the mapping that lost a line',
      marked: 'x:\n  a: b⟪\n  c: d→⟫\ny: e\n',
      replaced: ['c', 'd'],
      found: ['a: b'],
    },
    {
      name: 'the mapping that lost its first line',
      marked: 'x:\n  ⟪a: b\n  →⟫c: d\ny: e\n',
      replaced: ['a', 'b'],
      found: ['c: d'],
    },
    {
      name: 'the mapping that lost a line behind a block scalar',
      marked: 'x:\n  a: |+\n    b\n\n  ⟪c: d\n  →⟫e: f\n',
      replaced: ['c', 'd'],
      found: ['a: |+\n    b\n\n  e: f'],
    },
    {
      name: 'the mapping that lost its last line behind a block scalar, break and all',
      marked: 'x:\n  a: |\n    b⟪\n  c: d→⟫\ny: e\n',
      replaced: ['c', 'd'],
      found: ['a: |\n    b\n'],
    },
    {
      name: 'the mapping that lost a line above an empty key',
      marked: 'x:\n  ⟪a: b\n  →⟫: c\n',
      replaced: ['a', 'b'],
      found: [': c'],
    },
    { name: 'the list that lost an item', marked: 'x: [a, ⟪b, →⟫c]\n', replaced: ['b'], found: ['[a, c]'] },
    { name: 'the empty value that is left', marked: 'x: {a:⟪ b→⟫ }\n', replaced: ['b'], found: [''] },
    {
      name: 'each of several edits',
      marked: 'a: ⟪b→longer⟫\nc: {d: ⟪e→1⟫, f: g⟪→, h: i⟫}\nj: ⟪"k"→l⟫\nm: n\n',
      replaced: ['b', 'e', '"k"'],
      found: ['longer', '1', 'h', 'i', 'l'],
    },
  ])('names $name', ({ marked, replaced, found }) => {
    expect(changes(marked, replaced)).toEqual(found);
  });

  it.each([
    { name: 'plain text gets longer by what follows it', marked: 'a: b\n⟪#→⟫ c\n' },
    { name: 'plain text begins on an earlier line', marked: 'a:\n ⟪# →⟫b\n c\n' },
    { name: 'plain text gets shorter by a comment', marked: 'a: b ⟪→# ⟫c\nd: e\n' },
    { name: 'text becomes a literal block', marked: 'a: ⟪>→|⟫\n  b\n' },
    { name: 'text becomes a folded block', marked: 'a: ⟪|→>⟫\n  b\n' },
    { name: 'a block scalar keeps its last break no more', marked: 'a: |⟪+→-⟫\n  b\nc: d\n' },
    { name: 'a block scalar has another indentation', marked: 'a: |⟪1→2⟫\n    b\n' },
    { name: 'a block scalar has one empty line less', marked: 'a: |+\n  b\n⟪\n→⟫c: d\n' },
    { name: 'an empty line behind a block scalar gets a blank', marked: 'a: |+\n  b\n⟪\n→ ⟫\nc: d\n' },
    { name: 'a scalar gets an anchor', marked: 'a: ⟪#→ ⟫ &x\n  b\n' },
    { name: 'a scalar loses its anchor', marked: 'a: ⟪→# ⟫&x\n  b\n' },
    { name: 'a scalar gets a tag', marked: 'a: ⟪#→ ⟫ !x\n  b\n' },
    { name: 'a scalar loses its tag', marked: 'a: ⟪→# ⟫!x\n  b\n' },
    { name: 'an anchor of nothing gets a longer name', marked: 'a: &x⟪→y⟫\nb: c\n' },
    { name: 'a tag of nothing gets a longer name', marked: 'a: !x⟪→y⟫\nb: c\n' },
    { name: 'a mapping gets an anchor', marked: 'a: ⟪#→ ⟫ &x\n  b: c\n' },
    { name: 'a mapping loses its tag', marked: 'a: ⟪→# ⟫!x\n  b: c\n' },
    { name: 'a list loses its anchor', marked: 'a: ⟪→# ⟫&x\n- b\n' },
    { name: 'an alias gets a longer name', marked: 'a: &x b\nc: &xy d\ne: *x⟪→y⟫\n' },
    { name: 'a block mapping gets brackets', marked: 'a: ⟪#→⟫ {\n  b: c ⟪# →⟫}\nd: e\n' },
    { name: 'a scalar becomes a list', marked: 'a: ⟪#→⟫ [\n  b ⟪# →⟫]\nc: d\n' },
    { name: 'an empty item moves out of its list', marked: 'x:\n- -\n⟪  →⟫-\n' },
    { name: 'a list becomes a mapping', marked: 'a: ⟪[→{⟫b⟪]→}⟫\n' },
    { name: 'a node is missing that no edit is said to remove', marked: 'a: b\n⟪c: d\n→⟫e: f\n' },
    { name: 'the last node is missing that no edit is said to remove', marked: 'a: b\n⟪c: d\n→⟫' },
    { name: 'a node is more at the end', marked: 'a: b\n⟪#→⟫c: d\n' },
  ])('is undefined where $name', ({ marked }) => {
    expect(changes(marked)).toBeUndefined();
  });

  it.each([
    { name: 'within plain text', marked: 'a: b⟪c→x⟫d\n' },
    { name: 'at the end of plain text', marked: 'a: b⟪c→x⟫\n' },
    { name: 'within a key', marked: 'a⟪b→x⟫: c\n' },
    { name: 'within quotes', marked: 'a: "b⟪c→x⟫"\n' },
    { name: 'within a block scalar', marked: 'a: |\n  b⟪c→x⟫\nd: e\n' },
    { name: 'on the first line of a block scalar of two', marked: 'a: |\n  b⟪c→x⟫\n  d\n' },
    { name: 'within an anchor', marked: 'a: &x⟪y→z⟫ b\n' },
    { name: 'within the anchor of a mapping', marked: 'a: &x⟪y→z⟫\n  b: c\n' },
    { name: 'within a tag', marked: 'a: !x⟪y→z⟫ b\n' },
    { name: 'within an anchor of nothing', marked: 'a: &x⟪y→z⟫\nb: c\n' },
    { name: 'within an alias', marked: 'a: &xy b\nc: &xz d\ne: *x⟪y→z⟫\n' },
  ])('is undefined where an edit of the same length lies $name', ({ marked }) => {
    expect(changes(marked)).toBeUndefined();
  });

  it('is undefined where a node is said to be replaced and is there still', () => {
    expect(changes('a: ⟪b→c⟫\nd: e\n', ['b', 'd', 'e'])).toBeUndefined();
  });
});
