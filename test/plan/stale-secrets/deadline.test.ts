import { describe, expect, it } from 'vitest';
import { nextStepMs, stepOf } from '../../../src/plan/stale-secrets/deadline.ts';

const DAY = 86_400_000;

const rows = [
  { left: 31 * DAY, step: { kind: 'Far' }, next: DAY },
  { left: 30 * DAY + 1, step: { kind: 'Far' }, next: 1 },
  { left: 30 * DAY, step: { kind: 'Within', days: 30 }, next: 16 * DAY },
  { left: 14 * DAY, step: { kind: 'Within', days: 14 }, next: 7 * DAY },
  { left: 7 * DAY, step: { kind: 'Within', days: 7 }, next: 4 * DAY },
  { left: 3 * DAY, step: { kind: 'Within', days: 3 }, next: 2 * DAY },
  { left: DAY, step: { kind: 'Within', days: 1 }, next: DAY },
  { left: 1, step: { kind: 'Within', days: 1 }, next: 1 },
  { left: 0, step: { kind: 'Expired' }, next: undefined },
  { left: -DAY, step: { kind: 'Expired' }, next: undefined },
];

describe('stepOf and nextStepMs', () => {
  it.each(rows)('names the step and the wait for the next one with $left ms left', ({ left, step, next }) => {
    expect(stepOf(1e12 + left, 1e12)).toEqual(step);
    expect(nextStepMs(1e12 + left, 1e12)).toBe(next);
  });

  it('finds a new step at the end of every wait', () => {
    let now = 0;
    const seen: unknown[] = [];
    for (let wait: number | undefined = 0; wait !== undefined; wait = nextStepMs(100 * DAY, now)) {
      now += wait;
      seen.push(stepOf(100 * DAY, now));
    }
    expect(seen).toEqual([
      { kind: 'Far' },
      ...[30, 14, 7, 3, 1].map((days) => ({ kind: 'Within', days })),
      { kind: 'Expired' },
    ]);
  });
});
