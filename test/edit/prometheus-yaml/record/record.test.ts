import { describe, expect, it } from 'vitest';

import { decodeRecord } from '../../../../src/edit/prometheus-yaml/record/decode-record.ts';
import { EMPTY_RECORD, mergeRecord } from '../../../../src/edit/prometheus-yaml/record/record.ts';
import type { ConfigRecord } from '../../../../src/edit/prometheus-yaml/result.ts';
import { rewrite } from '../../../../src/edit/prometheus-yaml/rewrite.ts';
import { REQUEST, secureJob } from '../goldens.ts';
import { rewritten } from '../rewritten.ts';

const FIRST: ConfigRecord = {
  version: 1,
  mountPaths: ['/a'],
  jobs: { x: { ca_file: 'one', key_file: null } },
};

describe('mergeRecord', () => {
  it('keeps the first original of each key and adds what is new', () => {
    const later: ConfigRecord = {
      version: 1,
      mountPaths: ['/b', '/a'],
      jobs: { x: { ca_file: 'two', cert_file: 'new' }, y: { key_file: 'k' } },
    };
    expect(mergeRecord(FIRST, later)).toEqual({
      version: 1,
      mountPaths: ['/b', '/a'],
      jobs: { x: { ca_file: 'one', key_file: null, cert_file: 'new' }, y: { key_file: 'k' } },
    });
  });

  it('keeps a whole tls_config as the only original', () => {
    const whole: ConfigRecord = { version: 1, mountPaths: ['/a'], jobs: { x: { tls_config: '*t' } } };
    expect(mergeRecord(whole, FIRST).jobs).toEqual({ x: { tls_config: '*t' } });
  });

  it('keeps the directories that were legacy at any time, each once', () => {
    const directories = (...legacyDirectories: readonly string[]): ConfigRecord => ({
      ...FIRST,
      legacyDirectories,
    });
    const merged = mergeRecord(directories('/s', '/t'), directories('/t', '/u'));
    expect(merged.legacyDirectories).toEqual(['/s', '/t', '/u']);
    expect(mergeRecord(FIRST, directories('/s'))).toEqual(directories('/s'));
  });

  it('changes nothing with an empty record on either side', () => {
    expect(mergeRecord(FIRST, EMPTY_RECORD)).toEqual(FIRST);
    expect(mergeRecord(EMPTY_RECORD, FIRST)).toEqual(FIRST);
  });
});

describe('a record', () => {
  it.each([
    { name: 'names the mount of a secret of Citadel', directory: '/srv/mesh/', recorded: ['/srv/mesh'] },
    { name: 'names no directory that is listed', directory: '/etc/certs', recorded: undefined },
  ])('$name', ({ directory, recorded }) => {
    const text = `scrape_configs:\n${secureJob('a', directory.replace(/\/$/, ''))}`;
    const mounts = [
      { directory, source: 'Citadel' },
      { directory: '/etc/prometheus', source: 'Other' },
    ] as const;
    expect(rewritten(text, { mounts }).record.legacyDirectories).toEqual(recorded);
  });

  it('names each of two directories, of edited jobs alone', () => {
    const [a, b, c] = ['/b', '/a', '/c'].map((directory) => secureJob(`job${directory}`, directory));
    const mounts = ['/a', '/b', '/c'].map((directory) => ({ directory, source: 'Citadel' as const }));
    const { record } = rewritten(`scrape_configs:\n${a}${b}${c}`, {
      mounts,
      jobs: ['job/[ab]', 'job/a', 'job/b'],
    });
    expect(record.legacyDirectories).toEqual(['/a', '/b']);
  });

  it('takes less than 250 bytes a job, so that an annotation of 256 KiB holds a thousand', () => {
    const jobs = Array.from({ length: 100 }, (_, index) =>
      secureJob(`kubernetes-pods-istio-secure-${index}`),
    );
    const result = rewrite(`scrape_configs:\n${jobs.join('')}`, REQUEST);
    if (result.kind === 'refused') throw new Error(result.refusal.message);
    expect(JSON.stringify(result.record).length).toBeLessThan(100 * 250);
  });
});

describe('decodeRecord', () => {
  it('gives back what JSON.stringify made of a record', () => {
    const second = { ...FIRST, legacyDirectories: ['/s'] };
    expect(decodeRecord(JSON.stringify(FIRST))).toEqual(FIRST);
    expect(decodeRecord(JSON.stringify(second))).toEqual(second);
  });

  it.each([
    '',
    '{',
    'null',
    '[]',
    '{"version":2,"mountPaths":[],"jobs":{}}',
    '{"version":1,"mountPaths":"/a","jobs":{}}',
    '{"version":1,"mountPaths":[1],"jobs":{}}',
    '{"version":1,"mountPaths":[],"jobs":[]}',
    '{"version":1,"mountPaths":[],"legacyDirectories":"/a","jobs":{}}',
    '{"version":1,"mountPaths":[],"legacyDirectories":[1],"jobs":{}}',
    '{"version":1,"mountPaths":[],"jobs":{"a":null}}',
    '{"version":1,"mountPaths":[],"jobs":{"a":{"ca_file":1}}}',
    '{"version":1,"mountPaths":[],"jobs":{"a":{"server_name":"x"}}}',
  ])('does not take %s for a record', (json) => {
    expect(decodeRecord(json)).toBeUndefined();
  });
});
