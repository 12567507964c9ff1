import { describe, expect, it } from 'vitest';
import type { ConfigMap } from '../../../src/api/kubernetes.ts';
import type { StoredRecord } from '../../../src/plan/config/record.ts';
import { configMap } from '../../support/config-map.ts';
import { PROMETHEUS_YAML, REWRITTEN_YAML } from '../../support/world.ts';
import { datedAt, evaluate, JOB, KEY, RECORD } from './evaluated.ts';

const BEFORE = '2026-02-01T12:00:00Z';
const NOW = '2026-03-01T12:00:00Z';
const SECOND_JOB = `- job_name: second
  scheme: https
  tls_config:
    ca_file: /etc/certs/root-cert.pem
`;
const holding = (text: string, record: string): ConfigMap =>
  configMap(text, { metadata: { annotations: { [KEY]: record } } });

/** The record of this resource as it is written; `undefined`: none is. */
function written(seen: ConfigMap, given: Parameters<typeof evaluate>[1] = {}): StoredRecord | undefined {
  const { action } = evaluate(seen, given);
  const last = action?.kind === 'PatchObject' ? action.operations.at(-1) : undefined;
  if (last === undefined || !('value' in last) || !last.path.includes('annotations')) return undefined;
  const value = typeof last.value === 'string' ? last.value : (last.value as Record<string, string>)[KEY];
  return JSON.parse(value ?? '').prometheus['prometheus.yaml'];
}
const rewrittenAt = (seen: ConfigMap, spec = {}) => {
  const record = written(seen, { spec });
  return record === undefined ? 'not written' : record.rewrittenAt;
};

describe('the time in a record', () => {
  const rows: readonly { name: string; seen: ConfigMap; spec?: object; says: string | undefined }[] = [
    { name: 'is that of the first rewrite', seen: configMap(), says: NOW },
    {
      name: 'is left where drift is corrected',
      seen: holding(PROMETHEUS_YAML, datedAt(BEFORE)),
      says: 'not written',
    },
    {
      name: 'is not made up for a record of an earlier version',
      seen: holding(PROMETHEUS_YAML, RECORD),
      says: 'not written',
    },
    {
      name: 'moves with a job that was not in it',
      seen: holding(REWRITTEN_YAML + SECOND_JOB, datedAt(BEFORE)),
      says: NOW,
    },
    {
      name: 'moves with the files',
      seen: holding(REWRITTEN_YAML, datedAt(BEFORE)),
      spec: { certificates: { mountPath: '/new' } },
      says: NOW,
    },
    {
      name: 'is that of another resource which rewrote the jobs before',
      seen: holding(REWRITTEN_YAML, datedAt(BEFORE).replace('{"prometheus":', '{"other":')),
      says: BEFORE,
    },
    {
      name: 'is not known where the other resource does not know it',
      seen: holding(REWRITTEN_YAML, RECORD.replace('{"prometheus":', '{"other":')),
      says: undefined,
    },
  ];
  it.each(rows)('$name', ({ seen, spec, says }) => {
    expect(rewrittenAt(seen, spec)).toBe(says);
  });

  const up = new Set([JOB]);
  const lasts = (upAt: string): string => RECORD.replace(/}}}$/, `,"upAt":"${upAt}"}}}`);
  it.each([
    { name: 'not known', scraped: { up: new Set<string>(), upAt: undefined }, says: undefined },
    { name: 'that of the write where a target is up', scraped: { up, upAt: undefined }, says: NOW },
    {
      name: 'not that of a target of another job',
      scraped: { up: new Set(['other']), upAt: undefined },
      says: undefined,
    },
    {
      name: 'that of an earlier write in the day before',
      scraped: { up: new Set<string>(), upAt: '2026-02-28T12:00:00Z' },
      says: '2026-02-28T12:00:00Z',
    },
    {
      name: 'not that of an earlier write before that day',
      scraped: { up: new Set<string>(), upAt: '2026-02-28T11:59:59Z' },
      says: undefined,
    },
    {
      name: 'that of before where a job is added that is not up',
      seen: holding(REWRITTEN_YAML + SECOND_JOB, lasts(BEFORE)),
      scraped: { up, upAt: undefined },
      says: BEFORE,
    },
    {
      name: 'that of the write where the job that is added is up',
      seen: holding(REWRITTEN_YAML + SECOND_JOB, lasts(BEFORE)),
      scraped: { up: new Set(['second']), upAt: undefined },
      says: NOW,
    },
    {
      name: 'that of another resource which rewrote the jobs before',
      seen: holding(REWRITTEN_YAML, lasts(BEFORE).replace('{"prometheus":', '{"other":')),
      scraped: { up, upAt: undefined },
      says: BEFORE,
    },
  ])('of a target that was up is $name', ({ seen = configMap(), scraped, says }) => {
    expect(written(seen, { scraped })?.upAt).toBe(says);
  });

  it.each([
    { name: 'names the jobs that it would record', seen: configMap(), jobs: [JOB] },
    { name: 'names no job that is recorded', seen: holding(PROMETHEUS_YAML, RECORD), jobs: [] },
    { name: 'names no job that is in sync', seen: configMap(REWRITTEN_YAML), jobs: [] },
    {
      name: 'names the job that is added',
      seen: holding(REWRITTEN_YAML + SECOND_JOB, RECORD),
      jobs: ['second'],
    },
  ])('$name', ({ seen, jobs }) => {
    expect(evaluate(seen).newJobs).toEqual(jobs);
  });

  it.each([
    { name: 'is given back', record: datedAt(BEFORE), ms: Date.parse(BEFORE) },
    { name: 'is not known of a record without it', record: RECORD, ms: NaN },
    { name: 'is not known without a record', record: undefined, ms: NaN },
  ])('$name', ({ record, ms }) => {
    const seen = record === undefined ? configMap(REWRITTEN_YAML) : holding(REWRITTEN_YAML, record);
    expect(evaluate(seen).rewrittenMs).toBe(ms);
  });
});
