import { describe, expect, it } from 'vitest';

import { mergeRecord } from '../../../src/edit/prometheus-yaml/record/record.ts';
import { restore } from '../../../src/edit/prometheus-yaml/restore.ts';
import type { ConfigRecord } from '../../../src/edit/prometheus-yaml/result.ts';
import { rewrite } from '../../../src/edit/prometheus-yaml/rewrite.ts';
import { REQUEST, secureJob } from './goldens.ts';

function rewritten(text: string, mountPath = '/etc/prom-certs'): { text: string; record: ConfigRecord } {
  const result = rewrite(text, { ...REQUEST, mountPath, previousMountPaths: ['/etc/prom-certs'] });
  if (result.kind === 'refused') throw new Error(result.refusal.message);
  return result;
}

function restored(text: string, record: ConfigRecord) {
  const result = restore(text, record);
  if (result.kind === 'refused') throw new Error(result.refusal.message);
  return {
    text: result.text,
    restored: result.restored,
    skipped: result.skipped.map(({ job, code }) => `${job} ${code}`),
  };
}

const PARTIAL = `scrape_configs:
- job_name: a
  scheme: https
  tls_config:
    cert_file: /etc/certs/cert-chain.pem # chain
    key_file: '/etc/certs/key.pem'
`;

describe('restore', () => {
  const { text, record } = rewritten(PARTIAL);

  it('gives the very same bytes back where nobody touched them', () => {
    expect(restored(text, record)).toEqual({ text: PARTIAL, restored: ['a'], skipped: [] });
  });

  it('has nothing to do, and nothing to complain of, where the same bytes are back already', () => {
    expect(restored(PARTIAL, record)).toEqual({ text: PARTIAL, restored: [], skipped: [] });
  });

  it('does nothing with an empty record', () => {
    expect(restored(text, { version: 1, mountPaths: [], jobs: {} })).toEqual({
      text,
      restored: [],
      skipped: [],
    });
  });

  it.each([
    {
      name: 'a comment that somebody put on an added line',
      edit: (now: string) => now.replace('root-cert.pem', 'root-cert.pem # mine'),
      back: PARTIAL.replace('    cert', '    # mine\n    cert'),
      skipped: [],
    },
    {
      name: 'a line that somebody added',
      edit: (now: string) => now.replace('    key_file', '    min_version: TLS13\n    key_file'),
      back: PARTIAL.replace('    key_file', '    min_version: TLS13\n    key_file'),
      skipped: [],
    },
    {
      name: 'other quotes around our value',
      edit: (now: string) =>
        now.replace('/etc/prom-certs/cert-chain.pem', '"/etc/prom-certs/cert-chain.pem"'),
      back: PARTIAL,
      skipped: [],
    },
    {
      name: 'true in another spelling',
      edit: (now: string) => now.replace('verify: true', 'verify: yes'),
      back: PARTIAL,
      skipped: [],
    },
    {
      name: 'a file that somebody changed',
      edit: (now: string) => now.replace('/etc/prom-certs/cert-chain.pem', '/opt/chain.pem'),
      back: PARTIAL.replace('/etc/certs/cert-chain.pem', '/opt/chain.pem'),
      skipped: ['a ChangedSince'],
    },
    {
      name: 'an added line that somebody took out',
      edit: (now: string) => now.replace('    insecure_skip_verify: true\n', ''),
      back: PARTIAL,
      skipped: [],
    },
    {
      name: 'changes elsewhere in the file',
      edit: (now: string) => `# new\n${now}- job_name: b\n`,
      back: `# new\n${PARTIAL}- job_name: b\n`,
      skipped: [],
    },
  ])('keeps $name', ({ edit, back, skipped }) => {
    const touched = edit(text);
    expect(touched).not.toBe(text);
    expect(restored(touched, record)).toEqual({ text: back, restored: ['a'], skipped });
  });

  it.each([
    {
      name: 'was renamed',
      edit: (now: string) => now.replace('job_name: a', 'job_name: z'),
      code: 'JobMissing',
    },
    { name: 'was removed', edit: () => 'scrape_configs: []\n', code: 'JobMissing' },
    { name: 'has a namesake', edit: (now: string) => `${now}- job_name: a\n`, code: 'CannotUndo' },
    { name: 'lost its tls_config', edit: () => 'scrape_configs:\n- job_name: a\n', code: 'ChangedSince' },
  ])('leaves a job that $name and says so', ({ edit, code }) => {
    const touched = edit(text);
    const result = restored(touched, record);
    expect(result.text).toBe(touched);
    expect(result.restored).toEqual([]);
    expect(new Set(result.skipped)).toEqual(new Set([`a ${code}`]));
  });

  it('refuses a file that cannot be parsed', () => {
    expect(restore('a: [', record)).toMatchObject({ kind: 'refused', refusal: { code: 'Unparsable' } });
  });

  it('goes back over a change of the mount path to what the person wrote', () => {
    const second = rewritten(text, '/etc/new-certs');
    expect(second.text).toContain('/etc/new-certs/key.pem');
    const merged = mergeRecord(record, second.record);
    expect(merged.mountPaths).toEqual(['/etc/new-certs', '/etc/prom-certs']);
    expect(restored(second.text, merged).text).toBe(PARTIAL);
  });

  it('goes back where only some jobs followed the new mount path', () => {
    const two = `scrape_configs:\n${secureJob('a')}${secureJob('b')}`;
    const first = rewritten(two);
    const second = rewrite(first.text, {
      ...REQUEST,
      jobs: ['b'],
      mountPath: '/etc/new-certs',
      previousMountPaths: ['/etc/prom-certs'],
    });
    if (second.kind === 'refused') throw new Error(second.refusal.message);
    expect(restored(second.text, mergeRecord(first.record, second.record)).text).toBe(two);
  });

  const ALIAS = `scrape_configs:\n- job_name: o\n  tls_config: &t {ca_file: /opt/c}\n- job_name: a\n  tls_config: *t # s\n`;
  const alias = rewrite(ALIAS, { ...REQUEST, jobs: ['a'] });
  if (alias.kind === 'refused') throw new Error(alias.refusal.message);

  it('puts an alias back in place of the mapping that replaced it', () => {
    expect(alias.text).toContain('tls_config: {<<: *t, ');
    expect(restored(alias.text, alias.record)).toEqual({ text: ALIAS, restored: ['a'], skipped: [] });
  });

  it('takes only our entries out of that mapping where somebody added to it', () => {
    const touched = alias.text.replace('true}', 'true, min_version: TLS13}');
    expect(restored(touched, alias.record).text).toBe(
      ALIAS.replace('*t #', '{<<: *t, min_version: TLS13} #'),
    );
  });

  it('leaves an alias whose anchor has gone', () => {
    const touched = alias.text.replace('&t ', '').replace('<<: *t, ', '');
    expect(restored(touched, alias.record)).toEqual({
      text: touched,
      restored: [],
      skipped: ['a CannotUndo'],
    });
  });

  it('restores the others where one cannot be', () => {
    const touched = alias.text.replace('&t ', '').replace('<<: *t, ', '') + secureJob('b', '/etc/prom-certs');
    const record = mergeRecord(alias.record, {
      version: 1,
      mountPaths: [],
      jobs: { b: { ca_file: '/etc/certs/root-cert.pem' } },
    });
    const result = restored(touched, record);
    expect(result.restored).toEqual(['b']);
    expect(result.skipped).toEqual(['a CannotUndo']);
    expect(result.text).toBe(
      touched.replace('ca_file: /etc/prom-certs/root-cert.pem\n', 'ca_file: /etc/certs/root-cert.pem\n'),
    );
  });
});
