// Stages 5 and 6 against a real Prometheus: it is asked, it is made to reload, and its targets' failures get a cause.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useTestBed } from '../support/control-plane.ts';
import { useController } from '../support/controller.ts';
import { secureConfig, usePrometheus } from '../support/prometheus.ts';
import { condition, useStory } from '../support/story.ts';

const bed = useTestBed();
const controller = useController({ kubeconfig: () => bed.kubeconfig });
const { world, scrape, becomes } = useStory(bed);

const prometheus = usePrometheus();
const { legacy, certs } = prometheus;
/** Speaks plain HTTP where TLS is expected: the most common reason why a mesh scrape fails. */
const plain = createServer((_request, response) => response.end('up 1\n'));
// With a listener the server leaves the answer to us.
plain.on('clientError', (_error, socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));

function config(files: string): string {
  const { port } = plain.address() as AddressInfo;
  return secureConfig('secure', files, port);
}

beforeAll(async () => {
  plain.listen(0, '127.0.0.1');
  await once(plain, 'listening');
});

afterAll(() => {
  plain.close();
});

describe('a Prometheus that can be asked', () => {
  it('is made to reload until it serves the new paths, and its targets are counted', async () => {
    prometheus.writeConfig(config(legacy));
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'asked-0', namespace: bed.namespace } };
    await world('asked', { config: config(legacy) });
    const running = await bed.api.waitForObject(pod, (object) => object?.status?.podIP !== undefined);
    await scrape('asked', {
      certificates: { mountPath: certs },
      config: { legacyDirectories: [legacy] },
    });
    // The wiring replaces the pod; Prometheus answers at the address of the new one.
    await becomes('asked', 'ConfigRewritten', { status: 'True' });
    const replaced = await bed.api.get(pod);
    expect(replaced.metadata.uid).not.toBe(running?.metadata.uid);
    await prometheus.start(replaced.status.podIP as string);

    await controller.checkAgain(`${bed.namespace}/asked`);
    const waiting = await becomes('asked', 'Reloaded', { status: 'False', reason: 'WaitingForReload' });
    expect(condition(waiting, 'Ready')).toMatchObject({ status: 'Unknown', reason: 'WaitingForReload' });
    expect(condition(waiting, 'Reconciling')).toMatchObject({ status: 'True', reason: 'WaitingForReload' });

    const { data } = await bed.api.get({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'asked', namespace: bed.namespace },
    });
    expect(data?.['prometheus.yaml']).toBe(config(certs));
    prometheus.writeConfig(data?.['prometheus.yaml'] ?? '');
    await controller.advance(11_000);
    const served = await becomes('asked', 'Reloaded', { status: 'True' });
    expect(condition(served, 'Ready')).toMatchObject({ status: 'True', reason: 'Succeeded' });

    // The second scrape has begun: what came of the first one is on record.
    await once(plain, 'clientError');
    await once(plain, 'clientError');
    await controller.checkAgain(`${bed.namespace}/asked`);
    const scraped = await bed.api.waitForObject(
      {
        apiVersion: 'meshscrape.dev/v1alpha1',
        kind: 'PrometheusIstioScrape',
        metadata: { name: 'asked', namespace: bed.namespace },
      },
      (object) => object?.status?.targets?.down === 1,
    );
    expect(scraped?.status.targets).toMatchObject({
      summary: '0/1',
      up: 0,
      down: 1,
      failures: [{ cause: 'TargetNotTls', count: 1 }],
    });
    expect(condition(scraped, 'TargetsUp')).toMatchObject({ status: 'False', reason: 'TargetsDown' });
  });
});
