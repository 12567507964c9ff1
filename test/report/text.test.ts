import { describe, expect, it } from 'vitest';
import { clip, withDocsAddress } from '../../src/report/text.ts';

describe('clip', () => {
  it.each([
    { name: 'keeps what fits', text: 'abc', max: 3, clipped: 'abc' },
    { name: 'cuts with an ellipsis that counts', text: 'abcd', max: 3, clipped: 'ab…' },
    { name: 'cuts by code points, not inside one', text: '🦊🦊🦊', max: 2, clipped: '🦊…' },
    { name: 'keeps newline and tab', text: 'a\n\tb', max: 9, clipped: 'a\n\tb' },
    {
      name: 'escapes control characters',
      text: 'a\u0000\u001b\u007f\r',
      max: 99,
      clipped: 'a\\u0000\\u001b\\u007f\\u000d',
    },
    { name: 'escapes what is no character', text: '\ufffe\uffff', max: 99, clipped: '\\ufffe\\uffff' },
    { name: 'replaces a lone surrogate', text: 'a\ud800b', max: 99, clipped: 'a\ufffdb' },
    { name: 'counts what escaping adds', text: '\u0000\u0000', max: 6, clipped: '\\u000…' },
    { name: 'is empty for empty', text: '', max: 1, clipped: '' },
  ])('$name', ({ text, max, clipped }) => {
    expect(clip(text, max)).toBe(clipped);
  });
});

describe('withDocsAddress', () => {
  const address = ' (docs/troubleshooting.md#writerefused)';
  const rows: readonly { name: string; text: string; whole: string }[] = [
    { name: 'puts the address at the end', text: 'denied', whole: `denied${address}` },
    { name: 'names it once', text: `denied${address}`, whole: `denied${address}` },
    {
      name: 'keeps a text that just fits',
      text: 'a'.repeat(1024 - address.length),
      whole: `${'a'.repeat(1024 - address.length)}${address}`,
    },
    {
      name: 'cuts the text, never the address',
      text: 'a'.repeat(2000),
      whole: `${'a'.repeat(1021 - address.length)}…${address}`,
    },
    {
      name: 'cuts what is short in characters and long in bytes',
      text: 'ü'.repeat(900),
      whole: `${'ü'.repeat((1024 - address.length - 3) / 2)}…${address}`,
    },
    { name: 'escapes first', text: 'a\u0000', whole: `a\\u0000${address}` },
  ];

  it.each(rows)('$name', ({ text, whole }) => {
    expect(withDocsAddress(text, 'WriteRefused')).toBe(whole);
  });

  it('fits into the message of a condition and the note of an Event, whatever the text', () => {
    for (const text of ['a', 'ü', '🦊', '\u0000', '\ud800']) {
      const whole = withDocsAddress(text.repeat(1500), 'InboundPolicyWouldBeBypassed');
      expect(Buffer.byteLength(whole)).toBeLessThanOrEqual(1024);
      expect(Buffer.byteLength(whole)).toBeGreaterThan(1010);
      expect(clip(whole, 1024)).toBe(whole);
    }
  });
});
