import { describe, expect, it } from 'vitest';
import {
  booleanMeaning,
  hasPlainTag,
  isMergeKey,
  isNull,
  keyMeaning,
  stringMeaning,
} from '../../../../src/edit/prometheus-yaml/document/scalar-meaning.ts';
import { entriesOf, NONE } from '../../../../src/edit/text/yaml/tree.ts';
import { treeOf, valueOf } from '../../text/yaml/tree-of.ts';

/** A meaning in one word: its value, `unset`, or why it is unknown. */
function word(meaning: ReturnType<typeof stringMeaning> | ReturnType<typeof booleanMeaning>): unknown {
  return meaning.kind === 'value' ? meaning.value : meaning.kind === 'unset' ? 'unset' : meaning.why;
}

describe('stringMeaning', () => {
  it.each([
    { value: 'a b', means: 'a b' },
    { value: '0644', means: '0644' },
    { value: 'yes', means: 'yes' },
    { value: '"\\x41"', means: 'A' },
    { value: "'it''s'", means: "it's" },
    { value: '|\n  a\n  b', means: 'a\nb\n' },
    { value: '!!str 1', means: '1' },
    { value: '!<tag:yaml.org,2002:str> ~', means: '~' },
    { value: '!local null', means: 'null' },
    { value: '', means: 'unset' },
    { value: '~', means: 'unset' },
    { value: 'null', means: 'unset' },
    { value: 'Null', means: 'unset' },
    { value: 'NULL', means: 'unset' },
    { value: '"null"', means: 'null' },
    { value: '""', means: '' },
    { value: 'nULL', means: 'nULL' },
    { value: '!!int 1', means: 'a text has the tag !!int' },
    { value: '! a', means: 'a text has the tag !' },
    { value: '!!null ~', means: 'a text has the tag !!null' },
    { value: '[a]', means: 'there is a list or mapping where a text is needed' },
    { value: '{a: b}', means: 'there is a list or mapping where a text is needed' },
  ])('takes $value for "$means"', ({ value, means }) => {
    const tree = treeOf(`v: ${value}\n`);
    expect(word(stringMeaning(tree, valueOf(tree, 'v')))).toBe(means);
  });

  it('reads an alias as what it refers to', () => {
    const tree = treeOf('u: &a b\nv: *a\n');
    expect(word(stringMeaning(tree, valueOf(tree, 'v')))).toBe('b');
  });
});

describe('booleanMeaning', () => {
  it.each([
    ...['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'].map((value) => ({
      value,
      means: true,
    })),
    ...['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'].map((value) => ({
      value,
      means: false,
    })),
    { value: '!!bool true', means: true },
    { value: '!<tag:yaml.org,2002:bool> no', means: false },
    { value: '', means: 'unset' },
    { value: '~', means: 'unset' },
    { value: '!!bool ~', means: '"~" is neither true nor false' },
    { value: 'tRue', means: '"tRue" is neither true nor false' },
    { value: '1', means: '"1" is neither true nor false' },
    { value: 'x'.repeat(50), means: `"${'x'.repeat(40)}" is neither true nor false` },
    { value: '"true"', means: 'there is a quoted text where true or false is needed' },
    { value: '|-\n  true', means: 'there is a quoted text where true or false is needed' },
    { value: '!!str true', means: 'true or false has the tag !!str' },
    { value: '!local true', means: 'true or false has the tag !local' },
    { value: '[true]', means: 'there is a list or mapping where true or false is needed' },
  ])('takes $value for $means', ({ value, means }) => {
    const tree = treeOf(`v: ${value}\n`);
    expect(word(booleanMeaning(tree, valueOf(tree, 'v')))).toBe(means);
  });
});

describe('keyMeaning', () => {
  it.each([
    { key: 'a_long_key', means: 'a_long_key' },
    { key: 'a', means: 'a' },
    { key: '"a\\u0062"', means: 'ab' },
    { key: "'long key in quotes'", means: 'long key in quotes' },
    { key: '!!str tagged_key', means: 'tagged_key' },
    { key: '!local tagged_key', means: 'tagged_key' },
    { key: 'null', means: '' },
    { key: '~', means: '' },
    { key: '', means: '' },
    { key: 'nullx', means: 'nullx' },
    { key: '!!int 12345', means: undefined },
    { key: '[a]', means: undefined },
    { key: '<<', means: '<<' },
  ])('takes $key for $means', ({ key, means }) => {
    const tree = treeOf(`${key} : v\n`);
    expect(keyMeaning(tree, entriesOf(tree, tree.root)[0]?.key ?? NONE)).toBe(means);
  });
});

describe('isMergeKey', () => {
  it.each([
    { key: '<<', is: true },
    { key: '!!merge <<', is: true },
    { key: '!<tag:yaml.org,2002:merge> <<', is: true },
    { key: '!!merge "<<"', is: true },
    { key: '"<<"', is: false },
    { key: "'<<'", is: false },
    { key: '!!str <<', is: false },
    { key: '<', is: false },
    { key: '<<<', is: false },
    { key: 'ab', is: false },
    { key: '"\\x3c<"', is: false },
    { key: '!!merge "\\x3c<"', is: true },
    { key: '[<<]', is: false },
  ])('is $is for $key', ({ key, is }) => {
    const tree = treeOf(`${key} : v\n`);
    expect(isMergeKey(tree, entriesOf(tree, tree.root)[0]?.key ?? NONE)).toBe(is);
  });
});

describe('isNull', () => {
  it.each([
    { value: '', is: true },
    { value: '~', is: true },
    { value: '"~"', is: false },
    { value: '{}', is: false },
    { value: 'a', is: false },
    { value: '!!int 1', is: false },
  ])('is $is for "$value"', ({ value, is }) => {
    const tree = treeOf(`v: ${value}\n`);
    expect(isNull(tree, valueOf(tree, 'v'))).toBe(is);
  });

  it('reads an alias as what it refers to', () => {
    const tree = treeOf('u: &a ~\nv: *a\nw: &b {}\nx: *b\n');
    expect(isNull(tree, valueOf(tree, 'v'))).toBe(true);
    expect(isNull(tree, valueOf(tree, 'x'))).toBe(false);
  });
});

describe('hasPlainTag', () => {
  it.each([
    { value: '{}', is: true },
    { value: '!!map {}', is: true },
    { value: '!!seq []', is: true },
    { value: '!local {}', is: false },
    { value: '!!omap {}', is: false },
  ])('is $is for $value', ({ value, is }) => {
    const tree = treeOf(`v: ${value}\n`);
    expect(hasPlainTag(tree, valueOf(tree, 'v'))).toBe(is);
  });
});
