import { describe, expect, it } from 'vitest';
import {
  breakAt,
  breakBefore,
  describePosition,
  indexLines,
  lineBreakOf,
  lineEnd,
  lineStart,
  nextLineStart,
} from '../../../src/edit/text/lines.ts';

/** Five lines: a, bc, (empty), d, e. */
const MIXED = 'a\r\nbc\r\rd\ne';

describe('indexLines', () => {
  it.each([
    { name: 'the start', text: MIXED, offset: 0, line: 1, column: 1 },
    { name: 'the break of the first line', text: MIXED, offset: 1, line: 1, column: 2 },
    { name: 'a line after \\r\\n', text: MIXED, offset: 3, line: 2, column: 1 },
    { name: 'the second column', text: MIXED, offset: 4, line: 2, column: 2 },
    { name: 'an empty line after a lone \\r', text: MIXED, offset: 6, line: 3, column: 1 },
    { name: 'a line after a lone \\r', text: MIXED, offset: 7, line: 4, column: 1 },
    { name: 'a line after \\n', text: MIXED, offset: 9, line: 5, column: 1 },
    { name: 'the end of the text', text: MIXED, offset: 10, line: 5, column: 2 },
    { name: 'the end behind a last break', text: 'a\n', offset: 2, line: 2, column: 1 },
    { name: 'a text with \\n only', text: 'a\nb\n\nc', offset: 5, line: 4, column: 1 },
    { name: 'a column in UTF-16 units', text: '🦀x', offset: 2, line: 1, column: 3 },
    { name: 'a byte order mark, which takes no column', text: '\ufeffab', offset: 2, line: 1, column: 2 },
    { name: 'the byte order mark itself', text: '\ufeffab', offset: 0, line: 1, column: 1 },
    { name: 'a mark that does not begin the text', text: 'a\n\ufeffb', offset: 3, line: 2, column: 2 },
    { name: 'the empty text', text: '', offset: 0, line: 1, column: 1 },
  ])('gives line and column of $name', ({ text, offset, line, column }) => {
    expect(indexLines(text)(offset)).toEqual({ line, column });
  });

  it('answers for every offset of one text, in any order', () => {
    const locate = indexLines('ab\ncd\nef');
    expect([7, 0, 4, 6, 3].map((offset) => locate(offset).line)).toEqual([3, 1, 2, 3, 2]);
  });
});

describe('describePosition', () => {
  it('says line and column for a sentence', () => {
    expect(describePosition(MIXED, 7)).toBe('line 4, column 1');
  });
});

describe('lineStart, lineEnd and nextLineStart', () => {
  it.each([
    { name: 'the first line', text: MIXED, offset: 0, start: 0, end: 1, next: 3 },
    { name: 'a line between \\r\\n and \\r', text: MIXED, offset: 4, start: 3, end: 5, next: 6 },
    { name: 'the break of a line', text: MIXED, offset: 5, start: 3, end: 5, next: 6 },
    { name: 'an empty line', text: MIXED, offset: 6, start: 6, end: 6, next: 7 },
    { name: 'the last line', text: MIXED, offset: 9, start: 9, end: 10, next: 10 },
    { name: 'the end of the text', text: MIXED, offset: 10, start: 9, end: 10, next: 10 },
    { name: 'a line behind a byte order mark', text: '\ufeffab\n', offset: 2, start: 1, end: 3, next: 4 },
    { name: 'the byte order mark', text: '\ufeffab\n', offset: 0, start: 1, end: 3, next: 4 },
    { name: 'the empty text', text: '', offset: 0, start: 0, end: 0, next: 0 },
  ])('find $name', ({ text, offset, start, end, next }) => {
    expect(lineStart(text, offset)).toBe(start);
    expect(lineEnd(text, offset)).toBe(end);
    expect(nextLineStart(text, offset)).toBe(next);
  });
});

describe('breakAt and breakBefore', () => {
  it.each([
    { text: '\r\nx', at: 0, there: '\r\n' },
    { text: '\rx', at: 0, there: '\r' },
    { text: '\nx', at: 0, there: '\n' },
    { text: 'x\n', at: 0, there: '' },
    { text: 'x', at: 1, there: '' },
  ])('breakAt gives $there at $at of $text', ({ text, at, there }) => {
    expect(breakAt(text, at)).toBe(there);
  });

  it.each([
    { text: 'x\r\n', at: 3, there: '\r\n' },
    { text: 'x\r', at: 2, there: '\r' },
    { text: 'x\n', at: 2, there: '\n' },
    { text: '\n', at: 1, there: '\n' },
    { text: 'x\n', at: 1, there: '' },
    { text: '\r', at: 0, there: '' },
  ])('breakBefore gives $there before $at of $text', ({ text, at, there }) => {
    expect(breakBefore(text, at)).toBe(there);
  });
});

describe('lineBreakOf', () => {
  it.each([
    { name: 'the first of several', text: 'a\r\nb\nc', found: '\r\n' },
    { name: 'a lone \\r', text: 'a\rb', found: '\r' },
    { name: '\\n for a text of one line', text: 'a', found: '\n' },
  ])('gives $name', ({ text, found }) => {
    expect(lineBreakOf(text)).toBe(found);
  });
});
