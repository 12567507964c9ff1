import { describe, expect, it } from 'vitest';
import { absolutePath, underDirectories } from '../../../../src/edit/prometheus-yaml/jobs/paths.ts';

describe('underDirectories', () => {
  const isLegacy = underDirectories(['/etc/certs/', '/etc/istio-certs'], '/etc/prometheus');
  it.each([
    ['/etc/certs/a.pem', true],
    ['/etc/certs/sub/a.pem', true],
    ['/etc/certs', false],
    ['/etc/certs-2/a.pem', false],
    ['/etc//certs/./a.pem', true],
    ['/etc/certs/../a.pem', false],
    ['../certs/a.pem', true],
    ['certs/a.pem', false],
    ['', false],
  ])('%s: %s', (path, expected) => {
    expect(isLegacy(path)).toBe(expected);
  });

  it('takes no relative path without a directory to join it with', () => {
    expect(underDirectories(['/etc/certs'], undefined)('../certs/a.pem')).toBe(false);
    expect(absolutePath('a', undefined)).toBeUndefined();
    expect(absolutePath('a', '/b/../c')).toBe('/c/a');
  });
});
