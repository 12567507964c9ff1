import { describe, expect, it } from 'vitest';
import { selectorQuery } from '../../../src/kube/informers/selector-query.ts';

describe('selectorQuery', () => {
  it.each([
    { name: 'writes labels in one order', selector: { matchLabels: { b: '2', a: '1' } }, text: 'a=1,b=2' },
    {
      name: 'writes each operator of an expression',
      selector: {
        matchLabels: { a: '1' },
        matchExpressions: [
          { key: 'k', operator: 'In', values: ['y', 'x'] },
          { key: 'l', operator: 'NotIn', values: ['z'] },
          { key: 'm', operator: 'Exists' },
          { key: 'n', operator: 'DoesNotExist' },
        ],
      },
      text: '!n,a=1,k in (x,y),l notin (z),m',
    },
    {
      name: 'never selects all pods for an empty selector',
      selector: {},
      text: 'meshscrape.dev/none,!meshscrape.dev/none',
    },
    {
      name: 'selects nothing without a selector',
      selector: undefined,
      text: 'meshscrape.dev/none,!meshscrape.dev/none',
    },
    {
      name: 'selects nothing for an expression that is none',
      selector: { matchExpressions: [null] },
      text: 'meshscrape.dev/none,!meshscrape.dev/none',
    },
    {
      name: 'selects nothing for an operator that it does not know',
      selector: { matchLabels: { a: '1' }, matchExpressions: [{ key: 'k', operator: 'Like' }] },
      text: 'a=1,meshscrape.dev/none,!meshscrape.dev/none',
    },
  ])('$name', ({ selector, text }) => {
    expect(selectorQuery(selector)).toBe(text);
  });
});
