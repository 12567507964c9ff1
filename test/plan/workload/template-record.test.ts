import { describe, expect, it } from 'vitest';
import { recordTemplate, storedTemplateRecord } from '../../../src/plan/workload/template-record.ts';
import { EMPTY_TEMPLATE_RECORD, statefulSet } from '../../support/stateful-set.ts';

const stored = (text: string) =>
  storedTemplateRecord(
    statefulSet({ metadata: { annotations: { 'meshscrape.dev/original-template': text } } }),
  );

describe('storedTemplateRecord', () => {
  it('reads what was recorded', () => {
    const record = { labels: { a: '1' }, annotations: { b: '' }, volume: true, mount: false };
    expect(stored(JSON.stringify(record))).toEqual(record);
  });

  it('knows no record without the annotation', () => {
    expect(storedTemplateRecord(statefulSet())).toBeUndefined();
  });

  it.each([
    ['no JSON', '{'],
    ['null', 'null'],
    ['a number', '1'],
    ['a list', '[]'],
    ['an empty map', '{}'],
    ...Object.entries({
      'labels that are no map': { labels: 'a' },
      'labels that are null': { labels: null },
      'labels with a number': { labels: { a: 1 } },
      'annotations that are no map': { annotations: 1 },
      'annotations with null': { annotations: { a: null } },
      'a volume that is a text': { volume: 'true' },
      'a mount that is null': { mount: null },
    }).map(([name, part]) => [name, JSON.stringify({ ...JSON.parse(EMPTY_TEMPLATE_RECORD), ...part })]),
    ...['labels', 'annotations', 'volume', 'mount'].map((key) => [
      `no ${key}`,
      JSON.stringify({ ...JSON.parse(EMPTY_TEMPLATE_RECORD), [key]: undefined }),
    ]),
  ])('counts a record with %s as lost', (_name, text = '') => {
    expect(stored(text)).toBeUndefined();
  });
});

describe('recordTemplate', () => {
  it('records the keys that are written, and no other volume or mount', () => {
    const mounts = ['/elsewhere', '/more'].map((mountPath) => ({ name: 'v', mountPath }));
    const container = { name: 'c', volumeMounts: mounts };
    const template = {
      metadata: { labels: { a: '1', other: 'x' }, annotations: { b: '2', other: 'x' } },
      spec: { containers: [container], volumes: [{ name: 'other' }] },
    };
    const keys = { labels: ['a', 'absent'], annotations: ['b'], volumeName: 'v', mountPath: '/v' };
    expect(recordTemplate(template, container, keys)).toEqual({
      ...{ labels: { a: '1' }, annotations: { b: '2' }, volume: false, mount: false },
    });
    const there = { volumeName: 'other', mountPath: '/elsewhere' };
    expect(recordTemplate(template, container, { ...keys, ...there })).toMatchObject({
      ...{ volume: true, mount: true },
    });
  });
});
