import { afterEach, describe, expect, it } from 'vitest';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { startProbes, type Probes } from '../../src/telemetry/probes.ts';

const opened: Probes[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((probes) => probes.close()));
});

async function open(isReady: () => boolean, port = 0): Promise<Probes> {
  const probes = await startProbes({
    address: '127.0.0.1',
    port,
    isReady,
    registry: createMetrics(8).registry,
  });
  opened.push(probes);
  return probes;
}

async function get(probes: Probes, path: string, method = 'GET'): Promise<{ code: number; text: string }> {
  const response = await fetch(`http://127.0.0.1:${probes.port}${path}`, { method });
  return { code: response.status, text: await response.text() };
}

describe('startProbes', () => {
  it('is healthy at once, and ready when the caches are', async () => {
    let isReady = false;
    const probes = await open(() => isReady);
    expect(await get(probes, '/healthz')).toEqual({ code: 200, text: 'ok\n' });
    expect((await get(probes, '/readyz')).code).toBe(503);
    isReady = true;
    expect(await get(probes, '/readyz?verbose')).toEqual({ code: 200, text: 'ok\n' });
  });

  it('serves metrics', async () => {
    const answer = await get(await open(() => true), '/metrics');
    expect(answer.text).toContain('\nworkqueue_depth{name="prometheusistioscrape"');
  });

  it('knows no other path and no other method', async () => {
    const probes = await open(() => true);
    expect((await get(probes, '/')).code).toBe(404);
    expect((await get(probes, '/healthz', 'POST')).code).toBe(405);
  });

  it('rejects when the port is taken', async () => {
    const { port } = await open(() => true);
    await expect(open(() => true, port)).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  it('closes though a client keeps its connection', async () => {
    const probes = await open(() => true);
    await get(probes, '/healthz');
    await probes.close();
    await expect(get(probes, '/healthz')).rejects.toThrow('fetch failed');
  });
});
