import { describe, expect, it } from 'vitest';
import { namedFiles } from '../../../../src/edit/prometheus-yaml/jobs/named-files.ts';
import { rewritten } from '../rewritten.ts';

/** `path file` of each. */
function named(text: string): readonly string[] {
  return namedFiles(rewritten(text), '/etc/prometheus').map(({ path, file }) => `${path} ${file}`);
}

describe('namedFiles', () => {
  it.each([
    { name: 'nothing of an empty document', text: '', files: [] },
    {
      name: 'the files of a chosen job as they were, each once, and no insecure_skip_verify',
      text: `scrape_configs:
- job_name: a
  tls_config: {ca_file: /etc/certs/root-cert.pem, cert_file: /etc/certs/cert-chain.pem, key_file: /etc/certs/./cert-chain.pem, insecure_skip_verify: true}
`,
      files: ['scrape_configs[a] /etc/certs/root-cert.pem', 'scrape_configs[a] /etc/certs/cert-chain.pem'],
    },
    {
      name: 'a relative name from the directory of the file',
      text: 'scrape_configs:\n- job_name: a\n  tls_config: {ca_file: /etc/certs/root-cert.pem, key_file: certs/k}\n',
      files: ['scrape_configs[a] /etc/certs/root-cert.pem', 'scrape_configs[a] /etc/prometheus/certs/k'],
    },
    {
      name: 'no file of a job that is not chosen',
      text: 'scrape_configs:\n- job_name: a\n  tls_config: {ca_file: /opt/c}\n',
      files: [],
    },
    {
      name: 'stale files of other sections',
      text: 'remote_write:\n- tls_config: {ca_file: /etc/certs/root-cert.pem, key_file: /opt/k}\n',
      files: ['remote_write[0].tls_config.ca_file /etc/certs/root-cert.pem'],
    },
    {
      name: 'one file of a job that reads files of Istio elsewhere',
      text: `scrape_configs:
- job_name: a
  tls_config: {ca_file: /srv/root-cert.pem, cert_file: /srv/cert-chain.pem, key_file: /srv/key.pem}
`,
      files: ['scrape_configs[a] /srv/root-cert.pem'],
    },
    {
      name: 'a stale file of a chosen job once, where the job is skipped',
      text: 'scrape_configs:\n- job_name: a\n  tls_config: {ca: x, ca_file: /etc/certs/root-cert.pem}\n',
      files: ['scrape_configs[a] /etc/certs/root-cert.pem'],
    },
    {
      name: 'a stale file of a chosen job outside of its tls_config',
      text: 'scrape_configs:\n- job_name: a\n  basic_auth: {password_file: /etc/certs/p}\n  tls_config: {ca_file: /etc/certs/root-cert.pem}\n',
      files: [
        'scrape_configs[a] /etc/certs/root-cert.pem',
        'scrape_configs[a].basic_auth.password_file /etc/certs/p',
      ],
    },
  ])('gives $name', ({ text, files }) => {
    expect(named(text)).toEqual(files);
  });
});
