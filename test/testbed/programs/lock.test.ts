import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { withLock } from '../../../testbed/programs/lock.ts';

describe('withLock', () => {
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
