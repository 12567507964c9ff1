import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { withLock } from '../../../testbed/programs/lock.ts';

describe('withLock', { timeout: 60_000 }, () => {
  let directory: string;
  let lock: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'meshscrape-test-'));
    lock = join(directory, 'below', 'lock');
  });
  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  it('lets one in after the other', async () => {
    const seen: string[] = [];
    const entered = Promise.withResolvers<undefined>();
    const first = Promise.withResolvers<undefined>();
    const waiting = Promise.withResolvers<undefined>();
    const one = withLock(lock, unexpected, async () => {
      seen.push('one in');
      entered.resolve(undefined);
      await first.promise;
      seen.push('one out');
    });
    // Whoever asks first need not be the first to get it.
    await entered.promise;
    const onWait = (): void => {
      waiting.resolve(undefined);
    };
    const other = withLock(lock, onWait, () => Promise.resolve(seen.push('other in')));
    await waiting.promise;
    first.resolve(undefined);
    await Promise.all([one, other]);
    expect(seen).toEqual(['one in', 'one out', 'other in']);
    expect(existsSync(lock)).toBe(false);
  });

  it('never exists without the name of its owner', async () => {
    let isOver = false;
    const unnamed: string[] = [];
    const watch = async (): Promise<void> => {
      for (let turn = 0; !isOver; turn += 1) {
        // One reading of the directory: it may go between two questions.
        if (entriesOf(lock)?.length === 0) unnamed.push(`turn ${turn}`);
        await nextTurn();
      }
    };
    const watching = watch();
    for (let time = 0; time < 20; time += 1) await withLock(lock, unexpected, () => nextTurn());
    isOver = true;
    await watching;
    expect(unnamed).toEqual([]);
  });

  it('takes over a lock without an owner, which nobody holds', async () => {
    mkdirSync(lock, { recursive: true });
    expect(await withLock(lock, unexpected, () => Promise.resolve('in'))).toBe('in');
  });

  it('names the process that holds it', async () => {
    const holder = spawn(process.execPath, ['-e', 'process.stdin.resume()']);
    mkdirSync(lock, { recursive: true });
    writeFileSync(join(lock, 'pid'), String(holder.pid));
    const owners: string[] = [];
    const onWait = (owner: string): void => {
      owners.push(owner);
      holder.stdin.end();
    };
    const taken = withLock(lock, onWait, () => Promise.resolve('in'));
    await once(holder, 'close');
    expect(await taken).toBe('in');
    expect(owners).toEqual([String(holder.pid)]);
  });

  it('is free again after a failure', async () => {
    const failing = withLock(lock, unexpected, () => Promise.reject(new Error('broken')));
    await expect(failing).rejects.toThrow('broken');
    expect(await withLock(lock, unexpected, () => Promise.resolve('in'))).toBe('in');
  });

  it('takes over from a process that died', async () => {
    const { pid } = spawnSync(process.execPath, ['--version']);
    mkdirSync(lock, { recursive: true });
    writeFileSync(join(lock, 'pid'), String(pid));
    expect(await withLock(lock, unexpected, () => Promise.resolve('in'))).toBe('in');
  });
});

function unexpected(owner: string): void {
  throw new Error(`waits for ${owner}`);
}

/** `undefined`: there is no such directory. */
function entriesOf(path: string): readonly string[] | undefined {
  try {
    return readdirSync(path);
  } catch {
    return undefined;
  }
}
