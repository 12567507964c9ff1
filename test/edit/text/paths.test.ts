import { describe, expect, it } from 'vitest';
import { withoutTrailingSlashes } from '../../../src/edit/text/paths.ts';

describe('withoutTrailingSlashes', () => {
  it.each([
    { path: '/etc/certs', without: '/etc/certs' },
    { path: '/etc/certs//', without: '/etc/certs' },
    { path: '//etc', without: '//etc' },
    { path: '/', without: '' },
    { path: '', without: '' },
  ])('makes "$without" of "$path"', ({ path, without }) => {
    expect(withoutTrailingSlashes(path)).toBe(without);
  });
});
