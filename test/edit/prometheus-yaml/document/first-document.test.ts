import { describe, expect, it } from 'vitest';

import {
  directivesOf,
  endOfFirstDocument,
} from '../../../../src/edit/prometheus-yaml/document/first-document.ts';

describe('endOfFirstDocument', () => {
  it.each([
    { name: 'takes the whole text without markers', text: 'a: b\n', rest: '' },
    { name: 'takes a document start into the first document', text: '# x\n\n---\na: b\n', rest: '' },
    {
      name: 'takes a start after a directive and a byte order mark into it',
      text: '\ufeff%YAML 1.1\n--- # x\na: b\n',
      rest: '',
    },
    { name: 'ends at the second start', text: '---\na: b\n--- \nc', rest: '--- \nc' },
    { name: 'ends at a start after content', text: 'a: b\n---\nc', rest: '---\nc' },
    { name: 'ends at dots', text: 'a: b\n...\n%@', rest: '...\n%@' },
    { name: 'ends at dots at the very start', text: '...\na: b', rest: '...\na: b' },
    { name: 'ends at a marker after a lone CR', text: 'a: b\r---\rc', rest: '---\rc' },
    { name: 'ends at a marker that ends the text', text: 'a: b\n---', rest: '---' },
    { name: 'takes an indented marker for text', text: 'a: |\n ---\n ...\n', rest: '' },
    { name: 'takes a longer run for text', text: 'a: b\n----\n...x\n', rest: '' },
    { name: 'takes a marker in a comment for text', text: 'a: b\n# ---\n', rest: '' },
    { name: 'takes content on the line of the start', text: '--- {a: b}\n---\n', rest: '---\n' },
  ])('$name', ({ text, rest }) => {
    expect(text.slice(endOfFirstDocument(text))).toBe(rest);
  });

  it('passes each of many comments once', () => {
    const text = `${'# a comment\n'.repeat(100_000)}---\na: b\n`;
    expect(endOfFirstDocument(text)).toBe(text.length);
  });
});

describe('directivesOf', () => {
  it('gives the lines that begin with % before anything else', () => {
    expect(directivesOf('\ufeff%YAML 1.1\n# x\n\n%TAG ! !\n---\n%no')).toEqual([
      { at: 1, line: '%YAML 1.1' },
      { at: 16, line: '%TAG ! !' },
    ]);
  });
});
