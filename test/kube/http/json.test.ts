import { describe, expect, it } from 'vitest';
import { isKubernetesObject, parseList } from '../../../src/kube/http/json.ts';

describe('parseList', () => {
  it('fills apiVersion and kind in where a built-in list leaves them out', () => {
    const item = { metadata: { name: 'a', namespace: 'ns', resourceVersion: '5' }, futureField: [1] };
    const list = {
      kind: 'StatefulSetList',
      apiVersion: 'apps/v1',
      metadata: { resourceVersion: '9' },
      items: [item],
    };
    expect(parseList(JSON.stringify(list))).toEqual({
      items: [{ apiVersion: 'apps/v1', kind: 'StatefulSet', ...item }],
      resourceVersion: '9',
      next: '',
    });
  });

  it('keeps the kind that an item names itself', () => {
    const item = { apiVersion: 'x/v1', kind: 'Own', metadata: { name: 'a', resourceVersion: '5' } };
    const list = { kind: 'ThingList', apiVersion: 'y/v1', metadata: { resourceVersion: '9' }, items: [item] };
    expect(parseList(JSON.stringify(list))?.items).toEqual([item]);
  });

  it.each(['', '<html>', '[]', '{}', '{"metadata":{}}'])('answers undefined for %j', (body) => {
    expect(parseList(body)).toBeUndefined();
  });
});

describe('isKubernetesObject', () => {
  it.each([
    {
      name: 'takes what has a name and a version',
      value: { metadata: { name: 'a', resourceVersion: '1' } },
      expected: true,
    },
    { name: 'refuses what has no version', value: { metadata: { name: 'a' } }, expected: false },
    { name: 'refuses what has no name', value: { metadata: { resourceVersion: '1' } }, expected: false },
    { name: 'refuses metadata that is no map', value: { metadata: [] }, expected: false },
    { name: 'refuses null', value: null, expected: false },
  ])('$name', ({ value, expected }) => {
    expect(isKubernetesObject(value)).toBe(expected);
  });
});
