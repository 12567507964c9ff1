import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { cacheDirectory, families, versionOf } from '../../../testbed/programs/families.ts';
import { programs } from '../../../testbed/programs/programs.ts';

describe('programs', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'meshscrape-test-'));
    // Nothing is cached and nothing is on PATH, so that only what a test provides can be found.
    vi.stubEnv('XDG_CACHE_HOME', join(directory, 'cache'));
    vi.stubEnv('PATH', directory);
    vi.stubEnv('KUBEBUILDER_ASSETS', '');
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(directory, { recursive: true });
  });

  function executable(name: string): string {
    const path = join(directory, name);
    writeFileSync(path, '');
    chmodSync(path, 0o755);
    return path;
  }

  it('names both remedies when there is neither a program nor Go', async () => {
    await expect(programs(['etcd', 'kube-apiserver'])).rejects.toMatchObject({
      code: 'PROGRAMS_UNAVAILABLE',
      message:
        'the test bed needs etcd, kube-apiserver: either install Go (1.26 or newer, then they are built once) and ' +
        'have `go` on PATH, or set KUBEBUILDER_ASSETS to a directory that holds them (the convention of envtest)',
    });
  });

  it('takes from KUBEBUILDER_ASSETS what is there and misses only the rest', async () => {
    const etcd = executable('etcd');
    vi.stubEnv('KUBEBUILDER_ASSETS', directory);
    expect(await programs(['etcd'])).toEqual({ etcd });
    await expect(programs(['etcd', 'kube-controller-manager'])).rejects.toThrow(
      'the test bed needs kube-controller-manager:',
    );
  });

  it('takes kubectl, and nothing else, from PATH', async () => {
    const kubectl = executable('kubectl');
    executable('etcd');
    expect(await programs(['kubectl'])).toEqual({ kubectl });
    await expect(programs(['etcd'])).rejects.toThrow('the test bed needs etcd:');
  });

  it('says what go says when a build fails, and leaves neither a program nor a lock', async () => {
    writeFileSync(executable('go'), '#!/bin/sh\necho "no space left" >&2\nexit 1\n');
    const lines: string[] = [];
    const built = programs(['etcd'], (line) => lines.push(line));
    await expect(built).rejects.toThrow(/^go build .* exited 1:\nno space left/);
    expect(lines).toEqual(['building etcd v3.6.16, first run only, about half a minute on 2 cores']);
    await expect(programs(['etcd'], () => undefined)).rejects.toThrow('no space left');
  });

  it('builds once for two that ask at the same time', async () => {
    // A go that builds until another run waits for it, then writes the file named after -o.
    const waiting = join(directory, 'waiting');
    const script =
      `#!/bin/sh\nuntil [ -e ${waiting} ]; do /bin/sleep 0.05; done\n` +
      'while [ "$1" != "-o" ]; do shift; done\necho >"$2"\n/bin/chmod +x "$2"\n';
    writeFileSync(executable('go'), script);
    const lines: string[] = [];
    const log = (line: string): void => {
      lines.push(line);
      if (line.startsWith('waiting')) writeFileSync(waiting, '');
    };
    const [one, other] = await Promise.all([programs(['etcd'], log), programs(['etcd'], log)]);
    expect(one).toEqual(other);
    expect(lines.filter((line) => line.startsWith('building'))).toHaveLength(1);
    expect(lines.filter((line) => line.startsWith('waiting'))).toEqual([
      `waiting for another run (process ${process.pid}) that builds etcd`,
    ]);
  });
});

describe('cacheDirectory', () => {
  it.each(families)('is named after the version that go.mod requires: $name', (family) => {
    expect(versionOf(family)).toMatch(/^v\d+\.\d+\.\d+/);
    expect(cacheDirectory(family)).toMatch(
      new RegExp(`/meshscrape/${family.name}-${versionOf(family)}-[0-9a-f]{12}$`),
    );
  });
});
