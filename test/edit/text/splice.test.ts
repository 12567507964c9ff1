import { describe, expect, it } from 'vitest';
import type { Splice } from '../../../src/edit/text/splice.ts';
import { applySplices, areApart, sortSplices } from '../../../src/edit/text/splice.ts';

const splice = (start: number, end: number, text = ''): Splice => ({ start, end, text });

describe('applySplices', () => {
  it.each([
    { name: 'no splice', splices: [], after: 'abcdef' },
    { name: 'an insertion at the start', splices: [splice(0, 0, '<')], after: '<abcdef' },
    { name: 'an insertion at the end', splices: [splice(6, 6, '>')], after: 'abcdef>' },
    { name: 'a replacement', splices: [splice(1, 3, 'XYZ')], after: 'aXYZdef' },
    { name: 'a removal', splices: [splice(1, 3)], after: 'adef' },
    { name: 'neighbours that touch', splices: [splice(1, 3, 'X'), splice(3, 4, 'Y')], after: 'aXYef' },
    {
      name: 'two insertions at one place',
      splices: [splice(2, 2, '1'), splice(2, 2, '2')],
      after: 'ab12cdef',
    },
    {
      name: 'an insertion in front of a removal',
      splices: [splice(2, 2, '+'), splice(2, 5)],
      after: 'ab+f',
    },
  ])('makes $name', ({ splices, after }) => {
    expect(applySplices('abcdef', splices)).toBe(after);
  });

  it.each([
    { name: 'overlap by one character', splices: [splice(0, 2), splice(1, 3)] },
    { name: 'are one within the other', splices: [splice(0, 5), splice(1, 2)] },
    { name: 'are not in the order of the text', splices: [splice(3, 4), splice(0, 1)] },
    { name: 'overlap as the last two of three', splices: [splice(0, 1), splice(2, 4), splice(3, 3)] },
  ])('throws RangeError for splices that $name', ({ splices }) => {
    expect(areApart(splices)).toBe(false);
    expect(() => applySplices('abcdef', splices)).toThrow(RangeError);
  });
});

describe('areApart', () => {
  it.each([
    { name: 'no splice', splices: [] },
    { name: 'one splice', splices: [splice(3, 3)] },
    { name: 'splices that touch', splices: [splice(0, 2), splice(2, 2), splice(2, 3)] },
  ])('is true for $name', ({ splices }) => {
    expect(areApart(splices)).toBe(true);
  });
});

describe('sortSplices', () => {
  it('puts splices in the order of the text, an insertion before what begins at its place', () => {
    const sorted = sortSplices([splice(4, 5), splice(2, 3), splice(2, 2), splice(0, 1)]);
    expect(sorted).toEqual([splice(0, 1), splice(2, 2), splice(2, 3), splice(4, 5)]);
  });

  it('leaves splices at one place in the order given', () => {
    const insertions = [splice(2, 2, 'b'), splice(2, 2, 'a'), splice(1, 1, 'c')];
    expect(sortSplices(insertions).map(({ text }) => text)).toEqual(['c', 'b', 'a']);
  });
});
