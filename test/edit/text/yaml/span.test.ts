import { describe, expect, it } from 'vitest';
import {
  afterColon,
  endOf,
  endsInBlockScalar,
  lineEndAfter,
  spanOf,
  startOf,
  writtenEnd,
  writtenStart,
} from '../../../../src/edit/text/yaml/span.ts';
import { NONE, entriesOf } from '../../../../src/edit/text/yaml/tree.ts';
import { treeOf, valueOf } from './tree-of.ts';

/** The value of key v, as each function of its place sees it: the text from its start, the text up to its end. */
function read(text: string) {
  const tree = treeOf(text);
  const node = valueOf(tree, 'v');
  const span = spanOf(tree, node);
  const end = endOf(tree, node);
  const start = startOf(tree, node);
  return {
    start: start === NONE ? undefined : text.slice(start),
    span: span && text.slice(span.start, span.end),
    end: end === undefined ? undefined : text.slice(0, end),
    writtenStart: text.slice(writtenStart(tree, node)),
    writtenEnd: text.slice(0, writtenEnd(tree, node)),
    endsInBlockScalar: endsInBlockScalar(tree, node),
  };
}

describe('the place of a value', () => {
  it.each([
    { name: 'plain text', text: 'v: ab # c\n', span: 'ab', end: 'v: ab' },
    { name: 'text of two lines', text: 'v: a\n  b\nw: x', span: 'a\n  b', end: 'v: a\n  b' },
    { name: 'text in single quotes', text: "v: 'a''b'\n", span: "'a''b'", end: "v: 'a''b'" },
    { name: 'text in double quotes', text: 'v: "a\\"b"\n', span: '"a\\"b"', end: 'v: "a\\"b"' },
    { name: 'an empty text in quotes', text: 'v: ""\n', span: '""', end: 'v: ""' },
    { name: 'an alias', text: 'u: &a 1\nv: *a # x\n', span: '*a', end: 'u: &a 1\nv: *a' },
  ])('is found for $name', ({ text, span, end }) => {
    const found = read(text);
    expect(found).toMatchObject({ span, end, writtenEnd: end, endsInBlockScalar: false });
    expect(found.start?.startsWith(span)).toBe(true);
    expect(found.writtenStart).toBe(found.start);
  });

  it.each([
    { name: 'an anchor', text: 'v: &a b', start: '&a b', span: 'b' },
    { name: 'a tag', text: 'v: !!str b', start: '!!str b', span: 'b' },
    { name: 'a tag before an anchor', text: 'v: !t &a b', start: '!t &a b', span: 'b' },
    { name: 'an anchor before a tag', text: 'v: &a !t "b"', start: '&a !t "b"', span: '"b"' },
    { name: 'an anchor of a collection', text: 'v: &a {b: c}', start: '&a {b: c}', span: undefined },
    { name: 'a tag of nothing', text: 'v: !t\n', start: '!t\n', span: undefined },
    { name: 'an anchor of nothing', text: 'v: &a\n', start: '&a\n', span: undefined },
  ])('begins with $name', ({ text, start, span }) => {
    expect(read(text)).toMatchObject({ start, writtenStart: start, span });
  });

  it.each([
    { name: 'flow mapping', text: 'v: {a: b, c: "d"}\n', end: 'v: {a: b, c: "d"}' },
    { name: 'flow list of flow lists', text: 'v: [[1, 2], [3]]\n', end: 'v: [[1, 2], [3]]' },
    { name: 'empty flow mapping', text: 'v: { }\n', end: 'v: { }' },
    { name: 'empty flow list', text: 'v: [ # c ]\n ]\n', end: 'v: [ # c ]\n ]' },
    { name: 'flow mapping with a comma at the end', text: 'v: {a: b , }\n', end: 'v: {a: b , }' },
    {
      name: 'flow list with a comment that holds brackets',
      text: 'v: [a, # ] }\n  b # ]\n  ]\nw: []\n',
      end: 'v: [a, # ] }\n  b # ]\n  ]',
    },
    { name: 'flow list that ends in an alias', text: 'v: [&a 1, *a]\n', end: 'v: [&a 1, *a]' },
  ])('ends behind the bracket of a $name', ({ text, end }) => {
    expect(read(text)).toMatchObject({ end, writtenEnd: end, span: undefined });
  });

  it.each([
    { name: 'a flow mapping that ends in an empty value', text: 'v: {a: b, c: }\n', end: 'v: {a: b, c: }' },
    { name: 'a flow mapping that ends in a key alone', text: 'v: {a: b, c}\n', end: 'v: {a: b, c}' },
    { name: 'a flow mapping that ends in an empty entry', text: 'v: {a: b, ? }\n', end: 'v: {a: b, ? }' },
    { name: 'a flow mapping of one empty value', text: 'v: {c: }\n', end: 'v: {c: }' },
    { name: 'a flow list that ends in a pair', text: 'v: [a, b: c]\n', end: 'v: [a, b: c]' },
    { name: 'a block mapping', text: 'v:\n  a: b # x\n  c: "d"\nw: e\n', end: 'v:\n  a: b # x\n  c: "d"' },
    { name: 'a block list', text: 'v:\n- a\n- {b: c}\nw: e\n', end: 'v:\n- a\n- {b: c}' },
    { name: 'a block list that ends in nothing', text: 'v:\n- a\n-\nw: e\n', end: 'v:\n- a' },
    { name: 'a list that ends in a list', text: 'v:\n- - a\n  - b\nw: e\n', end: 'v:\n- - a\n  - b' },
    { name: 'nothing', text: 'v:\nw: e\n', end: 'v' },
    { name: 'nothing behind a flow mapping as key', text: '? {a: b}\n: {v: }\n', end: '? {a: b}\n: {v' },
    { name: 'an anchor of nothing', text: 'v: &a\nw: e\n', end: 'v: &a' },
    { name: 'a tag of nothing', text: 'v: !!null\nw: e\n', end: 'v: !!null' },
  ])('has no sure end, but a last thing that is written, for $name', ({ text, end }) => {
    expect(read(text)).toMatchObject({ end: undefined, writtenEnd: end });
  });

  it.each([
    { name: 'nothing', text: 'v: # c\nw: e\n', start: ': # c\nw: e\n' },
    { name: 'nothing behind a quoted key', text: '"v" : \n', start: ' : \n' },
  ])('has no start for $name, but an end of what is written before it', ({ text, start }) => {
    expect(read(text)).toMatchObject({ start: undefined, span: undefined, writtenStart: start });
  });

  it.each([
    { name: 'an empty first key', text: '\ufeff: b\n', at: 1 },
    { name: 'an empty first key of a flow mapping', text: '{ : b}\n', at: 1 },
    { name: 'an empty first key of a mapping with an anchor', text: '&a\n: b\n', at: 2 },
    { name: 'an empty key behind a flow mapping', text: 'a: {b: c}\n: d\n', at: 9 },
    { name: 'an empty key behind a block mapping', text: 'a:\n  b: c\n: d\n', at: 9 },
  ])('has no start for $name, but an end of what is written before it', ({ text, at }) => {
    const tree = treeOf(text);
    const entry = entriesOf(tree, tree.root).find(({ key }) => startOf(tree, key) === NONE);
    expect(entry && writtenStart(tree, entry.key)).toBe(at);
  });
});

describe('the span of a block scalar', () => {
  it.each([
    { name: 'strip', text: 'v: |-\n  a\n\nw: b\n', span: '|-\n  a' },
    { name: 'fold of two lines', text: 'v: >\n  a\n  b\n', span: '>\n  a\n  b' },
    { name: 'keep', text: 'v: |+\n  a\n\n\nw: b\n', span: '|+\n  a' },
    { name: 'indentation and comment', text: 'v: |2-   # c | d\n   a\n', span: '|2-   # c | d\n   a' },
    { name: 'anchor and tag', text: 'v: &x !!str |-\n  a\n', span: '|-\n  a' },
    { name: 'lines with \\r\\n', text: 'v: |-\r\n  a\r\n  b\r\n', span: '|-\r\n  a\r\n  b' },
    { name: 'lines with \\r', text: 'v: |-\r  a\r', span: '|-\r  a' },
    { name: 'blanks at the end of its last line', text: 'v: |\n  a \t\n \n', span: '|\n  a \t' },
    { name: 'empty lines inside', text: 'v: |\n  a\n\n  b\n', span: '|\n  a\n\n  b' },
    { name: 'no line break at the end', text: 'v: |\n  a', span: '|\n  a' },
    { name: 'a key that holds a bar', text: '"x | y": 1\nv: >-\n  a\n', span: '>-\n  a' },
    {
      name: 'a hundred thousand empty lines',
      text: `v: |\n  a${'\n'.repeat(100_000)}  b\n`,
      span: `|\n  a${'\n'.repeat(100_000)}  b`,
    },
  ])('goes from header to last line with content: $name', ({ text, span }) => {
    expect(read(text)).toMatchObject({ span, end: undefined, endsInBlockScalar: true });
  });

  it.each([
    { name: 'at the start of the text', text: '|-  # c\n a\n', span: '|-  # c\n a' },
    { name: 'behind a marker', text: '--- >\n a\n', span: '>\n a' },
  ])('goes from header to last line with content: $name', ({ text, span }) => {
    const tree = treeOf(text);
    const found = spanOf(tree, tree.root);
    expect(found && text.slice(found.start, found.end)).toBe(span);
  });

  it.each([
    { name: 'no line', text: 'v: |-\nw: b\n' },
    { name: 'blank lines only', text: 'v: |+\n  \n\nw: b\n' },
  ])('does not exist for $name', ({ text }) => {
    expect(read(text).span).toBeUndefined();
  });
});

describe('endsInBlockScalar', () => {
  it.each([
    { name: 'a block scalar', text: 'v: |\n  a', ends: true },
    { name: 'a mapping that ends in one', text: 'v:\n  a: 1\n  b: >-\n    c', ends: true },
    { name: 'a list that ends in one', text: 'v:\n- a\n- |\n  b', ends: true },
    { name: 'a mapping that begins with one', text: 'v:\n  a: |\n    b\n  c: d', ends: false },
    { name: 'a mapping that ends in an alias', text: 'v:\n  a: &x |\n    b\n  c: *x', ends: false },
    { name: 'a mapping that ends in nothing', text: 'v:\n  a: |\n    b\n  c:', ends: false },
    { name: 'a list that ends in an alias of one', text: 'v:\n- &x |\n  b\n- *x', ends: false },
    { name: 'an empty list behind one', text: 'u: |\n  a\nv: []', ends: false },
  ])('is $ends for $name', ({ text, ends }) => {
    expect(read(text).endsInBlockScalar).toBe(ends);
  });
});

describe('afterColon', () => {
  it.each([
    { name: 'a plain key', text: 'v: a', rest: ' a' },
    { name: 'a key in quotes with a blank', text: '"v" \t: a', rest: ' a' },
    { name: 'an alias as key', text: 'u: &a v\n*a : b', rest: ' b' },
  ])('is the offset behind the colon of $name', ({ text, rest }) => {
    const tree = treeOf(text);
    const key = entriesOf(tree, tree.root).at(-1)?.key ?? NONE;
    expect(text.slice(afterColon(tree, key))).toBe(rest);
  });

  it.each([
    { name: 'a key without a colon on its line', text: '? v\n: a' },
    { name: 'a key that is a block scalar', text: '? |\n  v\n: a' },
    { name: 'a key that is a collection', text: '? [v]\n: a' },
    { name: 'a key of which nothing is written', text: ': a' },
    { name: 'a key in brackets alone', text: '{v}' },
  ])('is undefined for $name', ({ text }) => {
    const tree = treeOf(text);
    expect(afterColon(tree, entriesOf(tree, tree.root)[0]?.key ?? NONE)).toBeUndefined();
  });
});

describe('lineEndAfter', () => {
  it.each([
    { name: 'the end of the text', source: 'a', end: 1 },
    { name: 'a line break', source: 'a\nb', end: 1 },
    { name: 'blanks', source: 'a \t\r\nb', end: 3 },
    { name: 'a comment', source: 'a # b\nc', end: 5 },
    { name: 'a comment at the end of the text', source: 'a\t#', end: 3 },
  ])('is the end of a line on which only $name follows', ({ source, end }) => {
    expect(lineEndAfter(source, 1)).toBe(end);
  });

  it.each([
    { name: 'something else', source: 'a b' },
    { name: 'a comma', source: 'a, # b' },
    { name: 'a hash without a blank', source: 'a#b' },
  ])('is undefined where $name follows', ({ source }) => {
    expect(lineEndAfter(source, 1)).toBeUndefined();
  });
});
