// Which files are mutated: all of src but what is generated and the wiring of the process, or those that changed.
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Runs git in the checkout and gives its output; undefined where git fails. */
export type Git = (...args: readonly string[]) => string | undefined;

export interface Changed {
  /** What the files differ from, for people. */
  readonly since: string;
  readonly files: readonly string[];
}

/** Where the branch began, as far as this clone knows. */
const MAINS = ['main', 'origin/main'];

function isMutable(file: string): boolean {
  return /^src\/.*\.ts$/.test(file) && !file.endsWith('.gen.ts') && file !== 'src/main.ts';
}

export function allFiles(root: string): readonly string[] {
  return readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .map((path) => `src/${path}`)
    .filter(isMutable)
    .toSorted();
}

/** What is not committed, if anything is; else what this branch changed. */
export function changedFiles(git: Git): Changed | undefined {
  const uncommitted = [
    ...linesOf(git('diff', '--name-only', '--diff-filter=d', 'HEAD')),
    ...linesOf(git('ls-files', '--others', '--exclude-standard')),
  ];
  if (uncommitted.length > 0) return { since: 'HEAD', files: uncommitted.filter(isMutable).toSorted() };
  for (const main of MAINS) {
    const base = git('merge-base', 'HEAD', main)?.trim();
    if (base === undefined) continue;
    const committed = linesOf(git('diff', '--name-only', '--diff-filter=d', base, 'HEAD'));
    return { since: `the merge base with ${main}`, files: committed.filter(isMutable).toSorted() };
  }
  return undefined;
}

export function gitIn(root: string): Git {
  return (...args) => {
    try {
      return execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    } catch {
      return undefined;
    }
  };
}

function linesOf(text: string | undefined): readonly string[] {
  return (text ?? '').split('\n').filter((line) => line !== '');
}
