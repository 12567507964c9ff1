import { describe, expect, it } from 'vitest';
import type { Convergence } from '../../src/reconcile/convergence.ts';
import { Unreported } from '../../src/reconcile/unreported.ts';

/** What was written and corrected is passed on as it is, so words do. */
const convergence = (written: readonly string[], corrected: readonly string[]): Convergence =>
  ({ resource: 'r', plan: 'p', outcomes: ['o'], written, corrected }) as unknown as Convergence;

describe('Unreported', () => {
  it('adds what earlier convergences left to report, in order, and changes nothing else', () => {
    const unreported = new Unreported();
    expect(unreported.add('ns/a', convergence(['w1'], ['c1']))).toEqual(convergence(['w1'], ['c1']));
    expect(unreported.add('ns/a', convergence(['w2'], []))).toEqual(convergence(['w1', 'w2'], ['c1']));
    expect(unreported.add('ns/a', convergence([], ['c3']))).toEqual(convergence(['w1', 'w2'], ['c1', 'c3']));
  });

  it('keeps resources apart, and forgets only the one that was reported', () => {
    const unreported = new Unreported();
    unreported.add('ns/a', convergence(['a'], []));
    unreported.add('ns/b', convergence(['b'], []));
    unreported.reported('ns/a');
    expect(unreported.add('ns/a', convergence([], []))).toEqual(convergence([], []));
    expect(unreported.add('ns/b', convergence([], []))).toEqual(convergence(['b'], []));
  });
});
