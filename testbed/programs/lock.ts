// A lock between processes of one machine, so that two first runs do not build the same program twice at once.
// It saves work and guards no data: products are renamed into place whole, so losing a race costs only time.
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const RETRY_MS = 500;
/** A lock without an owner's name is one that was being taken; after this long, its taker died in between. */
const UNNAMED_MS = 10_000;

/** Runs `work` while holding the lock directory at `path`; `onWait` hears once whom we wait for. */
export async function withLock<T>(
  path: string,
  onWait: (owner: string) => void,
  work: () => Promise<T>,
): Promise<T> {
  await mkdir(dirname(path), { recursive: true });
  for (let waited = false; !(await take(path)); waited = true) {
    const owner = await ownerOf(path);
    if (owner === 'gone') await breakLock(path);
    else {
      if (!waited) onWait(owner);
      await delay(RETRY_MS);
    }
  }
  try {
    return await work();
  } finally {
    await rm(path, { recursive: true, force: true });
  }
}

async function take(path: string): Promise<boolean> {
  try {
    await mkdir(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
  await writeFile(join(path, 'pid'), String(process.pid));
  return true;
}

async function ownerOf(path: string): Promise<string> {
  const pid = await readFile(join(path, 'pid'), 'utf8').catch(() => '');
  if (pid === '') {
    const taken = await stat(path).catch(() => undefined);
    return taken !== undefined && Date.now() - taken.mtimeMs > UNNAMED_MS ? 'gone' : 'unknown';
  }
  try {
    process.kill(Number(pid), 0);
    return pid;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM' ? pid : 'gone';
  }
}

async function breakLock(path: string): Promise<void> {
  const aside = `${path}.stale-${process.pid}`;
  await rename(path, aside).catch(() => undefined);
  await rm(aside, { recursive: true, force: true });
}
