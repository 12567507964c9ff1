// A lock between processes of one machine, so that two first runs do not build the same program twice at once.
// It saves work and guards no data: products are renamed into place whole, so losing a race costs only time.
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const RETRY_MS = 500;

/** Runs `work` while holding the lock directory at `path`; `onWait` is called once, with the process that holds it. */
export async function withLock<T>(
  path: string,
  onWait: (owner: string) => void,
  work: () => Promise<T>,
): Promise<T> {
  await mkdir(dirname(path), { recursive: true });
  let reported = false;
  while (!(await take(path))) {
    const owner = await ownerOf(path);
    if (owner !== undefined && !isAlive(owner)) {
      await release(path);
      continue;
    }
    if (owner !== undefined && !reported) onWait(owner);
    reported ||= owner !== undefined;
    await delay(RETRY_MS);
  }
  try {
    return await work();
  } finally {
    await release(path);
  }
}

/** The directory comes with its owner's name in it: a rename fails where another directory that holds something is. */
async function take(path: string): Promise<boolean> {
  const mine = await mkdtemp(`${path}.take-`);
  await writeFile(join(mine, 'pid'), String(process.pid));
  try {
    await rename(mine, path);
    return true;
  } catch (error) {
    await rm(mine, { recursive: true, force: true });
    if (hasCode(error, 'ENOTEMPTY') || hasCode(error, 'EEXIST')) return false;
    throw error;
  }
}

/** `undefined`: it was released since. */
async function ownerOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(join(path, 'pid'), 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

function isAlive(pid: string): boolean {
  try {
    process.kill(Number(pid), 0);
    return true;
  } catch (error) {
    return hasCode(error, 'EPERM');
  }
}

/** Goes as it came, at once: nobody sees a lock that has lost its owner's name. */
async function release(path: string): Promise<void> {
  const aside = await mkdtemp(`${path}.stale-`);
  await rename(path, aside).catch(() => undefined);
  await rm(aside, { recursive: true, force: true });
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
