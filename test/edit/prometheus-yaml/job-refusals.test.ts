import { describe, expect, it } from 'vitest';
import { secureJob } from './goldens.ts';
import { rewritten } from './rewritten.ts';

describe('rewrite, on a job that it cannot edit', () => {
  const rows = [
    {
      name: 'a key twice in tls_config',
      tls: 'ca_file: /etc/certs/root-cert.pem\n    ca_file: /etc/certs/root-cert.pem',
      code: 'DuplicateKey',
      at: [6, 5],
    },
    {
      name: 'a key twice in the job',
      tls: 'ca_file: /etc/certs/root-cert.pem\n  scheme: https\n  scheme: http',
      code: 'DuplicateKey',
      at: [7, 3],
    },
    {
      name: 'tls_config twice',
      tls: 'ca_file: /etc/certs/root-cert.pem\n  tls_config: {}',
      code: 'DuplicateKey',
      at: [6, 3],
    },
    {
      name: 'true in quotes',
      tls: 'ca_file: /etc/certs/root-cert.pem\n    insecure_skip_verify: "true"',
      code: 'UnknownMeaning',
      at: [6, 27],
    },
    {
      name: 'a number for a boolean',
      tls: 'ca_file: /etc/certs/root-cert.pem\n    insecure_skip_verify: 1',
      code: 'UnknownMeaning',
      at: [6, 27],
    },
    {
      name: 'a list for a file',
      tls: 'ca_file: /etc/certs/root-cert.pem\n    key_file: [/etc/certs/k]',
      code: 'UnknownMeaning',
      at: [6, 15],
    },
    {
      name: '!!binary',
      tls: 'ca_file: /etc/certs/root-cert.pem\n    key_file: !!binary L2V0Yw==',
      code: 'UnknownMeaning',
      at: [6, 15],
    },
    {
      name: 'inline cert',
      tls: 'ca_file: /etc/certs/root-cert.pem\n    cert: x',
      code: 'InlineCertificate',
      at: [6, 5],
    },
    {
      name: 'key_ref',
      tls: 'ca_file: /etc/certs/root-cert.pem\n    key_ref: x',
      code: 'InlineCertificate',
      at: [6, 5],
    },
    {
      name: 'a merge of no mapping',
      tls: 'ca_file: /etc/certs/root-cert.pem\n    <<: x',
      code: 'UnknownMeaning',
      at: [6, 5],
    },
    {
      name: 'a tag on the mapping',
      tls: 'ca_file: /etc/certs/root-cert.pem\n  params: {}',
      head: ' !!foo',
      code: 'UnknownMeaning',
      at: [4, 15],
    },
    {
      name: 'an empty value with an anchor',
      tls: 'ca_file: /etc/certs/root-cert.pem\n    key_file: &k',
      code: 'UnknownPlace',
      at: [6, 5],
    },
    {
      name: 'a merge of lines with nothing to write behind',
      tls: '<<:\n      ca_file: /etc/certs/root-cert.pem',
      code: 'UnknownPlace',
      at: [5, 5],
    },
    {
      name: 'a tag of another type on the only legacy file',
      tls: 'ca_file: !!int /etc/certs/root-cert.pem',
      code: 'UnknownMeaning',
      at: [5, 14],
    },
    {
      name: 'an empty block scalar',
      tls: 'ca_file: /etc/certs/root-cert.pem\n    key_file: >-\n    cert_file: /etc/certs/cert-chain.pem',
      code: 'UnknownPlace',
      at: [6, 5],
    },
  ];
  it.each(rows)(
    'refuses $name as $code and rewrites the other job',
    ({ tls, head, code, at: [line, column] }) => {
      const bad = `- job_name: bad\n  x: y\n  tls_config:${head ?? ''}\n    ${tls}\n`;
      const text = `scrape_configs:\n${bad}${secureJob('good')}`;
      const result = rewritten(text);
      expect(result.skipped).toMatchObject([{ job: 'bad', code, line, column }]);
      expect(result.rewrittenJobs).toEqual(['good']);
      expect(result.text).toBe(`scrape_configs:\n${bad}${secureJob('good', '/etc/prom-certs')}`);
    },
  );

  it('refuses both of two jobs with one name', () => {
    const text = `scrape_configs:\n${secureJob('a')}${secureJob('b')}${secureJob("'a'")}`;
    const result = rewritten(text);
    expect(result.skipped.map(({ job, code, line }) => [job, code, line])).toEqual([
      ['a', 'DuplicateJobName', 2],
      ['a', 'DuplicateJobName', 16],
    ]);
    expect(result.rewrittenJobs).toEqual(['b']);
  });

  it('refuses a job without a name', () => {
    const text = `scrape_configs:\n- tls_config: {ca_file: /etc/certs/root-cert.pem}\n`;
    expect(rewritten(text)).toMatchObject({
      text,
      skipped: [{ job: '', code: 'JobNameMissing', line: 2, column: 3 }],
    });
  });

  it('says what a person can do', () => {
    const text = `scrape_configs:\n- job_name: a\n  tls_config: {ca: x, key_file: /etc/certs/cert-chain.pem}\n`;
    expect(rewritten(text).skipped).toEqual([
      {
        job: 'a',
        code: 'InlineCertificate',
        message: 'Job a is left as it is: ca is given in place of a file.',
        fix: 'Remove ca, cert, key and their _ref forms from this tls_config, so that the files can be set.',
        line: 3,
        column: 16,
      },
    ]);
  });
});
