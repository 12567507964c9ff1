import { describe, expect, it } from 'vitest';
import type { JsonNode } from '../../../../src/edit/text/json/json-nodes.ts';
import { memberOf, readJsonNodes } from '../../../../src/edit/text/json/json-nodes.ts';

function nodes(text: string): JsonNode {
  const root = readJsonNodes(text);
  if (root.kind === 'invalid') throw new Error(root.reason);
  return root;
}

/** Every node of a text as its source, outermost first. */
function sources(text: string): readonly string[] {
  const walk = (node: JsonNode): readonly string[] => {
    const below =
      node.kind === 'object'
        ? node.members.flatMap(({ keySpan, value }) => [
            text.slice(keySpan.start, keySpan.end),
            ...walk(value),
          ])
        : node.kind === 'array'
          ? node.items.flatMap(walk)
          : [];
    return [text.slice(node.start, node.end), ...below];
  };
  return walk(nodes(text));
}

describe('readJsonNodes', () => {
  it.each([
    { name: 'a word between blanks', text: ' \n"a" ', found: ['"a"'] },
    { name: 'an empty object', text: '{ }', found: ['{ }'] },
    { name: 'an empty array', text: '[\n]', found: ['[\n]'] },
    {
      name: 'an object with blanks everywhere',
      text: '{ "a" : 1 , "b":\t[ true,null ] }',
      found: ['{ "a" : 1 , "b":\t[ true,null ] }', '"a"', '1', '"b"', '[ true,null ]', 'true', 'null'],
    },
    {
      name: 'brackets, quotes and escapes in strings',
      text: '["]\\"{,", {"}\\\\":-1.5e3}]',
      found: ['["]\\"{,", {"}\\\\":-1.5e3}]', '"]\\"{,"', '{"}\\\\":-1.5e3}', '"}\\\\"', '-1.5e3'],
    },
  ])('finds where $name is written', ({ text, found }) => {
    expect(sources(text)).toEqual(found);
  });

  it('reads keys and values as JSON.parse does', () => {
    const root = nodes('{"a\\u0062":"\\n","c":{"d":null}}');
    expect(memberOf(root, 'ab')).toMatchObject({ kind: 'scalar', value: '\n' });
    expect(memberOf(memberOf(root, 'c') ?? root, 'd')).toMatchObject({ kind: 'scalar', value: null });
    expect(memberOf(root, 'x')).toBeUndefined();
    expect(memberOf(nodes('[1]'), 'a')).toBeUndefined();
  });

  it.each([
    { name: 'what is not JSON', text: "{'a': 1}", reason: /^it is not JSON \([^\n]+\): fix it by hand$/ },
    { name: 'the empty text', text: '', reason: /^it is not JSON/ },
    {
      name: 'lines that are not JSON, in one line',
      text: '[1,\n\n x]',
      reason: /^it is not JSON \([^\n]*"\[1, x\]"[^\n]*\): fix it by hand$/,
    },
    {
      name: 'a key that is given twice',
      text: '{"a":1,\n"b":2,"b":3,"a":4}',
      reason: /^line 2, column 7: key "b" is given twice: keep one$/,
    },
    {
      name: 'a key that is given twice in another spelling, deep inside',
      text: '[{}, {"x":[{"a":1,"\\u0061":2}]}]',
      reason: /^line 1, column 19: key "a" is given twice/,
    },
    {
      name: 'a hundred and one levels',
      text: `${'[{"a":'.repeat(50)}\n{}${'}]'.repeat(50)}`,
      reason: /^line 2, column 1: it is nested deeper than 100 levels: make it flat$/,
    },
    {
      name: 'more levels than the stack has calls',
      text: '['.repeat(200_000) + ']'.repeat(200_000),
      reason: /^line 1, column 101: it is nested deeper/,
    },
  ])('calls $name invalid', ({ text, reason }) => {
    expect(readJsonNodes(text)).toEqual({ kind: 'invalid', reason: expect.stringMatching(reason) });
  });

  it.each([
    { name: 'a hundred levels', text: '['.repeat(100) + ']'.repeat(100) },
    { name: 'many lists beside each other', text: `[${'[],'.repeat(300)}[]]` },
    { name: 'many objects beside each other', text: `[${'{},'.repeat(300)}{}]` },
    { name: 'brackets in strings', text: `["${'['.repeat(300)}\\"${'{'.repeat(300)}"]` },
    { name: 'one key in several objects', text: '[{"a":1},{"a":1},{"b":{"a":1}}]' },
    { name: 'a key like a property of every object', text: '{"__proto__":1,"constructor":2}' },
  ])('takes $name', ({ text }) => {
    expect(readJsonNodes(text).kind).not.toBe('invalid');
  });
});
