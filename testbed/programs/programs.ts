// Finds the programs of the test bed: KUBEBUILDER_ASSETS, then our cache, then a build from Go modules.
// It must not start any of them.
import { join, resolve } from 'node:path';

import type { ProgramName } from './families.ts';
import { cacheDirectory, recipeOf } from './families.ts';
import { buildProgram, isExecutable, onPath } from './go.ts';
import { withLock } from './lock.ts';

/** The programs are neither at hand nor can they be built; the message names both remedies. */
export class ProgramsUnavailable extends Error {
  readonly code = 'PROGRAMS_UNAVAILABLE';
  constructor(missing: readonly string[]) {
    super(
      `the test bed needs ${missing.join(', ')}: either install Go (1.26 or newer, then they are built once) and ` +
        'have `go` on PATH, or set KUBEBUILDER_ASSETS to a directory that holds them (the convention of envtest)',
    );
    this.name = 'ProgramsUnavailable';
  }
}

/**
 * Absolute paths of the named programs, built when they are nowhere to be found.
 * Progress goes to stderr. Throws ProgramsUnavailable without Go.
 */
export async function programs<N extends ProgramName>(
  names: readonly N[],
  log: (line: string) => void = toStderr,
): Promise<Record<N, string>> {
  const found = new Map<ProgramName, string>();
  for (const name of names) {
    const path = find(name);
    if (path !== undefined) found.set(name, path);
  }
  const missing = names.filter((name) => !found.has(name));
  if (missing.length > 0 && onPath('go') === undefined) throw new ProgramsUnavailable(missing);
  for (const name of missing) found.set(name, await build(name, log));
  return Object.fromEntries(found) as Record<N, string>;
}

function find(name: ProgramName): string | undefined {
  const assets = process.env['KUBEBUILDER_ASSETS'] ?? '';
  const candidates = [
    ...(assets === '' ? [] : [resolve(assets, name)]),
    // kubectl is only an outside check: whatever the person uses is the better one.
    ...(name === 'kubectl' ? [onPath('kubectl')] : []),
    cached(name),
  ];
  return candidates.find((path) => path !== undefined && isExecutable(path));
}

function cached(name: ProgramName): string {
  return join(cacheDirectory(recipeOf(name).family), 'bin', name);
}

async function build(name: ProgramName, log: (line: string) => void): Promise<string> {
  const lock = join(cacheDirectory(recipeOf(name).family), 'lock');
  const onWait = (owner: string): void => {
    log(`waiting for another run (process ${owner}) that builds ${recipeOf(name).family.name}`);
  };
  return withLock(lock, onWait, async () =>
    isExecutable(cached(name)) ? cached(name) : buildProgram(name, log),
  );
}

function toStderr(line: string): void {
  process.stderr.write(`test bed: ${line}\n`);
}
