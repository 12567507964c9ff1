import { beforeEach, describe, expect, it } from 'vitest';
import { ApiWrites } from '../../../src/kube/requests/api-writes.ts';
import type { WriteResult } from '../../../src/reconcile/cluster.ts';
import { usePlayedApi } from '../../support/played-api.ts';
import { thing } from '../../support/thing.ts';

const api = usePlayedApi();
let writes: ApiWrites;

beforeEach(() => {
  writes = new ApiWrites(api().transport);
});

const REF = { apiVersion: 'apps/v1', kind: 'StatefulSet', namespace: 'ns', name: 'a' };
const TARGET = { ...REF, uid: 'u', resourceVersion: '5' };
const PATH = '/apis/apps/v1/namespaces/ns/statefulsets/a';
const APPLY = 'application/apply-patch+yaml';

interface Row {
  readonly name: string;
  readonly write: () => Promise<WriteResult>;
  readonly sent: readonly [method: string, path: string, contentType: string];
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** What its failure begins with. */
  readonly says: string;
}

const body = { apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { namespace: 'ns', name: 'a' } };
const POD = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { namespace: 'ns', generateName: 'a-' },
  spec: { containers: [] },
} as const;
const operations = [{ op: 'remove', path: '/data' }] as const;

const rows: readonly Row[] = [
  {
    name: 'applies as the manager that the caller names',
    write: () => writes.apply(REF, body, { fieldManager: 'm', force: false }),
    sent: ['PATCH', PATH, APPLY],
    query: { fieldManager: 'm', force: 'false' },
    body,
    says: 'apply StatefulSet ns/a: ',
  },
  {
    name: 'patches with a JSON patch',
    write: () => writes.patch(REF, operations, { fieldManager: 'm' }),
    sent: ['PATCH', PATH, 'application/json-patch+json'],
    query: { fieldManager: 'm' },
    body: operations,
    says: 'patch StatefulSet ns/a: ',
  },
  {
    name: 'tries a JSON patch and stores nothing',
    write: () => writes.patch(REF, operations, { fieldManager: 'm', dryRun: true }),
    sent: ['PATCH', PATH, 'application/json-patch+json'],
    query: { fieldManager: 'm', dryRun: 'All' },
    body: operations,
    says: 'patch StatefulSet ns/a: ',
  },
  {
    name: 'tries an apply and stores nothing',
    write: () => writes.apply(REF, body, { fieldManager: 'm', force: true, dryRun: true }),
    sent: ['PATCH', PATH, APPLY],
    query: { fieldManager: 'm', force: 'true', dryRun: 'All' },
    body,
    says: 'apply StatefulSet ns/a: ',
  },
  {
    name: 'runs a pod through admission and creates none',
    write: () => writes.admitPod(POD),
    sent: ['POST', '/api/v1/namespaces/ns/pods', 'application/json'],
    query: { dryRun: 'All', fieldManager: 'meshscrape' },
    body: POD,
    says: 'dry-run create Pod ns/a-: ',
  },
  {
    name: 'deletes that very object, in the background',
    write: () => writes.delete(REF, 'u'),
    sent: ['DELETE', PATH, 'application/json'],
    query: {},
    body: {
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      preconditions: { uid: 'u' },
      propagationPolicy: 'Background',
    },
    says: 'delete StatefulSet ns/a: ',
  },
  {
    name: 'applies a whole status as its one manager',
    write: () => writes.status(TARGET, { x: 1 }),
    sent: ['PATCH', `${PATH}/status`, APPLY],
    query: { fieldManager: 'meshscrape-status', force: 'true' },
    body: { ...body, status: { x: 1 } },
    says: 'write status of StatefulSet ns/a: ',
  },
  {
    name: 'merges a status into that very version',
    write: () => writes.mergeStatus(TARGET, { x: 1 }),
    sent: ['PATCH', `${PATH}/status`, 'application/merge-patch+json'],
    query: { fieldManager: 'meshscrape-status' },
    body: { metadata: { uid: 'u', resourceVersion: '5' }, status: { x: 1 } },
    says: 'patch status of StatefulSet ns/a: ',
  },
  {
    name: 'sets finalizers of that very version',
    write: () => writes.finalizers(TARGET, ['f']),
    sent: ['PATCH', PATH, 'application/merge-patch+json'],
    query: { fieldManager: 'meshscrape' },
    body: { metadata: { finalizers: ['f'], uid: 'u', resourceVersion: '5' } },
    says: 'set finalizers of StatefulSet ns/a: ',
  },
];

describe('ApiWrites', () => {
  it.each(rows)('$name', async ({ write, sent, query, body: expected }) => {
    const { result, request } = await api().answered(write(), (received) => {
      received.reply(200, thing('a', '6'));
    });
    expect([request.method, request.path, request.headers['content-type']]).toEqual(sent);
    expect(Object.fromEntries(request.url.searchParams)).toEqual(query);
    expect(request.json()).toEqual(expected);
    expect(result).toMatchObject({ kind: 'written' });
    if (query['dryRun'] === undefined) expect(result).toEqual({ kind: 'written', object: thing('a', '6') });
  });

  it.each(rows)('names itself where it $name and is refused', async ({ write, says }) => {
    const { result } = await api().answered(write(), (received) => {
      received.fail(403, 'no');
    });
    expect(result).toEqual({ kind: 'refused', status: 403, reason: '', message: `${says}no` });
  });

  it.each([
    { name: 'a pod', write: () => writes.admitPod(POD) },
    {
      name: 'an object that does not exist',
      write: () => writes.apply(REF, body, { fieldManager: 'm', force: false, dryRun: true }),
    },
  ])('takes the answer to a dry run of $name, which has no resourceVersion', async ({ write }) => {
    const { result } = await api().answered(write(), (received) => {
      received.reply(201, { ...body, metadata: { ...body.metadata, creationTimestamp: null } });
    });
    expect(result.kind).toBe('written');
  });

  it('says that a deleted object was written, with nothing but its names', async () => {
    const { result } = await api().answered(writes.delete(REF, 'u'), (received) => {
      received.reply(200, { kind: 'Status', status: 'Success' });
    });
    expect(result).toEqual({
      kind: 'written',
      object: {
        apiVersion: 'apps/v1',
        kind: 'StatefulSet',
        metadata: { name: 'a', namespace: 'ns', uid: 'u', resourceVersion: '' },
      },
    });
  });
});
