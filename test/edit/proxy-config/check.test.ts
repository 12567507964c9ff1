import { describe, expect, it } from 'vitest';
import { applyFirstProven } from '../../../src/edit/proxy-config/check.ts';

const text = 'a: 1\nholdApplicationUntilProxyStarts: true\nb: 2\n';
const whole = (after: string) => ({ start: 0, end: text.length, text: after });
const gone = { outputCerts: undefined, hold: undefined };

describe('applyFirstProven', () => {
  it.each([
    { name: 'changes a foreign field', after: 'a: 1\nb: 3\n' },
    { name: 'changes the type of a foreign field', after: 'a: 1\nb: "2"\n' },
    { name: 'drops a foreign field', after: 'a: 1\n' },
    { name: 'adds a foreign field', after: 'a: 1\nb: 2\nproxyMetadata: {A: b}\n' },
    { name: 'changes the order', after: 'b: 2\na: 1\n' },
    { name: 'leaves our field', after: text },
    { name: 'does not parse', after: 'a: [1\nb: 2\n' },
  ])('passes over a candidate that $name', ({ after }) => {
    const good = 'a: 1\nb: 2\n';
    expect(applyFirstProven(text, [whole(after), whole(good)], gone)).toBe(good);
    expect(applyFirstProven(text, [whole(after)], gone)).toBeUndefined();
  });
});
