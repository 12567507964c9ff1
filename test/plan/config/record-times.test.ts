import { describe, expect, it } from 'vitest';
import type { ConfigMap } from '../../../src/api/kubernetes.ts';
import { configMap } from '../../support/config-map.ts';
import { PROMETHEUS_YAML, REWRITTEN_YAML } from '../../support/world.ts';
import { datedAt, evaluate, KEY, RECORD } from './evaluated.ts';

const BEFORE = '2026-02-01T12:00:00Z';
const NOW = '2026-03-01T12:00:00Z';
const SECOND_JOB = `- job_name: second
  scheme: https
  tls_config:
    ca_file: /etc/certs/root-cert.pem
`;
const holding = (text: string, record: string): ConfigMap =>
  configMap(text, { metadata: { annotations: { [KEY]: record } } });

/** The time in the record of this resource as it is written; `not written`: no record is. */
function rewrittenAt(seen: ConfigMap, spec = {}): unknown {
  const { action } = evaluate(seen, { spec });
  const last = action?.kind === 'PatchObject' ? action.operations.at(-1) : undefined;
  if (last === undefined || !('value' in last) || !last.path.includes('annotations')) return 'not written';
  const value = typeof last.value === 'string' ? last.value : (last.value as Record<string, string>)[KEY];
  return JSON.parse(value ?? '').prometheus['prometheus.yaml'].rewrittenAt;
}

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

  it.each([
    { name: 'is given back', record: datedAt(BEFORE), ms: Date.parse(BEFORE) },
    { name: 'is not known of a record without it', record: RECORD, ms: NaN },
    { name: 'is not known without a record', record: undefined, ms: NaN },
  ])('$name', ({ record, ms }) => {
    const seen = record === undefined ? configMap(REWRITTEN_YAML) : holding(REWRITTEN_YAML, record);
    expect(evaluate(seen).rewrittenMs).toBe(ms);
  });
});
