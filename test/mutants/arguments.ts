// What `npm run mutants` was asked for.
import { parseArgs } from 'node:util';

export type Request =
  | { readonly kind: 'help' }
  | { readonly kind: 'invalid'; readonly message: string }
  | { readonly kind: 'changed' | 'all'; readonly isForced: boolean }
  | { readonly kind: 'sample'; readonly size: number; readonly seed: number };

export const HELP = `Usage: npm run mutants -- [--all | --sample N [--seed S]] [--force]

Changes one thing of the source at a time and runs the unit tests: a change that no test notices is printed.

  without options  files of src that differ from HEAD, or, where nothing is uncommitted, from the merge base with main;
                   exit code 1 below a score of 85
  --all            all of src; takes hours
  --sample N       N mutants, chosen by chance in plan, edit, report, reconcile, the work queue and the informers
  --seed S         chooses the same mutants again; the seed of a sample is printed
  --force          tries every mutant anew; else results of an earlier run are taken over where neither the mutant nor
                   the test that notices it has changed (a change elsewhere in src is not seen)
  --help           prints this

The score is the share of mutants that a test notices. Results are kept in the user's cache directory.
`;

/** `chance` is the seed where none is given. */
export function parseRequest(args: readonly string[], chance: number): Request {
  let values;
  try {
    ({ values } = parseArgs({
      args: [...args],
      options: {
        all: { type: 'boolean', default: false },
        sample: { type: 'string' },
        seed: { type: 'string' },
        force: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }));
  } catch (error) {
    return invalid(error instanceof Error ? error.message : String(error));
  }
  const { all, sample, seed, force, help } = values;
  if (help) return { kind: 'help' };
  if (sample === undefined) {
    if (seed !== undefined) return invalid('--seed needs --sample');
    return { kind: all ? 'all' : 'changed', isForced: force };
  }
  if (all || force) return invalid('--sample goes with --seed only');
  const size = wholeNumber(sample);
  if (size === undefined || size === 0) return invalid(`--sample needs a whole number, not ${sample}`);
  const chosen = seed === undefined ? chance : wholeNumber(seed);
  if (chosen === undefined) return invalid(`--seed needs a whole number, not ${seed ?? ''}`);
  return { kind: 'sample', size, seed: chosen };
}

function invalid(message: string): Request {
  return { kind: 'invalid', message };
}

function wholeNumber(text: string): number | undefined {
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}
