import { describe, expect, it } from 'vitest';
import { KubeError } from '../../../src/kube/http/kube-error.ts';
import { isPause } from '../../support/fake-clock.ts';
import { usePlayedApi } from '../../support/played-api.ts';

const GET = {
  subject: { verb: 'get', kind: 'Thing', namespace: 'ns', name: 'a' },
  method: 'GET',
  path: '/a',
} as const;
const PATCH = {
  subject: { verb: 'patch', kind: 'Thing' },
  method: 'PATCH',
  path: '/a',
  body: { x: 1 },
} as const;

const api = usePlayedApi();

async function failureOf(promise: Promise<unknown>): Promise<KubeError> {
  const error: unknown = await promise.then(
    () => undefined,
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(KubeError);
  return error as KubeError;
}

describe('Transport.request', () => {
  it('sends who it is, and answers raw text of any status', async () => {
    const { seen, server, transport } = api();
    const answer = transport.request({
      ...PATCH,
      contentType: 'application/json-patch+json',
      query: { a: 'b c' },
    });
    const request = await server.next();
    expect(request.headers).toMatchObject({
      'user-agent': 'meshscrape/1.2.3',
      authorization: 'Bearer very-secret',
      'content-type': 'application/json-patch+json',
      accept: 'application/json',
    });
    expect([request.method, request.path, request.url.searchParams.get('a'), request.json()]).toEqual([
      'PATCH',
      '/a',
      'b c',
      { x: 1 },
    ]);
    request.reply(422, '{"é":1}');
    expect(await answer).toEqual({ status: 422, body: '{"é":1}', retryAfterMs: undefined });
    expect(seen).toEqual([{ verb: 'PATCH', code: '422', durationMs: 0 }]);
  });

  it.each([
    { name: '429 with Retry-After', status: 429, headers: { 'retry-after': '3' }, waitMs: 3000 },
    { name: '429 without', status: 429, headers: {}, waitMs: 1000 },
    { name: '503 with Retry-After', status: 503, headers: { 'retry-after': '2' }, waitMs: 2000 },
    { name: 'an endless Retry-After', status: 503, headers: { 'retry-after': '86400' }, waitMs: 10000 },
  ])('waits as asked and tries again: $name', async ({ status, headers, waitMs }) => {
    const { clock, retried, seen, server, transport } = api();
    const answer = transport.request(PATCH);
    (await server.next()).fail(status, 'busy', headers);
    const wait = await clock.armed(isPause);
    expect(wait.delayMs).toBe(waitMs);
    wait.fire();
    (await server.next()).reply(200, '{}');
    expect((await answer).status).toBe(200);
    expect(seen.map((request) => request.code)).toEqual([String(status), '200']);
    expect(retried).toEqual([{ verb: 'PATCH', code: String(status) }]);
  });

  it('gives the last answer back after four tries', async () => {
    const { clock, retried, server, transport } = api();
    const answer = transport.request(PATCH);
    for (let tries = 1; tries <= 4; tries += 1) {
      (await server.next()).fail(429, `busy ${tries}`, { 'retry-after': '1' });
      if (tries < 4) (await clock.armed(isPause)).fire();
    }
    expect((await answer).body).toContain('busy 4');
    expect(retried).toHaveLength(3);
  });

  it('does not try again on a 503 that asks for nothing, or a 500', async () => {
    const { server, transport } = api();
    for (const status of [503, 500]) {
      const answer = transport.request(PATCH);
      (await server.next()).fail(status, 'down');
      expect((await answer).status).toBe(status);
    }
    expect(server.waiting).toBe(0);
  });

  it('tries once more on 401 with credentials read anew', async () => {
    const { clock, server, transport } = api();
    const answer = transport.request(GET);
    (await server.next()).fail(401, 'expired');
    (await clock.armed((delayMs) => delayMs === 0)).fire();
    (await server.next()).fail(401, 'expired');
    expect((await answer).status).toBe(401);
    expect(server.waiting).toBe(0);
  });

  it('names a reset as unavailable, retryable, with the cause', async () => {
    const { seen, server, transport } = api();
    const failure = failureOf(transport.request(GET));
    (await server.next()).reset();
    const error = await failure;
    expect([error.code, error.retryable]).toEqual(['Unavailable', true]);
    expect(error.message).toMatch(/^get Thing ns\/a: /);
    expect(error.cause).toBeInstanceOf(Error);
    expect(error.message).not.toContain('very-secret');
    expect(seen.map((request) => request.code)).toEqual(['<error>']);
  });

  it('gives up on a server that takes the request and never answers', async () => {
    const { clock, server, transport } = api();
    const failure = failureOf(transport.request({ ...GET, timeoutMs: 5_000 }));
    const request = await server.next();
    const { dispatcher } = await transport.kubeConfig.connection();
    (await clock.armed((delayMs) => delayMs === 7_000)).fire();
    expect(await failure).toMatchObject({ code: 'Timeout', retryable: true });
    expect((await transport.kubeConfig.connection()).dispatcher).not.toBe(dispatcher);
    await request.gone();
  });

  it('ends when the caller gives up', async () => {
    const { server, transport } = api();
    const caller = new AbortController();
    const failure = failureOf(transport.request({ ...GET, signal: caller.signal }));
    const request = await server.next();
    caller.abort();
    expect((await failure).code).toBe('Closed');
    await request.gone();
  });
});

describe('Transport.close', () => {
  it('waits for a write in flight', async () => {
    const { clock, server, transport } = api();
    const answer = transport.request(PATCH);
    const request = await server.next();
    const closing = transport.close(5_000);
    expect((await failureOf(transport.request(PATCH))).code).toBe('Closed');
    request.reply(200, '{}');
    expect((await answer).status).toBe(200);
    await closing;
    expect(clock.delays).toEqual([]);
  });

  it('does not wait longer than its limit', async () => {
    const { clock, server, transport } = api();
    const failure = failureOf(transport.request(PATCH));
    const request = await server.next();
    const closing = transport.close(5_000);
    (await clock.armed((delayMs) => delayMs === 5_000)).fire();
    await closing;
    expect((await failure).code).toBe('Unavailable');
    await request.gone();
  });

  it('does not wait for reads and watches', async () => {
    const { server, transport } = api();
    const failure = failureOf(transport.stream(GET, () => undefined));
    await server.next();
    await transport.close(5_000);
    expect((await failure).code).toBe('Unavailable');
  });

  it('ends the wait for a Retry-After', async () => {
    const { clock, server, transport } = api();
    const answer = transport.request(PATCH);
    (await server.next()).fail(429, 'busy', { 'retry-after': '9' });
    await clock.armed(isPause);
    await transport.close(5_000);
    expect((await answer).status).toBe(429);
  });
});
