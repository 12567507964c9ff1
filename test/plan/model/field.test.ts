import { describe, expect, it } from 'vitest';
import {
  differs,
  driftOperation,
  fingerprint,
  pendingOperation,
  type Field,
} from '../../../src/plan/model/field.ts';

const field: Field = {
  target: 'Sidecar/x',
  path: 'spec.egress',
  expected: 'a',
  actual: 'b',
  applyPath: undefined,
  fieldPath: [],
  wasInSync: false,
};

describe('the words of a leaf', () => {
  it.each([
    { name: 'equal', expected: 'a', actual: 'a', differs: false, pending: 'Change', drift: 'Changed' },
    { name: 'changed', expected: 'a', actual: 'b', differs: true, pending: 'Change', drift: 'Changed' },
    {
      name: 'changed to an empty text',
      expected: 'a',
      actual: '',
      differs: true,
      pending: 'Change',
      drift: 'Changed',
    },
    { name: 'missing', expected: 'a', actual: undefined, differs: true, pending: 'Add', drift: 'Removed' },
    {
      name: 'missing where it should be empty',
      expected: '',
      actual: undefined,
      differs: true,
      pending: 'Add',
      drift: 'Removed',
    },
    { name: 'unwanted', expected: undefined, actual: 'b', differs: true, pending: 'Remove', drift: 'Added' },
  ])('$name', ({ expected, actual, differs: wrong, pending, drift }) => {
    const each = { ...field, expected, actual };
    expect([differs(each), pendingOperation(each), driftOperation(each)]).toEqual([wrong, pending, drift]);
  });
});

describe('fingerprint', () => {
  it('stands still when only the live values move', () => {
    expect(fingerprint([{ ...field, actual: 'c', wasInSync: true }])).toBe(fingerprint([field]));
  });

  it.each([{ expected: 'z' }, { path: 'spec.else' }, { target: 'Sidecar/y' }])('moves with %o', (change) => {
    expect(fingerprint([{ ...field, ...change }])).not.toBe(fingerprint([field]));
  });
});
