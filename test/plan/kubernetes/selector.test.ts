import { describe, expect, it } from 'vitest';
import { matches } from '../../../src/plan/kubernetes/selector.ts';

describe('matches', () => {
  it.each([
    { name: 'all labels', selector: { a: '1' }, labels: { a: '1', b: '2' }, yes: true },
    { name: 'another value', selector: { a: '1' }, labels: { a: '2' }, yes: false },
    { name: 'a missing label', selector: { a: '1', b: '2' }, labels: { a: '1' }, yes: false },
    { name: 'an empty selector', selector: {}, labels: undefined, yes: true },
    { name: 'no labels', selector: { a: '1' }, labels: undefined, yes: false },
  ])('is $yes for $name', ({ selector, labels, yes }) => {
    expect(matches(selector, labels)).toBe(yes);
  });
});
