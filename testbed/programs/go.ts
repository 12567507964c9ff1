// Runs the go command for the test bed: builds with a line of progress, so that a first run never looks hung.
import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';

import type { ProgramName } from './families.ts';
import { cacheDirectory, moduleDirectory, recipeOf, versionOf } from './families.ts';

const HEARTBEAT_MS = 30_000;

/** The absolute path of a command on PATH, or undefined. */
export function onPath(command: string): string | undefined {
  const directories = (process.env['PATH'] ?? '').split(delimiter).filter((directory) => directory !== '');
  return directories.map((directory) => resolve(directory, command)).find(isExecutable);
}

export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Runs go in a directory and answers its stdout; a failure carries what go wrote to stderr. */
export async function go(args: readonly string[], directory: string): Promise<string> {
  // Static programs run in any root, and these exact flags make a second build a hit in Go's own cache.
  const child = spawn('go', args, {
    cwd: directory,
    env: { ...process.env, CGO_ENABLED: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(stdout);
      else reject(new Error(`go ${args.join(' ')} exited ${code ?? 'by a signal'}:\n${stderr.slice(-4000)}`));
    });
  });
}

/** Builds one program into its family's cache and answers its path. The caller holds the family's lock. */
export async function buildProgram(name: ProgramName, log: (line: string) => void): Promise<string> {
  const { family, recipe } = recipeOf(name);
  const version = versionOf(family);
  const bin = join(cacheDirectory(family), 'bin');
  await mkdir(bin, { recursive: true });
  for (const leftover of await readdir(bin)) if (leftover.endsWith('.tmp')) await rm(join(bin, leftover));

  const started = Date.now();
  const seconds = (): string => ((Date.now() - started) / 1000).toFixed(0);
  log(`building ${name} ${version}, first run only, about ${recipe.coldBuild} on 2 cores`);
  const heartbeat = setInterval(() => {
    log(`still building ${name} ${version}, ${seconds()} s so far`);
  }, HEARTBEAT_MS);
  const temporary = join(bin, `.${name}-${process.pid}.tmp`);
  const linkFlags = ['-s', '-w', ...(family.linkFlags?.(version) ?? [])].join(' ');
  try {
    const flags = ['-trimpath', '-buildvcs=false', `-ldflags=${linkFlags}`];
    await go(['build', ...flags, '-o', temporary, recipe.package], moduleDirectory(family));
    await rename(temporary, join(bin, name));
  } finally {
    clearInterval(heartbeat);
    await rm(temporary, { force: true });
  }
  log(`built ${name} ${version} in ${seconds()} s`);
  return join(bin, name);
}
