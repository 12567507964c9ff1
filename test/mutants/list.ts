// Lists the mutants of files, without running anything: what a sample is drawn from.
import { Instrumenter } from '@stryker-mutator/instrumenter';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { mutantOf, type Mutant } from './mutant.ts';
import { decidingTexts } from './plugin.ts';

/** Kinds of mutants that are not tried: most of them change nothing that a caller sees. */
export const EXCLUDED = ['OptionalChaining', 'ObjectLiteral'];

/** Every mutant of the files that a run would try. */
export async function listMutants(root: string, files: readonly string[]): Promise<readonly Mutant[]> {
  const sources = await Promise.all(
    files.map(async (file) => ({
      name: join(root, file),
      content: await readFile(join(root, file), 'utf8'),
      mutate: true,
    })),
  );
  const { mutants } = await new Instrumenter(SILENT).instrument(sources, {
    excludedMutations: EXCLUDED,
    ignorers: [decidingTexts],
    plugins: null,
  });
  return mutants.filter(({ status }) => status === undefined).map((mutant) => mutantOf(mutant, root));
}

const SILENT = {
  isTraceEnabled: () => false,
  isDebugEnabled: () => false,
  isInfoEnabled: () => false,
  isWarnEnabled: () => false,
  isErrorEnabled: () => false,
  isFatalEnabled: () => false,
  trace: () => undefined,
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  fatal: () => undefined,
};
