// What comes out of a Secret: never a byte of its key, whatever the Secret looks like.
import { describe, expect, it } from 'vitest';
import type { ApiCall } from '../../../src/kube/http/api-call.ts';
import type { Transport } from '../../../src/kube/http/transport.ts';
import { readSecretFacts, readSecretType } from '../../../src/kube/requests/secret-facts.ts';
import { legacySecret } from '../../../testbed/stand-ins/legacy-secret.ts';

const notAfter = new Date('2026-12-01T09:00:00Z');
const secret = legacySecret({ namespace: 'n', notAfter });
const data = secret.data ?? {};
const privateKey = data['key.pem'] ?? '';

function answering(
  status: number,
  body: unknown,
): { readonly transport: Transport; readonly calls: ApiCall[] } {
  const calls: ApiCall[] = [];
  const request = (call: ApiCall): unknown => {
    calls.push(call);
    return Promise.resolve({
      status,
      body: typeof body === 'string' ? body : JSON.stringify(body),
      retryAfterMs: undefined,
    });
  };
  return { transport: { request } as unknown as Transport, calls };
}

/** The answer, or the error with everything that it carries. */
async function outcome(body: unknown, status = 200): Promise<string> {
  const { transport } = answering(status, body);
  const result = await readSecretFacts(transport, 'n', 'istio.default').catch((error: unknown) => error);
  return result instanceof Error
    ? JSON.stringify([result, result.message, result.stack, result.cause])
    : JSON.stringify(result);
}

describe('readSecretFacts', () => {
  it('answers type, expiry and the keys of the roots, nothing else', async () => {
    const { transport, calls } = answering(200, secret);
    expect(await readSecretFacts(transport, 'n', 'istio.default')).toEqual({
      kind: 'present',
      value: {
        type: 'istio.io/key-and-cert',
        expiry: { kind: 'Known', notAfterMs: notAfter.getTime() },
        rootKeys: [expect.stringMatching(/^[0-9a-f]{64}$/)],
      },
    });
    expect(calls).toMatchObject([{ method: 'GET', path: '/api/v1/namespaces/n/secrets/istio.default' }]);
  });

  const pem = Buffer.from(privateKey, 'base64').toString();
  const rows: readonly { name: string; body: unknown; status?: number }[] = [
    { name: 'a good one', body: secret },
    {
      name: 'the key in the place of the certificate',
      body: { ...secret, data: { ...data, 'cert-chain.pem': privateKey } },
    },
    {
      name: 'the key in the place of the root',
      body: { ...secret, data: { ...data, 'root-cert.pem': privateKey } },
    },
    { name: 'no certificate', body: { ...secret, data: { 'key.pem': privateKey } } },
    { name: 'data of another shape', body: { ...secret, data: [privateKey] } },
    { name: 'a value that is no text', body: { ...secret, data: { 'cert-chain.pem': { x: privateKey } } } },
    { name: 'the key as type', body: { ...secret, type: [privateKey] } },
    { name: 'a cut answer', body: JSON.stringify(secret).slice(0, -5) },
    { name: 'a server error with the object in it', body: secret, status: 500 },
    { name: 'a refusal with the object in it', body: secret, status: 403 },
  ];
  it.each(rows)('lets no key out: $name', async ({ body, status }) => {
    const text = await outcome(body, status);
    expect(text.length).toBeGreaterThan(10);
    expect(text).not.toContain(privateKey.slice(0, 40));
    for (const line of pem.split('\n').filter((each) => each.length > 20 && !each.startsWith('--'))) {
      expect(text).not.toContain(line);
    }
  });

  it('distinguishes absent, forbidden and broken', async () => {
    expect(await outcome({}, 404)).toBe('{"kind":"absent"}');
    const status = { kind: 'Status', message: 'secrets is forbidden' };
    expect(await outcome(status, 403)).toBe(
      '{"kind":"unreadable","message":"get Secret n/istio.default: secrets is forbidden"}',
    );
    expect(await outcome({ ...secret, data: undefined })).toContain('it has no key cert-chain.pem');
  });
});

describe('readSecretType', () => {
  const table = {
    columnDefinitions: [{ name: 'Name' }, { name: 'Type' }, { name: 'Data' }],
    rows: [{ cells: ['x', 'kubernetes.io/tls', 2] }],
  };

  it('asks for a table without objects', async () => {
    const { transport, calls } = answering(200, table);
    expect(await readSecretType(transport, 'n', 'x')).toEqual({
      kind: 'present',
      value: 'kubernetes.io/tls',
    });
    expect(calls).toMatchObject([
      { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io', query: { includeObject: 'None' } },
    ]);
  });

  it.each([
    { name: 'no such column', body: { ...table, columnDefinitions: [{ name: 'Name' }] } },
    { name: 'no row', body: { ...table, rows: [] } },
    { name: 'the Secret itself', body: secret },
  ])('throws for an answer without a type: $name', async ({ body }) => {
    await expect(readSecretType(answering(200, body).transport, 'n', 'x')).rejects.toMatchObject({
      code: 'Malformed',
    });
  });
});
