import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const PREFLIGHT = join(import.meta.dirname, '..', 'src', 'preflight.mjs');

/** Runs it as if Node were of another version. */
function preflightOn(version: string): { code: number | null; stderr: string; stdout: string } {
  const fake = `data:text/javascript,Object.defineProperty(process.versions, 'node', { value: '${version}' })`;
  const { status, stderr, stdout } = spawnSync(process.execPath, ['--import', fake, PREFLIGHT], {
    encoding: 'utf8',
  });
  return { code: status, stderr, stdout };
}

describe('preflight', { timeout: 60_000 }, () => {
  it('is silent on the Node that the project is built for', () => {
    expect(preflightOn('24.21.0')).toEqual({ code: 0, stderr: '', stdout: '' });
  });

  it.each(['12.22.12', '20.20.2', '22.23.0', '26.10.0'])(
    'refuses Node %s, and says why and what to do',
    (version) => {
      const { code, stderr } = preflightOn(version);
      expect(code).toBe(1);
      expect(stderr).toContain(
        `meshscrape needs Node 24, but this is Node ${version} (${process.execPath}).`,
      );
      expect(stderr).toContain('npm ci');
      expect(stderr).toContain('install Node 24');
    },
  );
});
