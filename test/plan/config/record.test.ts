import { describe, expect, it } from 'vitest';
import type { ConfigRecord } from '../../../src/edit/prometheus-yaml/result.ts';
import {
  keyRecordOf,
  recordsText,
  storedRecords,
  type ConfigRecords,
} from '../../../src/plan/config/record.ts';
import { configMap } from '../../support/config-map.ts';

const KEY = 'meshscrape.dev/original-tls-config';
const record = (job: string): ConfigRecord => ({
  version: 1,
  mountPaths: ['/etc/prom-certs'],
  jobs: { [job]: { ca_file: 'a' } },
});
const with_ = (text: string) => configMap('', { metadata: { annotations: { [KEY]: text } } });

describe('storedRecords', () => {
  const records: ConfigRecords = { prometheus: { 'prometheus.yaml': record('j') } };

  it('is empty and not lost without the annotation', () => {
    expect(storedRecords(configMap())).toEqual({ records: {}, lost: false });
  });

  it('reads what recordsText wrote', () => {
    const text = recordsText({}, 'prometheus', records['prometheus']);
    expect(storedRecords(with_(text ?? ''))).toEqual({ records, lost: false });
  });

  it.each([
    ['no JSON', '{'],
    ['a list', '[]'],
    ['null', 'null'],
    ['keys that are no map', '{"prometheus":1}'],
    ['a record of another version', '{"prometheus":{"k":{"version":2,"mountPaths":[],"jobs":{}}}}'],
    ['a record without jobs', '{"prometheus":{"k":{"version":1,"mountPaths":[]}}}'],
  ])('counts %s as lost, not as empty', (_name, text) => {
    expect(storedRecords(with_(text))).toEqual({ records: {}, lost: true });
  });
});

describe('recordsText', () => {
  const two: ConfigRecords = { a: { k: record('x') }, b: { k: record('y') } };

  it('replaces the record of one resource and keeps the other', () => {
    expect(JSON.parse(recordsText(two, 'a', { k: record('z') }) ?? '')).toEqual({
      a: { k: record('z') },
      b: two['b'],
    });
  });

  it('drops one and keeps the other', () => {
    expect(JSON.parse(recordsText(two, 'a', undefined) ?? '')).toEqual({ b: two['b'] });
  });

  it('is nothing when the last one goes', () => {
    expect(recordsText({ a: { k: record('x') } }, 'a', undefined)).toBeUndefined();
  });

  it('gives the same text whatever the order was', () => {
    const turned = Object.fromEntries(Object.entries(two).toReversed());
    expect(recordsText(turned, 'c', { k: record('z') })).toBe(recordsText(two, 'c', { k: record('z') }));
  });
});

describe('keyRecordOf', () => {
  it('is an empty record where there is none', () => {
    expect(keyRecordOf({}, 'a', 'k')).toEqual({ version: 1, mountPaths: [], jobs: {} });
  });
});
