import { describe, expect, it } from 'vitest';
import { matchesGlob } from '../../../../src/edit/prometheus-yaml/jobs/glob.ts';

describe('matchesGlob', () => {
  it.each([
    ['*', '', true],
    ['*', 'a/b.c', true],
    ['?', 'a', true],
    ['?', '🦀', true],
    ['?', '', false],
    ['a*c', 'abc', true],
    ['a*c', 'abcd', false],
    ['*a*b*', 'xxaxxbxx', true],
    ['a.c', 'abc', false],
    ['[ab]', 'a', false],
    ['[ab]', '[ab]', true],
    ['istio-*', 'kubernetes-istio-x', false],
    ['A', 'a', false],
  ])('%s on %s is %s', (glob, name, expected) => {
    expect(matchesGlob(glob, name)).toBe(expected);
  });

  it('comes to an end for many stars, where trying all ways would not', () => {
    expect(matchesGlob('*a'.repeat(60) + 'b', 'a'.repeat(5000))).toBe(false);
  });
});
