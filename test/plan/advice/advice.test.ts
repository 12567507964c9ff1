import { describe, expect, it } from 'vitest';
import { FINDINGS } from '../../../src/api/findings.ts';
import { REASONS } from '../../../src/api/reasons.ts';
import { SITUATIONS } from '../../report/situations/all.ts';
import { snapshot } from '../../support/snapshot.ts';
import { EXEMPT, NOTHING_TO_DO, NOT_OUR_WORDS } from './exempt.ts';
import { changedObjects, reachOf } from './objects.ts';
import type { AdviceRow } from './row.ts';
import { ADVICE as ROWS } from './rows/all.ts';
import { troublesOf, type Trouble } from './troubles.ts';

const single = ROWS.flatMap(({ advice, ...row }) =>
  advice.flatMap(({ words, change, brings }) =>
    typeof change === 'string' ? [] : [{ ...row, words, change, brings }],
  ),
);

function troubleOf({ code, seen }: Pick<AdviceRow, 'code' | 'seen'>): Trouble {
  const all = troublesOf(snapshot(seen));
  const found = all.find((each) => each.code === code);
  if (found === undefined) throw new Error(`${code} is not said, but ${JSON.stringify(all, undefined, 1)}`);
  return found;
}

const isSame = (a: Trouble, b: Trouble): boolean => a.message === b.message && a.weight === b.weight;

const FIRST_WORDS =
  'add|annotate|change|check|choose|correct|create|declare|delete|drop|fix|give|grant|install|keep|label|leave|let|lower|make|mount|move|name|point|put|reload|remove|rename|run|save|set|spell|take|turn|unset|upgrade|use|wire|write';
const IMPERATIVE = new RegExp(
  `(?:^|[:;.,] (?:or |and |else )?| or | and |\\) )(${FIRST_WORDS})\\b(?! (?:the|a) wiring)`,
  'gi',
);

describe('advice', () => {
  it.each(ROWS)('is given with $code in these words and in no others where $name', (row) => {
    const { message } = troubleOf(row);
    const spans = row.advice.map(({ words }) => {
      expect(message).toContain(words);
      const start = message.indexOf(words);
      return { start, end: start + words.length };
    });
    const starts = spans.map(({ start }) => start);
    expect(starts).toEqual(starts.toSorted((a, b) => a - b));
    const others = [...message.matchAll(IMPERATIVE)]
      .map((match) => match.index + match[0].length - (match[1] ?? '').length)
      .filter((at) => !spans.some(({ start, end }) => start <= at && at < end));
    expect(others.map((at) => message.slice(at))).toEqual([]);
  });

  it.each(single)('$words: changes only what it names for $code where $name', ({ seen, change }) => {
    const before = snapshot(seen);
    expect(changedObjects(before, change.make(before))).toEqual(change.of.toSorted());
  });

  it.each(single)(
    '$words: ends $code and brings nothing worse where $name',
    ({ code, seen, change, brings }) => {
      const was = troubleOf({ code, seen });
      const others = troublesOf(snapshot(seen)).filter(({ message }) => message !== was.message);
      const made = change.make(snapshot(seen));
      const after = troublesOf(change.then?.(made) ?? made);
      // The same reason with other words is no progress.
      const isKnown = (each: Trouble): boolean =>
        others.some((known) => known.code === each.code && (each.code !== code || isSame(known, each)));
      const isBad = (each: Trouble): boolean =>
        each.code === code || each.weight === 0 || each.weight >= was.weight;
      const worse = after.filter((each) => isBad(each) && !isKnown(each)).map((each) => each.code);
      expect(worse).toEqual(brings === undefined ? [] : [brings].flat());
    },
  );

  it.each(ROWS.filter(({ advice }) => advice.length > 1))(
    'names what has the least effect on others first for $code where $name',
    ({ seen, advice }) => {
      const before = snapshot(seen);
      const ranks = advice.flatMap(({ change }) =>
        typeof change === 'string' ? [] : [reachOf(before, change.make(before))],
      );
      expect(ranks).toEqual(ranks.toSorted((a, b) => a - b));
    },
  );

  it('has a row for each reason and each finding, or says why there is none', () => {
    const rowed = new Set<string>(ROWS.map(({ code }) => code));
    const exempt = [...NOTHING_TO_DO, ...NOT_OUR_WORDS, ...Object.keys(EXEMPT)];
    const all = [...new Set([...Object.keys(REASONS), ...Object.keys(FINDINGS)])];
    expect([...rowed, ...exempt].toSorted()).toEqual(all.toSorted());
  });

  it('exempts no refusal for which a person has to act, but for those of owners', () => {
    const refusals = SITUATIONS.flatMap(({ seen = {} }) => troublesOf(snapshot(seen)))
      .filter(({ weight }) => weight > 1)
      .map(({ code }) => code);
    const rowed = new Set<string>(ROWS.map(({ code }) => code));
    expect([...new Set(refusals)].filter((code) => !rowed.has(code))).toEqual(['OwnedByController']);
  });
});
