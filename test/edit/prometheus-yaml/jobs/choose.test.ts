import { describe, expect, it } from 'vitest';
import type { ContainerMount, RewriteRequest } from '../../../../src/edit/prometheus-yaml/result.ts';
import { rewritten } from '../rewritten.ts';
import { secureJob } from '../goldens.ts';

const chosenOf = (text: string, request: Partial<RewriteRequest>): readonly string[] =>
  rewritten(text, request).jobs.map(({ job }) => job);

describe('evaluateJobs, in whom it chooses', () => {
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
      request: { recorded: { elsewhere: {} } },
      chosen: ['istio-a', 'istio-b', 'elsewhere'],
    },
    {
      name: 'narrows recorded jobs by a glob too',
      request: { recorded: { elsewhere: {} }, jobs: ['istio-*'] },
      chosen: ['istio-a', 'istio-b'],
    },
    {
      name: 'chooses a recorded job without a tls_config that is named',
      request: { recorded: { plain: {} }, jobs: ['plain'] },
      chosen: ['plain'],
    },
    {
      name: 'chooses jobs with our files only where there is no legacy directory',
      request: { legacyDirectories: [] },
      chosen: ['istio-b'],
    },
    {
      name: 'chooses jobs with our files under a previous mount path',
      request: { legacyDirectories: [], mountPath: '/new', previousMountPaths: ['/etc/prom-certs'] },
      chosen: ['istio-b'],
    },
  ];
  it.each(rows)('$name', ({ request, chosen }) => {
    expect(chosenOf(text, request)).toEqual(chosen);
  });
});

describe('evaluateJobs, in whose a file is', () => {
  const at = (directory: string, source: ContainerMount['source']): ContainerMount => ({ directory, source });
  const rows: {
    name: string;
    ca: string;
    mounts: ContainerMount[];
    configDirectory?: string;
    chosen: boolean;
  }[] = [
    {
      name: "a name of Istio's where nothing is mounted",
      ca: '/etc/certs/root-cert.pem',
      mounts: [],
      chosen: true,
    },
    { name: 'another name there', ca: '/etc/certs/ca.pem', mounts: [], chosen: false },
    { name: 'a key there, beside no certificate', ca: '/etc/certs/key.pem', mounts: [], chosen: false },
    {
      name: 'another name in a secret of Citadel',
      ca: '/etc/certs/ca.pem',
      mounts: [at('/etc/certs', 'Citadel')],
      chosen: true,
    },
    {
      name: 'a file that a subPath makes of such a secret',
      ca: '/etc/prometheus/mesh.pem',
      mounts: [at('/etc/prometheus', 'Other'), at('/etc/prometheus/mesh.pem', 'Citadel')],
      chosen: true,
    },
    {
      name: 'a file beside that one',
      ca: '/etc/prometheus/mesh.pem2',
      mounts: [at('/etc/prometheus', 'Other'), at('/etc/prometheus/mesh.pem', 'Citadel')],
      chosen: false,
    },
    {
      name: "a name of Istio's in another volume",
      ca: '/etc/certs/root-cert.pem',
      mounts: [at('/etc/certs/', 'Other')],
      chosen: false,
    },
    {
      name: 'a file of another volume within a secret of Citadel',
      ca: '/etc/certs/deep/root-cert.pem',
      mounts: [at('/etc/certs', 'Citadel'), at('/etc/certs/deep', 'Other')],
      chosen: false,
    },
    {
      name: 'a file that istio-proxy writes',
      ca: '/etc/istio-certs/root-cert.pem',
      mounts: [at('/etc/istio-certs', 'Certificates')],
      chosen: false,
    },
    {
      name: "a name of Istio's in an emptyDir that another container may fill",
      ca: '/etc/certs/root-cert.pem',
      mounts: [at('/etc/certs', 'EmptyDir')],
      chosen: true,
    },
    {
      name: 'one of our names under the mount path, whatever is mounted there',
      ca: '/etc/prom-certs/key.pem',
      mounts: [at('/etc/prom-certs', 'Certificates')],
      chosen: true,
    },
    { name: 'another name under the mount path', ca: '/etc/prom-certs/ca.pem', mounts: [], chosen: false },
    {
      name: 'a relative name, from the directory of the file',
      ca: '../certs/root-cert.pem',
      mounts: [at('/etc', 'Citadel')],
      configDirectory: '/etc/prometheus',
      chosen: true,
    },
    {
      name: 'a relative name from nobody knows where',
      ca: 'certs/root-cert.pem',
      mounts: [at('/', 'Citadel')],
      chosen: false,
    },
    {
      name: "a name of Istio's below a volume that holds no directories",
      ca: '/etc/certs/deep/root-cert.pem',
      mounts: [{ directory: '/etc/certs', source: 'Other', flat: true }],
      chosen: true,
    },
    {
      name: "a name of Istio's in a volume that holds no directories",
      ca: '/etc/certs/root-cert.pem',
      mounts: [{ directory: '/etc/certs', source: 'Other', flat: true }],
      chosen: false,
    },
    { name: 'a file of a volume at the root', ca: '/x', mounts: [at('/', 'Citadel')], chosen: true },
    { name: 'an unclean path', ca: '/etc/./certs//x', mounts: [at('/etc//certs', 'Citadel')], chosen: true },
  ];
  it.each(rows)('takes $name for ours to care for: $chosen', ({ ca, mounts, configDirectory, chosen }) => {
    const text = `scrape_configs:\n- job_name: a\n  scheme: https\n  tls_config: {ca_file: ${ca}}\n`;
    const request = configDirectory === undefined ? { mounts } : { mounts, configDirectory };
    expect(chosenOf(text, request)).toEqual(chosen ? ['a'] : []);
  });
});

describe('evaluateJobs, in who needs certificates', () => {
  const text = `scrape_configs:
${secureJob('old')}${secureJob('new', '/etc/prom-certs')}${secureJob('elsewhere', '/opt')}- job_name: half
  scheme: https
  tls_config: {ca_file: /etc/ssl/ca.pem, cert_file: /etc/prom-certs/cert-chain.pem, key_file: /etc/prom-certs/key.pem}
- job_name: inline
  scheme: https
  tls_config: {ca: PEM, cert_file: /etc/prom-certs/cert-chain.pem, key_file: /etc/prom-certs/key.pem}
- job_name: split
  scheme: https
  tls_config: {ca_file: /etc/prom-certs/root-cert.pem, cert_file: /etc/prom-certs/cert-chain.pem, key_file: /k}
- job_name: plain
`;
  const needing = (request: Partial<RewriteRequest>): readonly string[] =>
    rewritten(text, request).needing.map(
      ({ job, chosen, cured }) => `${job}${chosen ? '' : ' left out'}${cured ? ' cured' : ''}`,
    );

  it('counts every job that reads Istio\u2019s files or ours, and those that are cured before the edit', () => {
    expect(needing({})).toEqual(['old', 'new cured', 'half cured', 'inline', 'split']);
  });

  it('counts those that a glob leaves out', () => {
    expect(needing({ jobs: ['o*', 'spl*'] })).toEqual([
      'old',
      'new left out cured',
      'half left out cured',
      'inline left out',
      'split',
    ]);
  });

  it('counts one that is named or recorded, whatever it reads', () => {
    expect(needing({ jobs: ['elsewhere'], legacyDirectories: [] })).toContain('elsewhere');
    expect(needing({ recorded: { plain: {} } })).toContain('plain');
  });

  it('gives the names of all jobs of the file', () => {
    const names = ['old', 'new', 'elsewhere', 'half', 'inline', 'split', 'plain'];
    expect(rewritten(text).allJobs).toEqual(names);
  });
});
