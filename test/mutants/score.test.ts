import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import {
  AREAS,
  areaOf,
  exitCodeOf,
  formatRows,
  formatTimedOut,
  formatUnnoticed,
  rowsByArea,
  resultsOf,
  rowsByFile,
  scoreOf,
  type Result,
  type Row,
} from './score.ts';

const result = (file: string, status: string, line = 0): Result => ({
  file,
  status,
  start: { line, column: 4 },
  end: { line, column: 9 },
  mutator: 'BooleanLiteral',
  replacement: 'true',
});

const RESULTS = [
  result('src/plan/plan.ts', 'Killed'),
  result('src/plan/stage.ts', 'Killed'),
  result('src/plan/stage.ts', 'Timeout', 1),
  result('src/plan/stage.ts', 'Survived', 2),
  result('src/report/ready.ts', 'NoCoverage'),
  result('src/cli/help.ts', 'Killed'),
  result('src/edit/text/splice.ts', 'Ignored'),
  result('src/edit/text/splice.ts', 'CompileError'),
  result('src/edit/text/splice.ts', 'RuntimeError'),
];

describe('resultsOf', () => {
  it('leaves out what comes along, and counts a mutant without a result as reached by no test', () => {
    const place = { start: { line: 0, column: 4 }, end: { line: 0, column: 9 } };
    const mutant = { file: 'src/plan/plan.ts', mutator: 'BooleanLiteral', replacement: 'true', ...place };
    const other = { ...mutant, replacement: 'false' };
    expect(
      resultsOf([mutant, other], [result('src/plan/plan.ts', 'Killed'), result('src/cli/help.ts', 'Killed')]),
    ).toEqual([
      { ...mutant, status: 'Killed' },
      { ...other, status: 'NoCoverage' },
    ]);
  });
});

describe('rowsByArea', () => {
  it('sums each area that has mutants, what is in none, and all', () => {
    expect(rowsByArea(RESULTS)).toEqual([
      { name: 'plan', goal: 92, noticed: 3, timedOut: 1, survived: 1, notCovered: 0 },
      { name: 'report', goal: 92, noticed: 0, timedOut: 0, survived: 0, notCovered: 1 },
      { name: 'elsewhere', noticed: 1, timedOut: 0, survived: 0, notCovered: 0 },
      { name: 'all', noticed: 4, timedOut: 1, survived: 1, notCovered: 1 },
    ]);
  });
});

describe('rowsByFile', () => {
  it('sums each file that has mutants, and all', () => {
    expect(rowsByFile(RESULTS).map(({ name, noticed, survived }) => [name, noticed, survived])).toEqual([
      ['src/plan/plan.ts', 1, 0],
      ['src/plan/stage.ts', 2, 1],
      ['src/report/ready.ts', 0, 0],
      ['src/cli/help.ts', 1, 0],
      ['all', 4, 1],
    ]);
  });
});

describe('scoreOf', () => {
  const row = { name: '', noticed: 0, timedOut: 0, survived: 0, notCovered: 0 };

  it('counts what no test runs as not noticed', () => {
    expect(scoreOf({ ...row, noticed: 17, survived: 2, notCovered: 1 })).toBe(85);
  });

  it('is not a number where there is nothing to notice', () => {
    expect(scoreOf(row)).toBeUndefined();
  });
});

describe('exitCodeOf', () => {
  const row = (noticed: number, survived: number): Row => ({
    ...{ name: '', timedOut: 0, notCovered: 0 },
    noticed,
    survived,
  });

  it.each([
    { name: 'fails a change with 84.9', rows: [row(1000, 0), row(849, 151)], code: 1 },
    { name: 'passes a change with 85', rows: [row(0, 1000), row(850, 150)], code: 0 },
    { name: 'passes a change in which there is nothing to notice', rows: [row(0, 0)], code: 0 },
    { name: 'passes a change without rows', rows: [], code: 0 },
  ])('$name', ({ rows, code }) => {
    expect(exitCodeOf(rows)).toBe(code);
  });
});

describe('formatRows', () => {
  it('makes a table', () => {
    expect(formatRows(rowsByArea(RESULTS))).toBe(
      [
        '           score  goal  noticed  timed out  survived  not covered',
        'plan        75.0    92        3          1         1            0',
        'report       0.0    92        0          0         0            1',
        'elsewhere  100.0              1          0         0            0',
        'all         66.7              4          1         1            1',
        '',
      ].join('\n'),
    );
  });

  it('says that nothing was counted', () => {
    expect(formatRows(rowsByArea([]))).toMatch(/^all +- +0 +0 +0 +0$/m);
  });
});

describe('formatUnnoticed', () => {
  it('lists what no test notices by place, with the source and what it became', () => {
    const text = formatUnnoticed(
      [...RESULTS, { ...result('src/plan/plan.ts', 'Survived', 11), replacement: '{\n  a\n}' }],
      ({ start }) => `line ${start.line}\n  more`,
    );
    expect(text).toBe(
      [
        'src/plan/plan.ts:12:5  line 11 more  →  { a }',
        'src/plan/stage.ts:3:5  line 2 more  →  true',
        'src/report/ready.ts:1:5  line 0 more  →  true  (no test runs this)',
        '',
      ].join('\n'),
    );
  });
});

describe('formatTimedOut', () => {
  it('lists what ran out of time', () => {
    expect(formatTimedOut(RESULTS, () => 'a')).toMatch(
      /^noticed by the clock .*:\nsrc\/plan\/stage.ts:2:5  a  →  true\n$/,
    );
  });

  it('is nothing where nothing did', () => {
    expect(formatTimedOut([], () => 'a')).toBe('');
  });
});

describe('AREAS', () => {
  it.each(AREAS)('$name is there, and knows its own', ({ name, path }) => {
    expect(existsSync(join(import.meta.dirname, '../..', path))).toBe(true);
    expect(areaOf(path.endsWith('/') ? `${path}a.ts` : path)?.name).toBe(name);
  });
});
