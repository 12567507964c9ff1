// docs/design/contract.md, and no other page, marks what no code does yet with the work that builds it: `_planned (12)_`.
// Take a number out of PLANNED with the change that finishes its work: the marks that were forgotten are then red.
import { describe, expect, it } from 'vitest';

import { read, readPages } from '../support/documents.ts';

const PLANNED: readonly number[] = [12, 13, 14, 15, 16];
const CONTRACT = read('docs/design/contract.md');

interface Marks {
  /** The number of each mark, in order. */
  readonly numbers: readonly number[];
  /** The word elsewhere, with what follows it. */
  readonly strays: readonly string[];
}

/** The legend, `_planned (N)_`, is no mark and no stray as long as something is planned. */
function marksOf(markdown: string, planned: readonly number[]): Marks {
  const prose = markdown.replaceAll(/`[^`\n]*`/g, '');
  const words = [...prose.matchAll(/(_?)planned(?: \((\w+)\))?(_?)(?=([^\n]{0,20}))/gi)];
  const isMark = ([, before, , after]: RegExpMatchArray): boolean => before === '_' && after === '_';
  const isLegend = ([, , number]: RegExpMatchArray): boolean => number === 'N' && planned.length > 0;
  const isNumbered = (word: RegExpMatchArray): boolean => isMark(word) && /^\d+$/.test(word[2] ?? '');
  return {
    numbers: words.filter(isNumbered).map(([, , number]) => Number(number)),
    strays: words
      .filter((word) => !isNumbered(word) && !(isMark(word) && isLegend(word)))
      .map(([word, , , , rest = '']) => word + rest),
  };
}

describe('marksOf', () => {
  it.each([
    { name: 'reads the number of a mark', text: 'A rule _planned (11)_.', numbers: [11], strays: 0 },
    {
      name: 'finds every mark of a line',
      text: '_planned (11)_, _planned (12)_',
      numbers: [11, 12],
      strays: 0,
    },
    { name: 'takes a mark without a number for a stray', text: 'A rule _planned_.', numbers: [], strays: 1 },
    { name: 'takes the bare word for a stray', text: 'This is planned (11).', numbers: [], strays: 1 },
    { name: 'leaves code alone', text: '`planned.test.ts`', numbers: [], strays: 0 },
    { name: 'accepts the legend', text: '_planned (N)_: not yet', numbers: [], strays: 0 },
  ])('$name', ({ text, numbers, strays }) => {
    const found = marksOf(text, PLANNED);
    expect(found.numbers).toEqual(numbers);
    expect(found.strays).toHaveLength(strays);
  });

  it('takes the legend for a stray once nothing is planned any more', () => {
    expect(marksOf('_planned (N)_: not yet', []).strays).toHaveLength(1);
  });
});

describe('docs/design/contract.md', () => {
  const { numbers, strays } = marksOf(CONTRACT, PLANNED);

  it('uses the word planned in marks with a number, and nowhere else', () => {
    expect(strays).toEqual([]);
  });

  it('marks what the open work builds, and nothing that is built', () => {
    expect([...new Set(numbers)].toSorted((a, b) => a - b)).toEqual(PLANNED);
  });

  it('marks each rule that a rule of today stands in for', () => {
    const today = CONTRACT.split('\n').filter((line) => /(?:^|[.:;] |^- )Today\b/.test(line));
    expect(today.filter((line) => marksOf(line, PLANNED).numbers.length === 0)).toEqual([]);
    expect(today.length).toBeGreaterThan(3);
  });

  it('explains each number in its legend', () => {
    const rows = [...CONTRACT.matchAll(/^\| (\d+) +\|/gm)].map(([, number]) => Number(number));
    expect(rows).toEqual(PLANNED);
  });
});

describe('every other page', () => {
  const others = [...readPages().values()].filter(({ path }) => path !== 'docs/design/contract.md');

  it.each(others)('says of nothing that it is planned: $path', ({ prose }) => {
    expect(marksOf(prose, [])).toEqual({ numbers: [], strays: [] });
  });
});
