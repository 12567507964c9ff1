import { chmod, mkdir, mkdtemp, readFile, readdir, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { writeAtomically } from '../../../testbed/mesh/atomic-writer.ts';
import type { Payload } from '../../../testbed/mesh/payload.ts';

const payload = (files: Readonly<Record<string, string>>): Payload =>
  new Map(Object.entries(files).map(([path, text]) => [path, { data: Buffer.from(text), mode: 0o644 }]));

describe('writeAtomically', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'meshscrape-atomic-'));
  });
  afterEach(async () => {
    await chmod(directory, 0o700);
    await rm(directory, { recursive: true });
  });
  const visible = async (): Promise<string[]> =>
    (await readdir(directory)).filter((name) => !name.startsWith('..')).sort();

  it('shows each file through ..data', async () => {
    await writeAtomically(directory, payload({ a: '1', 'deep/b': '2' }));
    expect(await visible()).toEqual(['a', 'deep']);
    expect(await readFile(join(directory, 'deep/b'), 'utf8')).toBe('2');
    expect(await readlink(join(directory, 'a'))).toBe('..data/a');
  });

  it('swaps all at once, drops what is gone and keeps what others made', async () => {
    await writeAtomically(directory, payload({ a: '1', b: '1' }));
    await mkdir(join(directory, 'mountpoint'));
    const before = await readlink(join(directory, '..data'));
    await writeAtomically(directory, payload({ a: '2', c: '2' }));
    expect(await visible()).toEqual(['a', 'c', 'mountpoint']);
    expect(await readFile(join(directory, 'a'), 'utf8')).toBe('2');
    expect(await readdir(directory)).not.toContain(before);
  });
});
