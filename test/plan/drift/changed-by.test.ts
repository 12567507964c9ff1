import { describe, expect, it } from 'vitest';
import type { ManagedFieldsEntry } from '../../../src/api/kubernetes.ts';
import { changedBy } from '../../../src/plan/drift/changed-by.ts';
import { configMap } from '../../support/config-map.ts';
import { entry } from '../../support/managed-fields.ts';
import { MANAGER } from '../../support/scrape.ts';

const KEY = 'f:data\nf:prometheus.yaml';
const OTHER = 'f:data\nf:rules.yaml';
const T = (second: number): { readonly time: string } => ({
  time: `2026-03-01T11:00:${String(second).padStart(2, '0')}Z`,
});
const update = (manager: string, paths: readonly string[], second: number): ManagedFieldsEntry =>
  entry(manager, paths, { operation: 'Update', ...T(second) });

/** Our own entry; it wrote last at second 10. */
const ours = entry(MANAGER, [OTHER], T(10));

const UNKNOWN = { confidence: 'Unknown' };
const exact = (manager: string, operation = 'Update') =>
  expect.objectContaining({ manager, operation, confidence: 'Exact' });
const inferred = (manager: string) => expect.objectContaining({ manager, confidence: 'Inferred' });

interface Row {
  readonly name: string;
  readonly fields: readonly ManagedFieldsEntry[] | undefined;
  readonly by: unknown;
}

const held: readonly Row[] = [
  { name: 'its only holder', fields: [ours, update('kubectl-edit', [KEY], 11)], by: exact('kubectl-edit') },
  {
    name: 'its only holder in the second of our own write: we held the field, so it took it from us',
    fields: [ours, update('kubectl-edit', [KEY], 10)],
    by: exact('kubectl-edit'),
  },
  {
    name: 'its only holder by server-side apply',
    fields: [ours, entry('argocd-controller', [KEY], T(11))],
    by: exact('argocd-controller', 'Apply'),
  },
  {
    name: 'its only holder where we gave the field back or never had it',
    fields: [update('helm', [KEY], 3)],
    by: exact('helm'),
  },
  {
    name: 'a holder whose entry has an empty subresource',
    fields: [ours, { ...update('kubectl-edit', [KEY], 11), subresource: '' }],
    by: exact('kubectl-edit'),
  },
  {
    name: 'a holder of something below the field',
    fields: [ours, update('kubectl-edit', [`${KEY}\nf:below`], 11)],
    by: exact('kubectl-edit'),
  },
  {
    name: 'one manager with two entries, once',
    fields: [ours, update('argo', [KEY], 12), entry('argo', [KEY], T(11))],
    by: exact('argo'),
  },
  {
    name: 'one manager that wrote elsewhere since, under another operation',
    fields: [ours, update('argo', [OTHER], 12), entry('argo', [KEY], T(11))],
    by: exact('argo'),
  },
  { name: 'nobody, if its holder wrote before us', fields: [ours, update('helm', [KEY], 9)], by: UNKNOWN },
];

const gone: readonly Row[] = [
  {
    name: 'the one manager that wrote after us',
    fields: [ours, update('helm', [OTHER], 9), update('kubectl-edit', [OTHER], 11)],
    by: inferred('kubectl-edit'),
  },
  {
    name: 'nobody, if two wrote after us',
    fields: [ours, update('helm', [OTHER], 12), update('kubectl-edit', [OTHER], 11)],
    by: UNKNOWN,
  },
  {
    name: 'nobody, if another wrote in the second of our own write: it may have been after',
    fields: [ours, update('helm', [OTHER], 10), update('kubectl-edit', [OTHER], 11)],
    by: UNKNOWN,
  },
  {
    name: 'nobody, if the only one wrote in the second of our own write: it may have been before',
    fields: [ours, update('kubectl-edit', [OTHER], 10)],
    by: UNKNOWN,
  },
  { name: 'nobody, if nobody wrote after us', fields: [ours, update('helm', [OTHER], 9)], by: UNKNOWN },
  { name: 'nobody, if we never wrote', fields: [update('kubectl-edit', [OTHER], 11)], by: UNKNOWN },
  { name: 'nobody, if managedFields are gone', fields: undefined, by: UNKNOWN },
];

const shared: readonly Row[] = [
  {
    name: 'the one holder that wrote after us',
    fields: [ours, update('helm', [KEY], 9), update('kubectl-edit', [KEY], 11), update('x', [OTHER], 12)],
    by: inferred('kubectl-edit'),
  },
  {
    name: 'nobody, if two holders wrote after us',
    fields: [ours, update('helm', [KEY], 11), update('kubectl-edit', [KEY], 12)],
    by: UNKNOWN,
  },
  {
    name: 'nobody, if we never wrote',
    fields: [update('helm', [KEY], 11), update('kubectl-edit', [KEY], 12)],
    by: UNKNOWN,
  },
];

const never: readonly Row[] = [
  ...[MANAGER, 'meshscrape.else.where', 'meshscrape', 'meshscrape-status'].map((manager) => ({
    name: `our own ${manager}`,
    fields: [ours, update(manager, [KEY], 11)],
    by: UNKNOWN,
  })),
  {
    name: 'an entry of a subresource',
    fields: [ours, { ...update('kube-controller-manager', [KEY], 11), subresource: 'status' }],
    by: UNKNOWN,
  },
  ...['ancient-changes', 'before-first-apply', 'unknown', ''].map((manager) => ({
    name: `${manager === '' ? 'an empty name' : manager}, which is no name`,
    fields: [ours, update(manager, [KEY], 11)],
    by: UNKNOWN,
  })),
  {
    name: 'an entry without a time, for a field that is gone',
    fields: [ours, { ...update('kubectl-edit', [OTHER], 11), time: 'no time' }],
    by: UNKNOWN,
  },
];

describe('changedBy', () => {
  const evaluate = ({ fields, by }: Row): void => {
    const object = configMap('', { metadata: fields === undefined ? {} : { managedFields: fields } });
    expect(changedBy(object, ['f:data', 'f:prometheus.yaml'], MANAGER)).toEqual(by);
  };
  it.each(held)('names for a field that is set: $name', evaluate);
  it.each(gone)('names for a field that is gone: $name', evaluate);
  it.each(shared)('names for a field that several hold: $name', evaluate);
  it.each(never)('never names $name', evaluate);

  it('says when that manager wrote last', () => {
    const object = configMap('', { metadata: { managedFields: [update('helm', [KEY], 3)] } });
    expect(changedBy(object, ['f:data', 'f:prometheus.yaml'], MANAGER).atMs).toBe(
      Date.parse('2026-03-01T11:00:03Z'),
    );
  });
});
