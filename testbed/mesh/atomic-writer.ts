// Writes a volume's files as the kubelet does: into a new directory with a date for a name, then one rename of the
// symlink `..data`, so that a reader sees all of the old or all of the new. What others put there stays.
import { randomBytes } from 'node:crypto';
import { lstat, mkdir, readdir, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import type { Payload } from './payload.ts';

const DATA = '..data';

/** Brings the directory's files to the payload. */
export async function writeAtomically(directory: string, payload: Payload): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o755 });
  const previous = await readlink(join(directory, DATA)).catch(() => undefined);
  const stamp = new Date()
    .toISOString()
    .replaceAll(/[-:TZ]/g, '_')
    .replace('.', '');
  const current = `..${stamp}${randomBytes(4).toString('hex')}`;
  for (const [path, { data, mode }] of payload) {
    const file = join(directory, current, path);
    await mkdir(dirname(file), { recursive: true, mode: 0o755 });
    await writeFile(file, data, { mode });
  }
  // An empty payload has its directory too.
  await mkdir(join(directory, current), { recursive: true, mode: 0o755 });
  await symlink(current, join(directory, `${DATA}_tmp`));
  await rename(join(directory, `${DATA}_tmp`), join(directory, DATA));
  await linkNames(directory, new Set([...payload.keys()].map((path) => path.split('/')[0] ?? '')));
  if (previous !== undefined) await rm(join(directory, previous), { recursive: true, force: true });
}

/** A symlink per name, into `..data`; those of names that are gone are removed. */
async function linkNames(directory: string, names: ReadonlySet<string>): Promise<void> {
  for (const name of await readdir(directory)) {
    if (name.startsWith('..') || names.has(name)) continue;
    const path = join(directory, name);
    const isOurs = (await lstat(path)).isSymbolicLink() && (await readlink(path)).startsWith(`${DATA}/`);
    if (isOurs) await rm(path);
  }
  for (const name of names) {
    await symlink(join(DATA, name), join(directory, name)).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    });
  }
}
