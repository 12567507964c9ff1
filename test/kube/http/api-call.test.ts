import { Agent } from 'undici';
import { describe, expect, it } from 'vitest';
import { exchangeOptions, metricVerb, type ApiCall } from '../../../src/kube/http/api-call.ts';

const GET: ApiCall = { subject: { verb: 'get', kind: 'Thing' }, method: 'GET', path: '/api/v1/a' };
const connection = {
  dispatcher: new Agent(),
  origin: 'https://example.org',
  prefix: '/clusters/7',
  headers: { Authorization: 'Bearer t' },
};

describe('exchangeOptions', () => {
  it('sends a read without a body, and waits 30 s for headers and for each part of the body', () => {
    expect(exchangeOptions(GET, { connection, agent: 'meshscrape/1', limited: true })).toEqual({
      origin: 'https://example.org',
      path: '/clusters/7/api/v1/a',
      method: 'GET',
      headers: { Authorization: 'Bearer t', 'user-agent': 'meshscrape/1', accept: 'application/json' },
      body: undefined,
      headersTimeoutMs: 30_000,
      bodyTimeoutMs: 30_000,
    });
  });

  it('sends a body as JSON, of the type that the call names', () => {
    const call: ApiCall = { ...GET, method: 'PATCH', body: { x: 1 }, accept: 'text/a' };
    const send = (more: object): ReturnType<typeof exchangeOptions> =>
      exchangeOptions({ ...call, ...more }, { connection, agent: 'meshscrape/1', limited: true });
    expect(send({})).toMatchObject({
      body: '{"x":1}',
      headers: { accept: 'text/a', 'content-type': 'application/json' },
    });
    expect(send({ contentType: 'text/b' }).headers['content-type']).toBe('text/b');
  });

  it('limits the headers of a watch and not its body', () => {
    const call: ApiCall = { ...GET, timeoutMs: 5_000 };
    expect(exchangeOptions(call, { connection, agent: 'meshscrape/1', limited: false })).toMatchObject({
      headersTimeoutMs: 5_000,
      bodyTimeoutMs: 0,
    });
  });
});

describe('metricVerb', () => {
  const list = { ...GET, subject: { verb: 'list', kind: 'Thing' } };
  it.each<{ name: string; call: ApiCall; verb: string }>([
    { name: 'is the method of a read', call: GET, verb: 'GET' },
    { name: 'is LIST for a list', call: list, verb: 'LIST' },
    { name: 'is WATCH for a watch', call: { ...GET, query: { watch: 'true' } }, verb: 'WATCH' },
    { name: 'is the method of a list that is no read', call: { ...list, method: 'DELETE' }, verb: 'DELETE' },
    {
      name: 'is APPLY for a server-side apply',
      call: { ...GET, method: 'PATCH', contentType: 'application/apply-patch+yaml' },
      verb: 'APPLY',
    },
    {
      name: 'is PATCH for another patch',
      call: { ...GET, method: 'PATCH', contentType: 'application/json-patch+json' },
      verb: 'PATCH',
    },
  ])('$name', ({ call, verb }) => {
    expect(metricVerb(call)).toBe(verb);
  });
});
