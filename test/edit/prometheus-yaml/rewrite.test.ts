import { describe, expect, it } from 'vitest';
import { restore } from '../../../src/edit/prometheus-yaml/restore.ts';
import { REQUEST, secureJob } from './goldens.ts';
import { rewritten } from './rewritten.ts';

describe('rewrite', () => {
  it('gives the four values as Prometheus reads them, with their places', () => {
    const text = `scrape_configs:\n- job_name: a\n  tls_config:\n    insecure_skip_verify: off\n    key_file: "\\x2fetc/certs/cert-chain.pem"\n    ca_file: ~\n`;
    const base = 'scrape_configs[a].tls_config';
    expect(rewritten(text).jobs).toEqual([
      {
        job: 'a',
        files: ['/etc/certs/cert-chain.pem'],
        line: 2,
        column: 3,
        values: [
          {
            field: 'ca_file',
            path: `${base}.ca_file`,
            expected: '/etc/prom-certs/root-cert.pem',
            actual: undefined,
            line: 6,
            column: 14,
          },
          {
            field: 'cert_file',
            path: `${base}.cert_file`,
            expected: '/etc/prom-certs/cert-chain.pem',
            actual: undefined,
            line: 3,
            column: 3,
          },
          {
            field: 'key_file',
            path: `${base}.key_file`,
            expected: '/etc/prom-certs/key.pem',
            actual: '/etc/certs/cert-chain.pem',
            line: 5,
            column: 15,
          },
          {
            field: 'insecure_skip_verify',
            path: `${base}.insecure_skip_verify`,
            expected: 'true',
            actual: 'false',
            line: 4,
            column: 27,
          },
        ],
      },
    ]);
  });

  it('records what was there, as written, and null for what was absent', () => {
    const text = `scrape_configs:\n- job_name: a\n  tls_config: {ca_file: '/etc/certs/root-cert.pem', insecure_skip_verify: , key_file: "/etc/certs/key.pem"}\n`;
    expect(rewritten(text).record).toEqual({
      version: 1,
      mountPaths: ['/etc/prom-certs'],
      jobs: {
        a: {
          ca_file: "'/etc/certs/root-cert.pem'",
          cert_file: null,
          key_file: '"/etc/certs/key.pem"',
          insecure_skip_verify: '',
        },
      },
    });
  });

  it('takes a trailing slash of the mount path for nothing', () => {
    const text = `scrape_configs:\n${secureJob('a')}`;
    expect(rewritten(text, { ...REQUEST, mountPath: '/etc/prom-certs/' }).text).toBe(rewritten(text).text);
  });

  it('edits a file of scrape_config_files the same way', () => {
    expect(rewritten(`scrape_configs:\n${secureJob('a')}`).text).toBe(
      `scrape_configs:\n${secureJob('a', '/etc/prom-certs')}`,
    );
  });

  it('keeps a job called __proto__ apart from the prototype', () => {
    const { record, text } = rewritten(`scrape_configs:\n${secureJob('__proto__')}`);
    expect(Object.keys(record.jobs)).toEqual(['__proto__']);
    expect(restore(text, record)).toMatchObject({ restored: ['__proto__'] });
  });

  it('stops reporting stale paths at two hundred, so that a long list stays cheap', () => {
    const files = Array.from({ length: 20_000 }, (_, index) => `- /etc/certs/${index}.yml\n`).join('');
    expect(rewritten(`rule_files:\n${files}`).findings).toHaveLength(200);
  });
});
