// StrykerJS as this project uses it: tries mutants in a copy of the checkout.
import type { PartialStrykerOptions } from '@stryker-mutator/api/core';
import { Stryker } from '@stryker-mutator/core';

import { EXCLUDED } from './list.ts';
import { keyOfMutant, mutantOf, rangeOfMutant, type Mutant, type StrykerMutant } from './mutant.ts';
import { CHOSEN, DECIDING_TEXTS } from './plugin.ts';
import { resultsOf, type Result } from './score.ts';

// eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- the enum exists for the compiler only
const QUIET = { logLevel: 'warn', warnings: { slow: false } } as PartialStrykerOptions;

export interface Run {
  readonly root: string;
  /** For the copy of the checkout; it is outside of it. */
  readonly scratch: string;
  /** As listed: the mutants that are tried. */
  readonly mutants: readonly Mutant[];
  /** These are not all mutants of their files. */
  readonly isSample?: boolean;
  /** Where results are kept for the next run; nothing is kept without it. */
  readonly incrementalFile?: string;
  readonly isForced?: boolean;
}

/** One result for each mutant. */
export async function runMutants(run: Run): Promise<readonly Result[]> {
  if (run.mutants.length === 0) return [];
  const results = await new Stryker(optionsOf(run)).runMutationTest();
  return resultsOf(
    run.mutants,
    results.map((result) => ({ ...mutantOf(counting0(result), run.root), status: result.status })),
  );
}

/** Results count lines and columns from 1, mutants from 0. */
function counting0<T extends StrykerMutant>(result: T): T {
  const { start, end } = result.location;
  const back = ({ line, column }: typeof start): typeof start => ({ line: line - 1, column: column - 1 });
  return { ...result, location: { start: back(start), end: back(end) } };
}

function optionsOf(run: Run): PartialStrykerOptions {
  const { mutants, isSample = false, incrementalFile } = run;
  return {
    mutate: [...new Set(mutants.map((mutant) => (isSample ? rangeOfMutant(mutant) : mutant.file)))],
    testRunner: 'vitest',
    vitest: { configFile: 'test/mutants/vitest.config.ts', related: true },
    plugins: [
      import.meta.resolve('@stryker-mutator/vitest-runner'),
      new URL('./plugin.ts', import.meta.url).href,
    ],
    ignorers: [DECIDING_TEXTS],
    mutator: { excludedMutations: EXCLUDED },
    ...(isSample ? { checkers: [CHOSEN], chosen: mutants.map(keyOfMutant) } : {}),
    ...(incrementalFile === undefined
      ? {}
      : { incremental: true, incrementalFile, force: run.isForced ?? false }),
    // Where no test reaches the files: resultsOf says so.
    allowEmpty: true,
    // A mutant that loops is noticed by its time; with less, a busy machine is noticed too.
    timeoutMS: 15_000,
    dryRunTimeoutMinutes: 20,
    coverageAnalysis: 'perTest',
    reporters: [process.stdout.isTTY ? 'progress' : 'progress-append-only'],
    ...QUIET,
    tempDirName: run.scratch,
    cleanTempDir: 'always',
  };
}
