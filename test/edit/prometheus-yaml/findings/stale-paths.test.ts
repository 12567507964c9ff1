import { describe, expect, it } from 'vitest';
import type { RewriteRequest } from '../../../../src/edit/prometheus-yaml/result.ts';
import { rewritten } from '../rewritten.ts';

/** `line:column path` of each stale path. */
function stale(text: string, request: Partial<RewriteRequest> = {}): readonly string[] {
  return rewritten(text, request)
    .findings.filter(({ code }) => code === 'StalePath')
    .map(({ line, column, path }) => `${line}:${column} ${path}`);
}

describe('findings, of stale paths', () => {
  it.each([
    {
      name: 'files of another section',
      text: 'remote_write:\n- tls_config:\n    ca_file: /etc/certs/c\n    key_file: "/etc/certs/k"\n',
      found: ['3:14 remote_write[0].tls_config.ca_file', '4:15 remote_write[0].tls_config.key_file'],
    },
    {
      name: 'a list of files, each by its number',
      text: 'rule_files: [/etc/x, /etc/certs/a, /etc/certs/b]\n',
      found: ['1:22 rule_files[1]', '1:36 rule_files[2]'],
    },
    {
      name: 'files in a mapping below a key for files',
      text: 'x_files:\n  deep: {er: /etc/certs/a}\n',
      found: ['2:14 x_files.deep.er'],
    },
    {
      name: 'a job by its name',
      text: 'scrape_configs:\n- job_name: a\n  authorization: {credentials_file: /etc/certs/t}\n',
      found: ['3:37 scrape_configs[a].authorization.credentials_file'],
    },
    {
      name: 'a list in a job, by the name of the job and the number in the list',
      text: 'scrape_configs:\n- job_name: a\n  file_sd_configs: [{files: [/etc/certs/t]}]\n',
      found: ['3:30 scrape_configs[a].file_sd_configs[0].files[0]'],
    },
    {
      name: 'a key that is not text as a question mark',
      text: 'x:\n  [a]:\n    ca_file: /etc/certs/c\n',
      found: ['3:14 x.?.ca_file'],
    },
    { name: 'a block scalar, at its header', text: 'ca_file: >-\n  /etc/certs/c\n', found: ['1:10 ca_file'] },
    { name: 'an escaped slash', text: 'ca_file: "\\x2fetc\\x2fcerts\\x2fc"\n', found: ['1:10 ca_file'] },
    { name: 'a tagged text', text: 'ca_file: !!str /etc/certs/c\n', found: ['1:10 ca_file'] },
    { name: 'no text with another tag', text: 'ca_file: !!int /etc/certs/c\n', found: [] },
    {
      name: 'no value of a key that names no file',
      text: 'cafile: /etc/certs/c\nfiles_x: /etc/certs/d\n',
      found: [],
    },
    { name: 'no key', text: 'x_file:\n  /etc/certs/c: y\n', found: [] },
    { name: 'no file elsewhere', text: 'ca_file: /etc/certs-2/c\nkey_file: etc/certs/c\n', found: [] },
    { name: 'no directory itself', text: 'ca_file: /etc/certs\n', found: [] },
  ])('names $name', ({ text, found }) => {
    expect(stale(text)).toEqual(found);
  });

  it.each([
    { name: 'names any file of a secret of Citadel', directory: '/srv', source: 'Citadel', found: true },
    {
      name: 'names a file that is such a secret by subPath',
      directory: '/srv/c',
      source: 'Citadel',
      found: true,
    },
    {
      name: 'names no file of another volume in a legacy directory',
      directory: '/etc/certs',
      source: 'Other',
      found: false,
    },
    {
      name: 'names no file that istio-proxy writes there',
      directory: '/etc/certs/',
      source: 'Certificates',
      found: false,
    },
    {
      name: 'names a file that another container may write there',
      directory: '/etc/certs',
      source: 'EmptyDir',
      found: true,
    },
  ] as const)('$name', ({ directory, source, found }) => {
    const file = directory.startsWith('/srv') ? '/srv/c' : '/etc/certs/c';
    expect(stale(`ca_file: ${file}\n`, { mounts: [{ directory, source }] })).toEqual(
      found ? ['1:10 ca_file'] : [],
    );
  });

  it('resolves relative names where it knows the directory of the file', () => {
    expect(stale('ca_file: certs/c\n')).toEqual([]);
    expect(stale('ca_file: certs/c\n', { configDirectory: '/etc' })).toEqual(['1:10 ca_file']);
  });

  it('names no value that the rewrite sets', () => {
    const job = 'scrape_configs:\n- job_name: a\n  tls_config: {ca_file: /etc/certs/root-cert.pem}\n';
    expect(stale(job)).toEqual([]);
    expect(stale(job, { mountPath: '/etc/certs' })).toEqual([]);
  });

  it('names the values of a chosen job that is skipped', () => {
    const job = 'scrape_configs:\n- job_name: a\n  tls_config: {ca: x, ca_file: /etc/certs/root-cert.pem}\n';
    expect(stale(job)).toEqual(['3:32 scrape_configs[a].tls_config.ca_file']);
  });

  it('names the value behind an alias that the rewrite replaces', () => {
    const text =
      'x_file: &c /etc/certs/root-cert.pem\nscrape_configs:\n- job_name: a\n  tls_config: {ca_file: *c}\n';
    expect(stale(text)).toEqual(['1:9 x_file']);
  });

  it('says job, value and what follows', () => {
    const text = 'scrape_configs:\n- job_name: a\n  basic_auth: {password_file: /etc/certs/p}\n';
    expect(rewritten(text).findings).toEqual([
      {
        code: 'StalePath',
        path: 'scrape_configs[a].basic_auth.password_file',
        job: 'a',
        value: '/etc/certs/p',
        message:
          'scrape_configs[a].basic_auth.password_file names /etc/certs/p, in a legacy directory; it is not edited, so that mount must stay.',
        line: 3,
        column: 31,
      },
    ]);
    expect(rewritten('ca_file: /etc/certs/c\n').findings).toMatchObject([{ job: undefined }]);
  });

  it('names findings in the order of the text', () => {
    const text =
      'scrape_configs:\n- job_name: a\n  basic_auth: {password_file: /etc/certs/p}\n  scheme: http\n  tls_config: {server_name: s, ca_file: /etc/certs/root-cert.pem}\nremote_write: [{tls_config: {ca_file: /etc/certs/c}}]\n';
    expect(rewritten(text).findings.map(({ line, code }) => `${line} ${code}`)).toEqual([
      '3 StalePath',
      '4 SchemeNotHttps',
      '5 ServerNameSet',
      '6 StalePath',
    ]);
  });
});
