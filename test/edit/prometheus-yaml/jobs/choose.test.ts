import { describe, expect, it } from 'vitest';

import {
  absolutePath,
  matchesGlob,
  underDirectories,
} from '../../../../src/edit/prometheus-yaml/jobs/choose.ts';
import type { RewriteRequest } from '../../../../src/edit/prometheus-yaml/result.ts';
import { rewrite } from '../../../../src/edit/prometheus-yaml/rewrite.ts';
import { REQUEST, secureJob } from '../goldens.ts';

describe('matchesGlob', () => {
  it.each([
    ['*', '', true],
    ['*', 'a/b.c', true],
    ['?', 'a', true],
    ['?', '🦀', true],
    ['?', '', false],
    ['a*c', 'abc', true],
    ['a*c', 'abcd', false],
    ['*a*b*', 'xxaxxbxx', true],
    ['a.c', 'abc', false],
    ['[ab]', 'a', false],
    ['[ab]', '[ab]', true],
    ['istio-*', 'kubernetes-istio-x', false],
    ['A', 'a', false],
  ])('%s on %s is %s', (glob, name, expected) => {
    expect(matchesGlob(glob, name)).toBe(expected);
  });

  it('is not led astray by many stars', () => {
    const start = performance.now();
    expect(matchesGlob('*a'.repeat(60) + 'b', 'a'.repeat(5000))).toBe(false);
    expect(performance.now() - start).toBeLessThan(500);
  });
});

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

describe('the choice of jobs', () => {
  const text = `scrape_configs:
${secureJob('istio-a')}${secureJob('istio-b', '/etc/prom-certs')}${secureJob('elsewhere', '/opt')}- job_name: kubernetes-apiservers
  tls_config: {ca_file: /var/run/secrets/kubernetes.io/serviceaccount/ca.crt}
- job_name: plain
`;
  const rows: { name: string; request: Partial<RewriteRequest>; chosen: string[] }[] = [
    { name: 'legacy and ours by default', request: {}, chosen: ['istio-a', 'istio-b'] },
    {
      name: 'a glob that matches all reaches no other job',
      request: { jobs: ['*'] },
      chosen: ['istio-a', 'istio-b'],
    },
    { name: 'a glob narrows', request: { jobs: ['*-a'] }, chosen: ['istio-a'] },
    {
      name: 'a literal name adds',
      request: { jobs: ['*', 'elsewhere'] },
      chosen: ['istio-a', 'istio-b', 'elsewhere'],
    },
    { name: 'a literal name without a tls_config adds nothing', request: { jobs: ['plain'] }, chosen: [] },
    {
      name: 'a recorded job is chosen whatever its paths are',
      request: { recordedJobs: ['elsewhere'] },
      chosen: ['istio-a', 'istio-b', 'elsewhere'],
    },
    {
      name: 'a glob narrows recorded jobs too',
      request: { recordedJobs: ['elsewhere'], jobs: ['istio-*'] },
      chosen: ['istio-a', 'istio-b'],
    },
    { name: 'no legacy directory: only ours', request: { legacyDirectories: [] }, chosen: ['istio-b'] },
  ];
  it.each(rows)('$name', ({ request, chosen }) => {
    const result = rewrite(text, { ...REQUEST, ...request });
    expect(result.kind === 'rewritten' && result.jobs.map(({ job }) => job)).toEqual(chosen);
  });
});
