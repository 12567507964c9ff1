import type { ServerResponse } from 'node:http';
import { afterAll, describe, expect, it } from 'vitest';
import { PrometheusClient } from '../../../src/kube/pods/prometheus-client.ts';
import { usePodServer } from '../pod-server.ts';

const client = new PrometheusClient();
const serve = usePodServer();

afterAll(() => client.close());

describe('PrometheusClient.ask', () => {
  it('says nothing of the text of an answer that is no JSON', async () => {
    const url = await serve((_, response) => response.end('password: hunter2'));
    expect(await client.ask({ pod: 'p', url })).toEqual({
      kind: 'silent',
      message: 'its answer to /api/v1/status/config is no JSON',
    });
  });

  it('says nothing of the text of an error', async () => {
    const url = await serve((_, response) => response.writeHead(500).end('password: hunter2'));
    expect(await client.ask({ pod: 'p', url })).toEqual({
      kind: 'silent',
      message: 'it answers 500 to /api/v1/status/config',
    });
  });

  it('masks what looks like a secret in the URL of a target', async () => {
    const scrapeUrl = 'https://10.0.0.9/probe?module=tls&API_Token=hunter2&target=a';
    const data = { yaml: '', activeTargets: [{ scrapePool: 'p', scrapeUrl, health: 'up', lastError: '' }] };
    const url = await serve((_, response) =>
      response.end(JSON.stringify({ status: 'success', data: { ...data, scrapePools: ['p'], result: [] } })),
    );
    expect(await client.ask({ pod: 'p', url })).toMatchObject({
      kind: 'answered',
      targets: [{ scrapeUrl: 'https://10.0.0.9/probe?module=tls&API_Token=xxxxx&target=a' }],
    });
  });

  it('tells the same of four answers that fail, whichever comes first', async () => {
    // The first question is answered when all others were.
    let first: ServerResponse | undefined;
    let answered = 0;
    const url = await serve(({ url: path = '' }, response) => {
      if (path === '/api/v1/status/config') first = response;
      else response.writeHead(401).end(() => (answered += 1) === 3 && first?.writeHead(401).end());
    });
    expect(await client.ask({ pod: 'p', url })).toEqual({
      kind: 'silent',
      message: 'it answers 401 to /api/v1/status/config',
    });
  });

  it('does not wait for the end of an answer that drips', async () => {
    const dripping: NodeJS.Timeout[] = [];
    const url = await serve((_, response) => {
      response.write('{');
      dripping.push(setInterval(() => response.write(' '), 10));
    });
    const hasty = new PrometheusClient(200);
    expect(await hasty.ask({ pod: 'p', url })).toEqual({
      kind: 'silent',
      message: 'its answer takes too long',
    });
    dripping.forEach(clearInterval);
    await hasty.close();
  });
});
