// The transport on the real API server, where a watch or a connection ends badly.
import { describe, expect, it } from 'vitest';
import { TcpProxy } from '../kube/tcp-proxy.ts';
import { useTestBed } from '../support/control-plane.ts';
import { useKubeClients } from '../support/kube-client.ts';

const bed = useTestBed({ kubelet: false });
const { client, clientThrough } = useKubeClients(bed);

describe('Transport', () => {
  // undici 8.12.4 leaves such a stream in the session, whose end then throws at nobody and ends the process.
  it('survives a watch that was given up in the turn in which it was opened', async () => {
    const read = { subject: { verb: 'get', kind: 'Version' }, method: 'GET', path: '/version' } as const;
    for (let turns = 0; turns < 8; turns += 1) {
      const made = client();
      await made.transport.request(read);
      const ended = new AbortController();
      const watch = { ...read, path: '/api/v1/configmaps', query: { watch: 'true' }, signal: ended.signal };
      const stream = made.transport.stream(watch, () => undefined);
      for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
      ended.abort();
      await expect(stream).rejects.toMatchObject({ code: 'Closed' });
      await made.transport.request(read);
      await made.close();
    }
  });
});

describe('Transport on a silently dropped connection', () => {
  it('gives up the call in time, and the next one goes by a new connection', async () => {
    const proxy = await TcpProxy.start(bed.url);
    const made = clientThrough(proxy.url);
    const read = {
      subject: { verb: 'get', kind: 'Namespace' },
      method: 'GET',
      path: `/api/v1/namespaces/${bed.namespace}`,
    } as const;
    expect((await made.transport.request(read)).status).toBe(200);
    proxy.swallow();
    const short = { ...read, timeoutMs: 1_000 };
    await expect(made.transport.request(short)).rejects.toMatchObject({ code: 'Timeout', retryable: true });
    // HTTP/2 finds out by itself after 30 s only.
    expect((await made.transport.request({ ...read, timeoutMs: 25_000 })).status).toBe(200);
    expect(proxy.opened).toBe(2);
    await made.close();
    await proxy.stop();
  });
});
