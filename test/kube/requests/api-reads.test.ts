import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Transport } from '../../../src/kube/http/transport.ts';
import { ApiReads } from '../../../src/kube/requests/api-reads.ts';
import { FaultServer, thing } from '../fault-server.ts';
import { SteppedTimers } from '../stepped-timers.ts';

let server: FaultServer;
let transport: Transport;
let reads: ApiReads;

beforeEach(async () => {
  server = await FaultServer.start();
  const timers = new SteppedTimers();
  transport = new Transport({ kubeConfig: server.kubeConfig(timers), version: '1.2.3', timers });
  reads = new ApiReads(transport, timers);
});

afterEach(async () => {
  await transport.kubeConfig.destroy();
  await server.stop();
});

describe('Reads.anyService', () => {
  it('asks for one Service, however many there are, and once for all who ask', async () => {
    const asked = Promise.all([reads.anyService('shop'), reads.anyService('shop')]);
    const visit = await server.next();
    expect([visit.path, visit.url.search]).toEqual(['/api/v1/namespaces/shop/services', '?limit=1']);
    visit.list([thing('a', '1')], '5', 'more');
    expect(await asked).toEqual([
      { kind: 'present', value: true },
      { kind: 'present', value: true },
    ]);
    expect(server.waiting).toBe(0);
  });

  it('tells a namespace without any from one that may not be read', async () => {
    const none = reads.anyService('empty');
    (await server.next()).list([], '5');
    expect(await none).toEqual({ kind: 'absent' });
    const secret = reads.anyService('secret');
    (await server.next()).fail(403, 'services is forbidden');
    expect(await secret).toMatchObject({ kind: 'unreadable' });
  });
});
