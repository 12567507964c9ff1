import { describe, expect, it } from 'vitest';
import type { RewriteRequest } from '../../../../src/edit/prometheus-yaml/result.ts';
import { rewrite } from '../../../../src/edit/prometheus-yaml/rewrite.ts';
import { REQUEST, secureJob } from '../goldens.ts';

describe('chooser', () => {
  const text = `scrape_configs:
${secureJob('istio-a')}${secureJob('istio-b', '/etc/prom-certs')}${secureJob('elsewhere', '/opt')}- job_name: kubernetes-apiservers
  tls_config: {ca_file: /var/run/secrets/kubernetes.io/serviceaccount/ca.crt}
- job_name: plain
`;
  const rows: { name: string; request: Partial<RewriteRequest>; chosen: string[] }[] = [
    {
      name: 'chooses jobs with legacy files and with ours by default',
      request: {},
      chosen: ['istio-a', 'istio-b'],
    },
    {
      name: 'reaches no other job by a glob that matches all',
      request: { jobs: ['*'] },
      chosen: ['istio-a', 'istio-b'],
    },
    { name: 'narrows by a glob', request: { jobs: ['*-a'] }, chosen: ['istio-a'] },
    {
      name: 'adds a job by its literal name',
      request: { jobs: ['*', 'elsewhere'] },
      chosen: ['istio-a', 'istio-b', 'elsewhere'],
    },
    {
      name: 'adds no job without a tls_config by its literal name',
      request: { jobs: ['plain'] },
      chosen: [],
    },
    {
      name: 'chooses a recorded job whatever its paths are',
      request: { recordedJobs: ['elsewhere'] },
      chosen: ['istio-a', 'istio-b', 'elsewhere'],
    },
    {
      name: 'narrows recorded jobs by a glob too',
      request: { recordedJobs: ['elsewhere'], jobs: ['istio-*'] },
      chosen: ['istio-a', 'istio-b'],
    },
    {
      name: 'chooses jobs with our files only where there is no legacy directory',
      request: { legacyDirectories: [] },
      chosen: ['istio-b'],
    },
  ];
  it.each(rows)('$name', ({ request, chosen }) => {
    const result = rewrite(text, { ...REQUEST, ...request });
    expect(result.kind === 'rewritten' && result.jobs.map(({ job }) => job)).toEqual(chosen);
  });
});
