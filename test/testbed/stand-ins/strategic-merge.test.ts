// The order of merged lists is what Kubernetes' own library answers: test/e2e/mesh/templates.test.ts compares whole pods.
import { describe, expect, it } from 'vitest';

import { strategicMerge, type Fields } from '../../../testbed/stand-ins/strategic-merge.ts';

interface Row {
  readonly name: string;
  readonly original: Fields;
  readonly patch: Fields;
  readonly merged: Fields;
}

const env = (...names: readonly string[]): Fields => ({
  env: names.map((each) => {
    const [name = '', value] = each.split('=');
    return value === undefined ? { name } : { name, value };
  }),
});

const ROWS: readonly Row[] = [
  {
    name: 'maps field by field',
    original: { probe: { httpGet: { path: '/a', port: 1 }, periodSeconds: 3 } },
    patch: { probe: { httpGet: { path: '/b' } } },
    merged: { probe: { httpGet: { path: '/b', port: 1 }, periodSeconds: 3 } },
  },
  {
    name: 'a list without a key by replacing it',
    original: { args: ['a', 'b'] },
    patch: { args: ['c'] },
    merged: { args: ['c'] },
  },
  { name: 'null by taking away', original: { a: 1, b: 2 }, patch: { a: null }, merged: { b: 2 } },
  {
    name: 'nothing where a field is undefined',
    original: { a: 1 },
    patch: { a: undefined },
    merged: { a: 1 },
  },
  {
    name: 'mounts by their path',
    original: { volumeMounts: [{ name: 'a', mountPath: '/a', readOnly: true }] },
    patch: { volumeMounts: [{ name: 'b', mountPath: '/a' }] },
    merged: { volumeMounts: [{ name: 'b', mountPath: '/a', readOnly: true }] },
  },
  {
    name: 'mounts of another path beside each other',
    original: { volumeMounts: [{ name: 'a', mountPath: '/a' }] },
    patch: { volumeMounts: [{ name: 'b', mountPath: '/a/' }] },
    merged: {
      volumeMounts: [
        { name: 'b', mountPath: '/a/' },
        { name: 'a', mountPath: '/a' },
      ],
    },
  },
  {
    name: 'new entries first',
    original: env('A', 'B'),
    patch: env('C', 'D'),
    merged: env('C', 'D', 'A', 'B'),
  },
  {
    name: 'entries of the original before those of the patch that come after them',
    original: env('A', 'B', 'C'),
    patch: env('B=2', 'D'),
    merged: env('A', 'B=2', 'D', 'C'),
  },
  {
    name: 'into the first of two entries of one name',
    original: env('A=1', 'B', 'A=2'),
    patch: env('A=3'),
    merged: env('A=3', 'A=2', 'B'),
  },
  {
    name: 'two entries of one name one after the other into the first',
    original: env('A=1', 'B'),
    patch: env('A=2', 'A=3'),
    merged: env('A=3', 'B'),
  },
];

describe('strategicMerge', () => {
  it.each(ROWS)('merges $name', ({ original, patch, merged }) => {
    expect(strategicMerge(original, patch)).toEqual(merged);
  });
});
