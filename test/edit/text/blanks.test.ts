import { describe, expect, it } from 'vitest';
import { skipBlanks, skipWhitespace, whitespaceBefore } from '../../../src/edit/text/blanks.ts';

describe('skipBlanks', () => {
  it.each([
    { name: 'spaces and tabs', text: 'a \t b', from: 1, to: 4 },
    { name: 'nothing where there is no blank', text: 'ab', from: 1, to: 1 },
    { name: 'up to a line break', text: ' \n ', from: 0, to: 1 },
    { name: 'up to the end', text: 'a  ', from: 1, to: 3 },
  ])('skips $name', ({ text, from, to }) => {
    expect(skipBlanks(text, from)).toBe(to);
  });
});

describe('skipWhitespace', () => {
  it.each([
    { name: 'blanks and line breaks', text: 'a \t\r\n b', from: 1, to: 6 },
    { name: 'nothing where there is none', text: 'ab', from: 1, to: 1 },
    { name: 'up to the end', text: 'a\n\n', from: 1, to: 3 },
    { name: 'no other blank of Unicode', text: 'a\u00a0', from: 1, to: 1 },
  ])('skips $name', ({ text, from, to }) => {
    expect(skipWhitespace(text, from)).toBe(to);
  });
});

describe('whitespaceBefore', () => {
  it.each([
    { name: 'blanks and line breaks', text: 'a\r\n\t b', offset: 5, found: '\r\n\t ' },
    { name: 'nothing behind a word', text: 'ab', offset: 2, found: '' },
    { name: 'all there is at the start', text: '  a', offset: 2, found: '  ' },
    { name: 'nothing at offset 0', text: ' a', offset: 0, found: '' },
  ])('gives $name', ({ text, offset, found }) => {
    expect(whitespaceBefore(text, offset)).toBe(found);
  });
});
