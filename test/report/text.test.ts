import { describe, expect, it } from 'vitest';
import { clip } from '../../src/report/text.ts';

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
    { name: 'mends a lone surrogate', text: 'a\ud800b', max: 99, clipped: 'a\ufffdb' },
    { name: 'counts what escaping adds', text: '\u0000\u0000', max: 6, clipped: '\\u000…' },
    { name: 'is empty for empty', text: '', max: 1, clipped: '' },
  ])('$name', ({ text, max, clipped }) => {
    expect(clip(text, max)).toBe(clipped);
  });
});
