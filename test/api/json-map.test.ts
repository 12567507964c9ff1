import { describe, expect, it } from 'vitest';
import { isMap, listAt, mapAt, textAt } from '../../src/api/json-map.ts';

const MAP = { map: { a: 1 }, list: [1, 'b'], text: 'c', nothing: null };

describe('isMap', () => {
  it.each([
    { name: 'an object is one', value: {}, expected: true },
    { name: 'a list is none', value: [], expected: false },
    { name: 'null is none', value: null, expected: false },
    { name: 'a text is none', value: 'a', expected: false },
  ])('$name', ({ value, expected }) => {
    expect(isMap(value)).toBe(expected);
  });
});

describe('mapAt, listAt and textAt', () => {
  it.each([
    { name: 'read a map as a map only', key: 'map', read: [{ a: 1 }, [], undefined] },
    { name: 'read a list as a list only', key: 'list', read: [{}, [1, 'b'], undefined] },
    { name: 'read a text as a text only', key: 'text', read: [{}, [], 'c'] },
    { name: 'take null for nothing', key: 'nothing', read: [{}, [], undefined] },
    { name: 'find nothing under a key that is not there', key: 'absent', read: [{}, [], undefined] },
  ])('$name', ({ key, read }) => {
    expect([mapAt(MAP, key), listAt(MAP, key), textAt(MAP, key)]).toEqual(read);
  });
});
