import { describe, expect, it } from 'vitest';

import { decodeRecord } from '../../../../src/edit/prometheus-yaml/record/decode-record.ts';
import { EMPTY_RECORD, mergeRecord } from '../../../../src/edit/prometheus-yaml/record/record.ts';
import type { ConfigRecord } from '../../../../src/edit/prometheus-yaml/result.ts';
import { rewrite } from '../../../../src/edit/prometheus-yaml/rewrite.ts';
import { REQUEST, secureJob } from '../goldens.ts';

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

  it('changes nothing with an empty record on either side', () => {
    expect(mergeRecord(FIRST, EMPTY_RECORD)).toEqual(FIRST);
    expect(mergeRecord(EMPTY_RECORD, FIRST)).toEqual(FIRST);
  });
});

describe('a record', () => {
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
    expect(decodeRecord(JSON.stringify(FIRST))).toEqual(FIRST);
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
    '{"version":1,"mountPaths":[],"jobs":{"a":null}}',
    '{"version":1,"mountPaths":[],"jobs":{"a":{"ca_file":1}}}',
    '{"version":1,"mountPaths":[],"jobs":{"a":{"server_name":"x"}}}',
  ])('does not take %s for a record', (json) => {
    expect(decodeRecord(json)).toBeUndefined();
  });
});
