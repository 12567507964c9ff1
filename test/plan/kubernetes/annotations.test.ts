import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../../src/api/kubernetes.ts';
import { recordRefusal } from '../../../src/plan/kubernetes/annotations.ts';
import { configMap } from '../../support/config-map.ts';

const KEY = 'meshscrape.dev/record';
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
/** Together with `record` exactly as much as the API server takes, or so many bytes more. */
const filled = (key: string, record: string, more = 0) => {
  const size = 262_144 - KEY.length - record.length - key.length + more;
  return configMap('', { metadata: { annotations: { [key]: 'x'.repeat(size) } } });
};

const refusalOf = (object: KubernetesObject, value: string) =>
  recordRefusal(object, { key: KEY, value, shrink: 'make it smaller' });

describe('recordRefusal', () => {
  it.each([
    { name: 'an object without annotations', object: configMap(), record: 'r' },
    { name: 'the last byte that is free', object: filled('team', 'record'), record: 'record' },
    {
      name: 'a record in place of one that was larger',
      object: configMap('', { metadata: { annotations: { [KEY]: 'x'.repeat(262_000) } } }),
      record: 'x'.repeat(262_000),
    },
  ])('has nothing against $name', ({ object, record }) => {
    expect(refusalOf(object, record)).toBeUndefined();
  });

  it.each([
    {
      name: 'kubectl’s own annotation where that is the largest',
      object: filled(LAST_APPLIED, 'record', 1),
      record: 'record',
      says: `the annotations of ConfigMap/prometheus would have 262145 bytes together, and the API server takes 262144: take annotation ${LAST_APPLIED} out, and from then on apply the object with kubectl apply --server-side`,
    },
    {
      name: 'any other annotation where that is the largest',
      object: filled('team', 'record', 1),
      record: 'record',
      says: ': make room among them: the largest other one is team',
    },
    {
      name: 'the record itself where it is the largest',
      object: configMap('', { metadata: { annotations: { team: 'a' } } }),
      record: 'x'.repeat(262_140),
      says: ': make it smaller',
    },
    {
      name: 'the record itself where it is the only one',
      object: configMap(),
      record: 'x'.repeat(262_144),
      says: ': make it smaller',
    },
  ])('names $name', ({ object, record, says }) => {
    const refusal = refusalOf(object, record);
    expect(refusal).toMatchObject({ reason: 'RecordTooLarge', stalled: true });
    expect(refusal?.message).toContain(says);
  });

  it('counts bytes, not characters', () => {
    const annotations = { team: 'ü'.repeat(131_050) };
    const object = configMap('', { metadata: { annotations } });
    expect(refusalOf(object, 'r')).toBeUndefined();
    expect(refusalOf(object, 'r'.repeat(20))?.reason).toBe('RecordTooLarge');
  });
});
