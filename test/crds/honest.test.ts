// The CRD against the code: a field or value that nothing reads says *not yet*, and one that is read does not.
//
// A field is read if the code that reconciles gets its value. A value of an enum is read if the field is compared with it;
// one value may go without, as what is left when the field is none of the others. A sentence with *not yet* is about the
// value that it begins with, else about the whole field. What no code distinguishes has to say so for all but one.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { schemaOf, type Schema } from '../../crds/generate-types.ts';
import { placesOf } from '../../crds/rules.ts';
import { readsOfSpec, type SpecReads } from '../support/spec-reads.ts';

const CRD = readFileSync(
  join(import.meta.dirname, '../../crds/prometheusistioscrapes.meshscrape.dev.yaml'),
  'utf8',
);
const { spec, status } = schemaOf(CRD).properties ?? {};
const reads = readsOfSpec();

/** What each sentence with *not yet* is about: a value of the enum, or '' for the whole field. */
function notYet({ description = '', enum: values = [] }: Schema): readonly string[] {
  return description
    .split(/(?<=[.]) /)
    .filter((sentence) => /\bnot yet\b/i.test(sentence))
    .map((sentence) => values.find((value) => sentence.startsWith(`${value} `)) ?? '');
}

function faultsOfField(path: string, schema: Schema, seen: SpecReads): readonly string[] {
  const marks = notYet(schema);
  const isRead = seen.fields.has(path);
  if (!isRead && marks.length === 0) return [`${path} is never read: its description has to say not yet`];
  if (isRead && marks.includes('')) return [`${path} is read, and its description says not yet`];
  return [];
}

function faultsOfValues(path: string, schema: Schema, seen: SpecReads): readonly string[] {
  const compared = seen.comparedWith.get(path) ?? new Set();
  const alike = (schema.enum ?? []).filter((value) => !compared.has(value));
  const marked = notYet(schema).filter((value) => value !== '');
  const silent = alike.filter((value) => !marked.includes(value));
  const wrong = marked.filter((value) => compared.has(value) || alike.length === 1);
  return [
    ...(silent.length > 1 ? [`${path}: no code distinguishes ${silent.join(' from ')}`] : []),
    ...wrong.map((value) => `${path}: ${value} is read, and its description says not yet`),
  ];
}

function faultsOf(schema: Schema, seen: SpecReads): readonly string[] {
  return placesOf(schema)
    .filter(({ path }) => path !== '' && !path.endsWith('[]'))
    .flatMap(({ path, schema: place }) => [
      ...faultsOfField(path, place, seen),
      ...faultsOfValues(path, place, seen),
    ]);
}

describe('the spec of the CRD', () => {
  it('says not yet of what no code reads, and of nothing else', () => {
    expect(faultsOf(spec ?? {}, reads)).toEqual([]);
  });

  it('is looked at field by field', () => {
    const paths = placesOf(spec ?? {}).map(({ path }) => path);
    expect(paths).toEqual(expect.arrayContaining(['config.configMap.key', 'manage.sidecar', 'interval']));
    expect([...reads.fields].filter((path) => !paths.includes(path))).toEqual([]);
  });
});

describe('the status of the CRD', () => {
  // By name alone: status is composed of parts, most of them without its types.
  it('has no field whose name no code gives a value', () => {
    const names = placesOf(status ?? {}).flatMap(({ schema }) => Object.keys(schema.properties ?? {}));
    expect(names.filter((name) => !reads.keys.has(name))).toEqual([]);
    expect(names).toEqual(expect.arrayContaining(['conditions', 'firstSeenTime', 'usedBy']));
  });

  it('says not yet of the values that no code writes, and of nothing else', () => {
    const faults = placesOf(status ?? {}).flatMap(({ path, schema }) => {
      const marked = notYet(schema);
      return (schema.enum ?? [])
        .filter((value) => reads.literals.has(value) === marked.includes(value))
        .map((value) => `${path}: ${value}`);
    });
    expect(faults).toEqual([]);
  });
});

describe('the test of honesty', () => {
  const property = (more: Schema): Schema => ({ properties: { mode: { type: 'string', ...more } } });
  const values = ['A', 'B', 'C'];
  const seen = (...compared: readonly string[]): SpecReads => ({
    fields: new Set(['mode']),
    comparedWith: new Map([['mode', new Set(compared)]]),
    literals: new Set(),
    keys: new Set(),
  });
  const unread: SpecReads = {
    fields: new Set(),
    comparedWith: new Map(),
    literals: new Set(),
    keys: new Set(),
  };
  const rows: readonly { name: string; schema: Schema; seen: SpecReads; faults: readonly string[] }[] = [
    {
      name: 'accepts a field that is read',
      schema: property({ description: 'How.' }),
      seen: seen(),
      faults: [],
    },
    {
      name: 'accepts a field that is not read and says so',
      schema: property({ description: 'How. Not yet: it does nothing.' }),
      seen: unread,
      faults: [],
    },
    {
      name: 'names a field that is not read',
      schema: property({ description: 'How.' }),
      seen: unread,
      faults: ['mode is never read: its description has to say not yet'],
    },
    {
      name: 'names a field that is read and says not yet',
      schema: property({ description: 'How. This is not yet done.' }),
      seen: seen(),
      faults: ['mode is read, and its description says not yet'],
    },
    {
      name: 'lets one value be what is left',
      schema: property({ description: 'How.', enum: values }),
      seen: seen('B', 'C'),
      faults: [],
    },
    {
      name: 'names values that no code distinguishes',
      schema: property({ description: 'How.', enum: values }),
      seen: seen('C'),
      faults: ['mode: no code distinguishes A from B'],
    },
    {
      name: 'accepts values that no code distinguishes if one of them says not yet',
      schema: property({ description: 'How. A is B: the two are not yet distinguished.', enum: values }),
      seen: seen('C'),
      faults: [],
    },
    {
      name: 'names a value that is compared and says not yet',
      schema: property({ description: 'How. C is not yet done.', enum: values }),
      seen: seen('B', 'C'),
      faults: ['mode: C is read, and its description says not yet'],
    },
    {
      name: 'names a value that says not yet and is what is left',
      schema: property({ description: 'How. A is not yet done.', enum: values }),
      seen: seen('B', 'C'),
      faults: ['mode: A is read, and its description says not yet'],
    },
  ];

  it.each(rows)('$name', ({ schema, seen: given, faults }) => {
    expect(faultsOf(schema, given)).toEqual(faults);
  });
});
