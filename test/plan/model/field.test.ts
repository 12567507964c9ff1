import { describe, expect, it } from 'vitest';
import {
  differs,
  driftOperation,
  fingerprint,
  pendingOperation,
  type Field,
  statusPath,
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

describe('differs, pendingOperation and driftOperation', () => {
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
    {
      name: 'set where it should not be',
      expected: undefined,
      actual: 'b',
      differs: true,
      pending: 'Remove',
      drift: 'Added',
    },
  ])('$name', ({ expected, actual, differs: wrong, pending, drift }) => {
    const each = { ...field, expected, actual };
    expect([differs(each), pendingOperation(each), driftOperation(each)]).toEqual([wrong, pending, drift]);
  });
});

describe('fingerprint', () => {
  it('stays the same where only the live values change', () => {
    expect(fingerprint([{ ...field, actual: 'c', wasInSync: true }])).toBe(fingerprint([field]));
  });

  it.each([{ expected: 'z' }, { path: 'spec.else' }, { target: 'Sidecar/y' }])(
    'changes with %o',
    (change) => {
      expect(fingerprint([{ ...field, ...change }])).not.toBe(fingerprint([field]));
    },
  );
});

describe('statusPath', () => {
  it.each([
    { name: 'keeps a path of 256 characters', path: 'p'.repeat(256), says: 'p'.repeat(256) },
    { name: 'cuts and hashes a path of 257 characters', path: 'p'.repeat(257), says: `${'p'.repeat(240)}…#` },
    { name: 'hashes a short path that is not printable', path: 'a\u0000b', says: 'a?b…#' },
    { name: 'counts code points, not units', path: '😀'.repeat(256), says: '😀'.repeat(256) },
  ])('$name', ({ path, says }) => {
    const text = statusPath({ path });
    expect(says.endsWith('#') ? text.replace(/#[0-9a-z]+$/, '#') : text).toBe(says);
  });

  it('differs for two paths that differ after the cut', () => {
    const long = 'p'.repeat(300);
    expect(statusPath({ path: `${long}a` })).not.toBe(statusPath({ path: `${long}b` }));
  });
});
