import { EVENT_ID } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { MAX_YAML_DEPTH, parseUnindented } from '../../../../src/edit/prometheus-yaml/document/unindented.ts';
import { buildTree } from '../../../../src/edit/text/yaml/build-tree.ts';
import { writtenEnd, writtenStart } from '../../../../src/edit/text/yaml/span.ts';
import type { Tree } from '../../../../src/edit/text/yaml/tree.ts';

function read(text: string): Tree {
  return parseUnindented(text, (events) => buildTree(text, events));
}

/** Every node as its source. */
function sources(text: string): readonly string[] {
  const tree = read(text);
  return tree.events.flatMap(({ type }, node) =>
    type === EVENT_ID.DOCUMENT || type === EVENT_ID.POP
      ? []
      : [text.slice(writtenStart(tree, node), writtenEnd(tree, node))],
  );
}

describe('parseUnindented', () => {
  it.each([
    { name: 'what js-yaml takes too', text: 'a: [b,\n  c]\n' },
    { name: 'a bracket at the margin', text: 'a: [b\n]\nc: d\n' },
    { name: 'a brace at the margin, behind blanks of others', text: 'x:\n  a: {b: c\n  }\nd: e\n' },
    { name: 'items at the margin', text: 'a: [\nb,\nc\n]\nd: [\n&x e,\n!t f, *x\n]\n' },
    { name: 'quoted text at the margin', text: 'a: "b\nc"\nd: \'e\nf\'\n' },
    { name: 'brackets in brackets', text: 'x:\n- a: [\n{b: [\nc\n]}\n]\n- d\n' },
    { name: 'lines with \\r\\n', text: 'a: [\r\nb\r\n]\r\nc: d\r\n' },
    { name: 'a bracket that block text holds beside one at the margin', text: 'a: |\n  ]\nb: [c\n]\n' },
  ])('finds the places in the text itself: $name', ({ text }) => {
    const found = sources(text);
    // With all lines far to the right js-yaml takes the text as it is.
    const indented = text.replaceAll(/\n(?=[\]}&!{"']|[b-f],|[bcf]\r?\n[\]}]|c"|f'|\{b)/g, '\n    ');
    expect(found).not.toHaveLength(0);
    expect(found.map((source) => source.replaceAll(/\s+/g, ' '))).toEqual(
      sources(indented).map((source) => source.replaceAll(/\s+/g, ' ')),
    );
  });

  it.each([
    { name: 'an item at the margin that is none', text: 'a:\n  b: c\n d: e\n' },
    { name: 'block text at the margin', text: 'a: |2\n  b\n c\n' },
    { name: 'what never ends', text: 'a: [\nb\n' },
    { name: 'more lines than are tried one by one', text: `a: [\n${'b,\n'.repeat(20)}]\n` },
  ])('throws what js-yaml threw for $name', ({ text }) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ name: 'YAMLException' }));
  });

  it('throws what the building throws, and tries nothing more', () => {
    let built = 0;
    const build = (): Tree => {
      built += 1;
      throw new RangeError('no');
    };
    expect(() => parseUnindented('a: b\n', build)).toThrow(RangeError);
    expect(built).toBe(1);
    expect(() => parseUnindented('a: [b\n]\n', build)).toThrow(RangeError);
    expect(built).toBe(2);
  });

  it('reads as many levels as it says', () => {
    const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);
    expect(() => read(nested(MAX_YAML_DEPTH - 1))).not.toThrow();
    expect(() => read(nested(MAX_YAML_DEPTH))).toThrow(/maxDepth/);
  });
});
