import { describe, expect, it } from 'vitest';
import { compareVersions, isNewer } from '../../../src/kube/informers/resource-version.ts';
import { thing } from '../../support/thing.ts';

describe('compareVersions', () => {
  it.each([
    { name: 'finds equal versions equal', a: '5', b: '5', sign: 0 },
    { name: 'compares by number, not by text', a: '9', b: '10', sign: -1 },
    { name: 'finds the newer one newer', a: '11', b: '10', sign: 1 },
    { name: 'compares beyond every safe integer', a: '90071992547409931', b: '90071992547409930', sign: 1 },
  ])('$name', ({ a, b, sign }) => {
    expect(Math.sign(compareVersions(a, b))).toBe(sign);
  });
});

describe('isNewer', () => {
  it.each([
    { name: 'is true for a later version', version: '11', expected: true },
    { name: 'is false for the same version', version: '10', expected: false },
    { name: 'is false for an earlier version', version: '9', expected: false },
  ])('$name', ({ version, expected }) => {
    expect(isNewer(thing('a', version), thing('a', '10'))).toBe(expected);
  });
});
