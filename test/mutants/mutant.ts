// A mutant as the three steps (list, run, score) know it, and the name by which they know it again.
import { relative } from 'node:path';

/** Lines and columns count from 0, as in StrykerJS itself. */
interface Position {
  readonly line: number;
  readonly column: number;
}

export interface Mutant {
  /** Below the root of the checkout. */
  readonly file: string;
  readonly start: Position;
  readonly end: Position;
  readonly mutator: string;
  readonly replacement: string;
}

/** The part of StrykerJS's own mutant that is used here. */
export interface StrykerMutant {
  readonly fileName: string;
  readonly location: { readonly start: Position; readonly end: Position };
  readonly mutatorName: string;
  readonly replacement?: string | undefined;
}

export function mutantOf(mutant: StrykerMutant, root: string): Mutant {
  return {
    file: relative(root, mutant.fileName),
    start: mutant.location.start,
    end: mutant.location.end,
    mutator: mutant.mutatorName,
    replacement: mutant.replacement ?? '',
  };
}

/** One per mutant: several mutants begin at the same place. */
export function keyOfMutant({ mutator, replacement, ...place }: Mutant): string {
  return `${rangeOfMutant({ mutator, replacement, ...place })} ${mutator} ${replacement}`;
}

/** As StrykerJS's option `mutate` wants it: lines from 1, columns from 0. */
export function rangeOfMutant({ file, start, end }: Mutant): string {
  return `${file}:${start.line + 1}:${start.column}-${end.line + 1}:${end.column}`;
}
