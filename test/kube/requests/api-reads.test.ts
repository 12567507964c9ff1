import { beforeEach, describe, expect, it } from 'vitest';
import { ApiReads } from '../../../src/kube/requests/api-reads.ts';
import { usePlayedApi } from '../../support/played-api.ts';
import { thing } from '../../support/thing.ts';

const api = usePlayedApi();
let reads: ApiReads;

beforeEach(() => {
  const { clock, transport } = api();
  reads = new ApiReads(transport, clock);
});

describe('ApiReads.anyService', () => {
  it('asks for one Service, however many there are, and once for all who ask', async () => {
    const { server } = api();
    const asked = Promise.all([reads.anyService('shop'), reads.anyService('shop')]);
    const request = await server.next();
    expect([request.path, request.url.search]).toEqual(['/api/v1/namespaces/shop/services', '?limit=1']);
    request.list([thing('a', '1')], '5', 'more');
    expect(await asked).toEqual([
      { kind: 'present', value: true },
      { kind: 'present', value: true },
    ]);
    expect(server.waiting).toBe(0);
  });

  it('distinguishes a namespace without any from one that may not be read', async () => {
    const { server } = api();
    const none = reads.anyService('empty');
    (await server.next()).list([], '5');
    expect(await none).toEqual({ kind: 'absent' });
    const secret = reads.anyService('secret');
    (await server.next()).fail(403, 'services is forbidden');
    expect(await secret).toMatchObject({ kind: 'unreadable' });
  });
});
