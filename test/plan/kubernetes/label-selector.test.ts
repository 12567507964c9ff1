import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LabelSelector } from '../../../src/api/kubernetes.ts';
import { selects } from '../../../src/plan/kubernetes/label-selector.ts';

/** Another one: FC_SEED=1 npx vitest run test/plan/kubernetes/label-selector.test.ts */
const SEED = Number(process.env['FC_SEED'] ?? 20_261_124);

const expression = (operator: string, ...values: string[]): LabelSelector => ({
  matchExpressions: [{ key: 'a', operator, values }],
});

describe('selects', () => {
  it.each([
    { name: 'no selector', selector: undefined, labels: { a: '1' }, yes: true },
    { name: 'an empty selector', selector: {}, labels: {}, yes: true },
    { name: 'In, with the value', selector: expression('In', '1', '2'), labels: { a: '2' }, yes: true },
    { name: 'In, with another value', selector: expression('In', '1'), labels: { a: '2' }, yes: false },
    { name: 'In, without the key', selector: expression('In', '1'), labels: {}, yes: false },
    { name: 'NotIn, with the value', selector: expression('NotIn', '1'), labels: { a: '1' }, yes: false },
    { name: 'NotIn, without the key', selector: expression('NotIn', '1'), labels: {}, yes: true },
    { name: 'Exists', selector: expression('Exists'), labels: { a: '' }, yes: true },
    { name: 'Exists, without the key', selector: expression('Exists'), labels: { b: '1' }, yes: false },
    { name: 'DoesNotExist', selector: expression('DoesNotExist'), labels: { a: '' }, yes: false },
    { name: 'DoesNotExist, without the key', selector: expression('DoesNotExist'), labels: {}, yes: true },
    { name: 'an operator of the future', selector: expression('Gt', '1'), labels: { a: '2' }, yes: false },
    {
      name: 'labels that match and an expression that does not',
      selector: { matchLabels: { b: '1' }, ...expression('Exists') },
      labels: { b: '1' },
      yes: false,
    },
  ])('is $yes for $name', ({ selector, labels, yes }) => {
    expect(selects(selector, labels)).toBe(yes);
  });

  const key = fc.constantFrom('a', 'b', 'c');
  const value = fc.constantFrom('', '1', '2');
  const labels = fc.dictionary(key, value);
  const selector = fc.record({
    matchLabels: fc.oneof(fc.constant({}), labels),
    matchExpressions: fc.array(
      fc.oneof(
        fc.record({
          key,
          operator: fc.constantFrom('In', 'NotIn'),
          values: fc.array(value, { minLength: 1 }),
        }),
        fc.record({ key, operator: fc.constantFrom('Exists', 'DoesNotExist') }),
      ),
      { maxLength: 3 },
    ),
  });

  /** Written as the API's documentation reads: every requirement is a set of allowed states of one key. */
  function allows(asked: LabelSelector, given: Readonly<Record<string, string>>): boolean {
    const states = ['', '1', '2', undefined];
    const allowed = new Map(['a', 'b', 'c'].map((each) => [each, new Set(states)]));
    const restrict = (of: string, keep: (state: string | undefined) => boolean): void => {
      for (const state of states) if (!keep(state)) allowed.get(of)?.delete(state);
    };
    for (const [of, only] of Object.entries(asked.matchLabels ?? {})) restrict(of, (each) => each === only);
    for (const { key: of, operator, values = [] } of asked.matchExpressions ?? []) {
      const listed = new Set<string | undefined>(values);
      if (operator === 'In') restrict(of, (each) => listed.has(each));
      if (operator === 'NotIn') restrict(of, (each) => !listed.has(each));
      if (operator === 'Exists') restrict(of, (each) => each !== undefined);
      if (operator === 'DoesNotExist') restrict(of, (each) => each === undefined);
    }
    return [...allowed].every(([of, rest]) => rest.has(given[of]));
  }

  it(`agrees with sets of allowed values on random selectors (seed ${SEED})`, () => {
    const seen = { true: 0, false: 0 };
    fc.assert(
      fc.property(selector, labels, (asked, given) => {
        const expected = allows(asked, given);
        seen[`${expected}`] += 1;
        expect(selects(asked, given)).toBe(expected);
      }),
      { seed: SEED, numRuns: 5000 },
    );
    expect(Math.min(seen.true, seen.false)).toBeGreaterThan(500);
  });
});
