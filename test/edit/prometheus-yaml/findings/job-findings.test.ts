import { describe, expect, it } from 'vitest';

import { rewrite } from '../../../../src/edit/prometheus-yaml/rewrite.ts';
import { REQUEST, secureJob } from '../goldens.ts';
import { rewritten } from '../rewritten.ts';

/** `line: code` of each finding. */
function found(text: string, request: Partial<typeof REQUEST> = {}): readonly string[] {
  const result = rewrite(text, { ...REQUEST, ...request });
  if (result.kind === 'refused') throw new Error(result.refusal.message);
  return result.findings.map(({ line, code }) => `${line}: ${code}`);
}

function job(values: Readonly<Record<string, string>>, scheme = 'https'): string {
  const lines = Object.entries(values).map(([key, value]) => `    ${key}: ${value}\n`);
  return `scrape_configs:\n- job_name: a\n  scheme: ${scheme}\n  tls_config:\n${lines.join('')}`;
}

function files(directory: string): Record<'ca_file' | 'cert_file' | 'key_file', string> {
  return {
    ca_file: `${directory}/root-cert.pem`,
    cert_file: `${directory}/cert-chain.pem`,
    key_file: `${directory}/key.pem`,
  };
}

const LEGACY = { ...files('/etc/certs'), insecure_skip_verify: 'true' };
const ELSEWHERE = { ...files('/srv/mesh'), insecure_skip_verify: 'true' };

describe('findings of a chosen job', () => {
  it.each([
    { name: 'right files', values: LEGACY, codes: [] },
    {
      name: 'the chain as key',
      values: { ...LEGACY, key_file: '/etc/certs/cert-chain.pem' },
      codes: ['7: KeyFileIsCertificate'],
    },
    {
      name: 'the root as key',
      values: { ...LEGACY, key_file: '/etc/certs/root-cert.pem' },
      codes: ['7: KeyFileIsCertificate'],
    },
    {
      name: 'the key as certificate',
      values: { ...LEGACY, cert_file: '/etc/certs/key.pem' },
      codes: ['6: CertFileIsKey'],
    },
    {
      name: 'the root as certificate',
      values: { ...LEGACY, cert_file: '/etc/certs/root-cert.pem' },
      codes: ['6: CertFileIsRoot'],
    },
    {
      name: 'the key as authority',
      values: { ...LEGACY, ca_file: '/etc/certs/key.pem' },
      codes: ['5: CaFileIsKey'],
    },
    {
      name: 'the chain as authority, which ends with the root',
      values: { ...LEGACY, ca_file: '/etc/certs/cert-chain.pem' },
      codes: [],
    },
    {
      name: 'two directories',
      values: { ...LEGACY, key_file: '/etc/keys/key.pem' },
      codes: ['5: StalePath', '6: StalePath', '7: FilesInDifferentDirectories'],
    },
    {
      name: 'one directory in two spellings',
      values: { ...LEGACY, key_file: '/etc//certs/./key.pem' },
      codes: [],
    },
    {
      name: 'a certificate without key',
      values: { ca_file: LEGACY.ca_file, cert_file: LEGACY.cert_file },
      codes: ['6: ClientCertificateIncomplete'],
    },
    {
      name: 'a key without certificate',
      values: { ca_file: LEGACY.ca_file, key_file: LEGACY.key_file },
      codes: ['6: ClientCertificateIncomplete'],
    },
    { name: 'what the rewrite adds', values: { ca_file: LEGACY.ca_file }, codes: [] },
  ])('reports $name', ({ values, codes }) => {
    expect(found(job(values))).toEqual(codes);
  });

  it('reads relative names from the directory of the file', () => {
    const values = { ...LEGACY, ca_file: 'root-cert.pem' };
    expect(found(job(values), { configDirectory: '/etc/certs' })).toEqual([]);
    expect(found(job(values), { configDirectory: '/etc/prometheus' })).toEqual([
      '6: FilesInDifferentDirectories',
    ]);
  });
});

describe("findings of a job that reads Istio's files in a directory that is not listed", () => {
  it.each([
    { name: 'that it is left alone', values: ELSEWHERE, scheme: 'https', codes: ['4: DirectoryNotListed'] },
    {
      name: 'a scheme that is not https',
      values: ELSEWHERE,
      scheme: 'http',
      codes: ['3: SchemeNotHttps', '4: DirectoryNotListed'],
    },
    {
      name: 'that names are checked',
      values: { ...files('/srv/mesh'), insecure_skip_verify: 'no' },
      scheme: 'https',
      codes: ['4: DirectoryNotListed', '8: SkipVerifyMissing'],
    },
    {
      name: 'all that is missing',
      values: { ca_file: '/srv/mesh/root-cert.pem' },
      scheme: 'https',
      codes: ['4: DirectoryNotListed', '4: ClientCertificateIncomplete', '4: SkipVerifyMissing'],
    },
    {
      name: 'that there is no authority',
      values: { cert_file: ELSEWHERE.cert_file, key_file: ELSEWHERE.key_file, insecure_skip_verify: 'true' },
      scheme: 'https',
      codes: ['4: DirectoryNotListed', '4: CaFileMissing'],
    },
    {
      name: 'files that were mixed up',
      values: { ...ELSEWHERE, key_file: '/srv/mesh/cert-chain.pem' },
      scheme: 'https',
      codes: ['4: DirectoryNotListed', '7: KeyFileIsCertificate'],
    },
  ])('reports $name', ({ values, scheme, codes }) => {
    expect(found(job(values, scheme))).toEqual(codes);
  });

  it.each([
    {
      name: 'files with other names',
      request: {},
      text: job({ key_file: '/srv/key.pem', ca_file: '/srv/ca' }),
    },
    { name: 'our own directory', request: {}, text: `scrape_configs:\n${secureJob('a', '/etc/prom-certs')}` },
    { name: 'a listed directory that a glob leaves out', request: { jobs: ['b*'] }, text: '' },
  ])('says nothing of that about $name', ({ request, text }) => {
    const reported = found(text === '' ? `scrape_configs:\n${secureJob('a')}` : text, request);
    expect(reported.filter((each) => !each.endsWith('StalePath'))).toEqual([]);
  });
});

describe('findings of a job that is named', () => {
  const foreign = { ca_file: '/opt/ca.pem', cert_file: '/opt/c.pem', key_file: '/opt/k.pem' };

  it('say what gives way', () => {
    const { findings } = rewritten(job(foreign), { jobs: ['a'] });
    expect(findings.map(({ message }) => message)).toEqual([
      "Job a: config.jobs names this job, so files that are not Istio's are replaced: ca_file /opt/ca.pem, cert_file /opt/c.pem, key_file /opt/k.pem.",
    ]);
  });

  it.each([
    { name: 'that cannot be edited', text: job({ ...foreign, ca: 'PEM' }), request: { jobs: ['a'] } },
    { name: 'that was rewritten before', text: job(foreign), request: { jobs: ['a'], recorded: { a: {} } } },
    { name: "with Istio's files only", text: job(LEGACY), request: { jobs: ['a'] } },
  ])('say nothing of that of a job $name', ({ text, request }) => {
    expect(found(text, request).filter((each) => each.endsWith('FilesReplaced'))).toEqual([]);
  });
});
