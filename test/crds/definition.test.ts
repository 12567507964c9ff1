// What can be seen in the CRD's file alone; what the API server makes of it is in test/e2e/crd.test.ts.
import { load } from 'js-yaml';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { schemaOf } from '../../crds/generate-types.ts';
import { placesOf, rulesOf } from '../../crds/rules.ts';
import { LASTING_CONDITIONS, TRANSIENT_CONDITIONS } from '../../src/api/conditions.ts';
import { CRD_NAME, GROUP, KIND, PLURAL, VERSION } from '../../src/api/resource.ts';

const FILE = new URL('../../crds/prometheusistioscrapes.meshscrape.dev.yaml', import.meta.url);
const text = readFileSync(FILE, 'utf8');
const schema = schemaOf(text);
const places = placesOf(schema).filter(({ path }) => path !== '' && path !== 'metadata');
const pathsWhere = (holds: (place: (typeof places)[number]) => boolean): readonly string[] =>
  places.filter(holds).map(({ path }) => path);

describe('the CRD', () => {
  it('bears the names of src/api/resource.ts', () => {
    const crd = load(text) as { metadata: { name: string }; spec: Record<string, unknown> };
    expect(crd.metadata.name).toBe(CRD_NAME);
    expect(crd.spec).toMatchObject({
      group: GROUP,
      names: { kind: KIND, plural: PLURAL, shortNames: ['promscrape'] },
      versions: [{ name: VERSION, served: true, storage: true }],
    });
  });

  it('has places enough for this file to mean anything', () => {
    expect(places.length).toBeGreaterThan(100);
    expect(rulesOf(schema).length).toBeGreaterThan(15);
  });

  it('describes every field', () => {
    expect(pathsWhere((place) => (place.schema.description ?? '') === '')).toEqual([]);
  });

  it('bounds every string', () => {
    const isFree = ({ type, maxLength, enum: values, format }: typeof schema): boolean =>
      type === 'string' && maxLength === undefined && values === undefined && format !== 'date-time';
    expect(pathsWhere((place) => isFree(place.schema))).toEqual([]);
  });

  it('bounds every number from below, and from above where its format does not', () => {
    const isFree = ({ type, minimum, maximum, format }: typeof schema): boolean =>
      type === 'integer' && (minimum === undefined || (maximum === undefined && format !== 'int32'));
    expect(pathsWhere((place) => isFree(place.schema))).toEqual([]);
  });

  it('bounds every list and says how it merges: atomic, but conditions by type', () => {
    const lists = places.filter((place) => place.schema.type === 'array');
    expect(lists.filter((place) => place.schema.maxItems === undefined).map(({ path }) => path)).toEqual([]);
    const merging = lists.filter((place) => place.schema['x-kubernetes-list-type'] !== 'atomic');
    expect(merging.map(({ path, schema: list }) => [path, list['x-kubernetes-list-type']])).toEqual([
      ['status.conditions', 'map'],
    ]);
  });

  it('lets no field of any shape through', () => {
    const loose = places.filter(({ schema: place }) => {
      const open = [
        'x-kubernetes-preserve-unknown-fields',
        'additionalProperties',
        'x-kubernetes-int-or-string',
      ];
      return open.some((key) => Object.hasOwn(place, key)) || place.type === undefined;
    });
    expect(loose.map(({ path }) => path)).toEqual([]);
  });

  it('gives every rule a message of its own place that says how to fix it', () => {
    const poor = rulesOf(schema).filter(({ message }) => !/ must | is immutable|: choose /.test(message));
    expect(poor).toEqual([]);
  });

  it('has room for every condition at once', () => {
    const conditions = places.find(({ path }) => path === 'status.conditions');
    const all = LASTING_CONDITIONS.length + TRANSIENT_CONDITIONS.length;
    expect(conditions?.schema.maxItems).toBeGreaterThanOrEqual(all);
  });

  it('holds nothing that Flux would take for a variable to substitute', () => {
    expect(text).not.toContain('${');
  });
});
