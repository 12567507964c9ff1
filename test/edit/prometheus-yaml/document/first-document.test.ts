import { describe, expect, it } from 'vitest';

import {
  directivesOf,
  endOfFirstDocument,
} from '../../../../src/edit/prometheus-yaml/document/first-document.ts';

describe('endOfFirstDocument', () => {
  it.each([
    { name: 'the whole text without markers', text: 'a: b\n', rest: '' },
    { name: 'a document start belongs to the first document', text: '# x\n\n---\na: b\n', rest: '' },
    {
      name: 'a start after a directive and a byte order mark',
      text: '\ufeff%YAML 1.1\n--- # x\na: b\n',
      rest: '',
    },
    { name: 'the second start ends it', text: '---\na: b\n--- \nc', rest: '--- \nc' },
    { name: 'a start after content ends it', text: 'a: b\n---\nc', rest: '---\nc' },
    { name: 'dots end it', text: 'a: b\n...\n%@', rest: '...\n%@' },
    { name: 'dots at the very start end it', text: '...\na: b', rest: '...\na: b' },
    { name: 'a marker after a lone CR', text: 'a: b\r---\rc', rest: '---\rc' },
    { name: 'a marker that ends the text', text: 'a: b\n---', rest: '---' },
    { name: 'an indented marker is text', text: 'a: |\n ---\n ...\n', rest: '' },
    { name: 'a longer run is text', text: 'a: b\n----\n...x\n', rest: '' },
    { name: 'a comment in front is text', text: 'a: b\n# ---\n', rest: '' },
    { name: 'content on the line of the start', text: '--- {a: b}\n---\n', rest: '---\n' },
  ])('$name', ({ text, rest }) => {
    expect(text.slice(endOfFirstDocument(text))).toBe(rest);
  });

  it('is linear in comments', () => {
    const start = performance.now();
    endOfFirstDocument(`${'# a comment\n'.repeat(100_000)}---\na: b\n`);
    expect(performance.now() - start).toBeLessThan(1000);
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
