// The score: which part of the mutants the tests notice, by area or by file, and what they do not notice.
import { keyOfMutant, type Mutant } from './mutant.ts';

export interface Result extends Mutant {
  /** As StrykerJS calls it: Killed, Timeout, Survived, NoCoverage; others do not count. */
  readonly status: string;
}

interface Area {
  readonly name: string;
  readonly path: string;
  readonly goal: number;
}

/** What the goals are for; a sample is drawn from these. */
export const AREAS: readonly Area[] = [
  { name: 'plan', path: 'src/plan/', goal: 92 },
  { name: 'edit', path: 'src/edit/', goal: 88 },
  { name: 'report', path: 'src/report/', goal: 92 },
  { name: 'reconcile', path: 'src/reconcile/', goal: 85 },
  { name: 'work queue', path: 'src/controller/work-queue.ts', goal: 88 },
  { name: 'informers', path: 'src/kube/informers/', goal: 88 },
];

/** Below this a change breaks `npm run mutants`. */
export const LEAST_SCORE = 85;

export interface Row {
  readonly name: string;
  readonly goal?: number;
  readonly noticed: number;
  /** Of those noticed: by their time alone, which a busy machine can make look so. */
  readonly timedOut: number;
  readonly survived: number;
  readonly notCovered: number;
}

/**
 * Of the results of a run, those of the mutants that it was for: results of an earlier run come along. A mutant without
 * one was reached by no test.
 */
export function resultsOf(mutants: readonly Mutant[], results: readonly Result[]): readonly Result[] {
  const statuses = new Map(results.map((result) => [keyOfMutant(result), result.status]));
  return mutants.map((mutant) => ({ ...mutant, status: statuses.get(keyOfMutant(mutant)) ?? 'NoCoverage' }));
}

export function areaOf(file: string): Area | undefined {
  return AREAS.find(({ path }) => file.startsWith(path));
}

export function rowsByArea(results: readonly Result[]): readonly Row[] {
  const rest = results.filter(({ file }) => areaOf(file) === undefined);
  return [
    ...AREAS.map(({ name, goal, path }) => ({
      ...rowOf(
        name,
        results.filter(({ file }) => file.startsWith(path)),
      ),
      goal,
    })),
    rowOf('elsewhere', rest),
    rowOf('all', results),
  ].filter((row) => row.name === 'all' || counted(row) > 0);
}

export function rowsByFile(results: readonly Result[]): readonly Row[] {
  const files = Map.groupBy(results, ({ file }) => file);
  return [
    ...[...files].map(([file, of]) => rowOf(file, of)).filter((row) => counted(row) > 0),
    rowOf('all', results),
  ];
}

/** Undefined where nothing counts. */
export function scoreOf(row: Row): number | undefined {
  return counted(row) === 0 ? undefined : (row.noticed / counted(row)) * 100;
}

/** Of `npm run mutants`: 1 where a change, whose last row is all of it, has too low a score. */
export function exitCodeOf(rows: readonly Row[]): 0 | 1 {
  const score = rows.map(scoreOf).at(-1) ?? 100;
  return score >= LEAST_SCORE ? 0 : 1;
}

export function formatRows(rows: readonly Row[]): string {
  const lines = [
    ['', 'score', 'goal', 'noticed', 'timed out', 'survived', 'not covered'],
    ...rows.map((row) => [
      row.name,
      scoreOf(row)?.toFixed(1) ?? '-',
      row.goal === undefined ? '' : String(row.goal),
      ...[row.noticed, row.timedOut, row.survived, row.notCovered].map(String),
    ]),
  ];
  const widths =
    lines[0]?.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0))) ?? [];
  return lines
    .map((line) =>
      line
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join('');
}

/** What no test notices, one line each; `textOf` gives the source of a mutant. */
export function formatUnnoticed(results: readonly Result[], textOf: (mutant: Mutant) => string): string {
  return formatMutants(
    results.filter(({ status }) => status === 'Survived' || status === 'NoCoverage'),
    textOf,
  );
}

/** What nothing notices but the clock. */
export function formatTimedOut(results: readonly Result[], textOf: (mutant: Mutant) => string): string {
  const lines = formatMutants(
    results.filter(({ status }) => status === 'Timeout'),
    textOf,
  );
  return lines === '' ? '' : `noticed by the clock alone (a loop without end, or a busy machine):\n${lines}`;
}

function formatMutants(results: readonly Result[], textOf: (mutant: Mutant) => string): string {
  return results
    .toSorted(
      (a, b) =>
        (a.file === b.file ? 0 : a.file < b.file ? -1 : 1) ||
        a.start.line - b.start.line ||
        a.start.column - b.start.column,
    )
    .map((mutant) => {
      const note = mutant.status === 'NoCoverage' ? '  (no test runs this)' : '';
      const place = `${mutant.file}:${mutant.start.line + 1}:${mutant.start.column + 1}`;
      return `${place}  ${oneLine(textOf(mutant))}  →  ${oneLine(mutant.replacement)}${note}\n`;
    })
    .join('');
}

function rowOf(name: string, results: readonly Result[]): Row {
  const count = (...statuses: readonly string[]): number =>
    results.filter(({ status }) => statuses.includes(status)).length;
  return {
    name,
    noticed: count('Killed', 'Timeout'),
    timedOut: count('Timeout'),
    survived: count('Survived'),
    notCovered: count('NoCoverage'),
  };
}

function counted({
  noticed,
  survived,
  notCovered,
}: Pick<Row, 'noticed' | 'survived' | 'notCovered'>): number {
  return noticed + survived + notCovered;
}

function oneLine(text: string): string {
  const flat = text.replaceAll(/\s+/g, ' ').trim();
  return flat.length > 70 ? `${flat.slice(0, 69)}…` : flat;
}
