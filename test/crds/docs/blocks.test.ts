import { describe, expect, it } from 'vitest';
import { fillBlocks } from '../../../crds/docs/blocks.ts';

const blocks = { a: 'new' };
const place = (inner: string): string => `x\n<!-- begin: a -->\n${inner}<!-- end: a -->\ny\n`;

describe('fillBlocks', () => {
  it('replaces what is between the markers, and nothing else', () => {
    const made = fillBlocks(place('old\n'), 'p.md', blocks);
    expect(made).toBe(place('<!-- prettier-ignore-start -->\n\nnew\n\n<!-- prettier-ignore-end -->\n'));
    expect(fillBlocks(made, 'p.md', blocks)).toBe(made);
  });

  it('throws for a block without a place', () => {
    expect(() => fillBlocks('x\n', 'p.md', blocks)).toThrow('p.md lacks <!-- begin: a -->');
    expect(() => fillBlocks('<!-- end: a -->\n<!-- begin: a -->\n', 'p.md', blocks)).toThrow('lacks');
  });

  it('throws for a place without a block', () => {
    const page = `${place('')}<!-- begin: b -->\n`;
    expect(() => fillBlocks(page, 'p.md', blocks)).toThrow('p.md has a place for b: no such block');
  });
});
