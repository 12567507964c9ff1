// `/metrics` of the running controller with resources in several states, checked by promtool and by what they say.
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { beforeAll, describe, expect, it } from 'vitest';

import { programs } from '../../testbed/programs/programs.ts';
import { useTestBed } from '../support/control-plane.ts';
import { useController } from '../support/controller.ts';
import { useStory } from '../support/story.ts';

const bed = useTestBed();
const controller = useController({ kubeconfig: () => bed.kubeconfig });
const { names, converged, scrape, world, becomes } = useStory(bed);

/** The samples of one resource, without its own two labels. */
async function samplesOf(name: string): Promise<readonly string[]> {
  await controller.settled();
  const own = `namespace="${bed.namespace}",name="${name}"`;
  return (await controller.metrics())
    .split('\n')
    .filter((line) => line.includes(own))
    .map((line) => line.replace(own, '').replace(',}', '}'));
}

beforeAll(async () => {
  await converged('ready');
  await scrape('missing');
  await becomes('missing', 'Ready', { status: 'Unknown', reason: 'WorkloadNotFound' });
  // The grace for what another object may still bring is over.
  const { resource } = names('missing');
  await bed.api.patch(
    resource,
    { status: { generationSeenTime: '2026-01-01T00:00:00Z' } },
    { subresource: 'status' },
  );
  await controller.checkAgain(`${bed.namespace}/missing`);
  await becomes('missing', 'Ready', { status: 'False', reason: 'WorkloadNotFound' });
  await world('watched');
  await scrape('watched', { mode: 'Observe' });
  await becomes('watched', 'Ready', { status: 'False', reason: 'PendingChanges' });
  const drifted = await converged('drifted');
  await bed.api.patch(drifted.resource, { spec: { mode: 'Observe' } });
  await becomes('drifted', 'Ready', { status: 'True' });
  await bed.api.patch(drifted.statefulSet, {
    spec: { template: { metadata: { annotations: { 'sidecar.istio.io/rewriteAppHTTPProbers': 'true' } } } },
  });
  await becomes('drifted', 'Drifted', { status: 'True' });
});

describe('/metrics', () => {
  it('passes promtool check metrics', async () => {
    const { promtool } = await programs(['promtool']);
    const child = spawn(promtool, ['check', 'metrics']);
    child.stdin.end(await controller.metrics());
    const [stdout, stderr, code] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      new Promise((resolve) => child.once('exit', resolve)),
    ]);
    expect({ stdout, stderr, code }).toEqual({ stdout: '', stderr: '', code: 0 });
  });

  it('distinguishes each state', async () => {
    expect(await samplesOf('ready')).toEqual(
      expect.arrayContaining([
        'meshscrape_condition{type="Ready",status="True"} 1',
        'meshscrape_condition{type="Drifted",status="False"} 1',
        'meshscrape_drift_fields{} 0',
        'meshscrape_drift_detected_total{target="StatefulSet/ready"} 0',
        'meshscrape_drift_detected_total{target="ConfigMap/ready"} 0',
      ]),
    );
    expect(await samplesOf('missing')).toContain('meshscrape_condition{type="Ready",status="False"} 1');
    expect(await samplesOf('watched')).toContain('meshscrape_stale_secrets{} 1');
    expect(await samplesOf('drifted')).toEqual(
      expect.arrayContaining([
        'meshscrape_condition{type="Drifted",status="True"} 1',
        'meshscrape_drift_fields{} 1',
        'meshscrape_drift_detected_total{target="StatefulSet/drifted"} 1',
        'meshscrape_drift_detected_total{target="Sidecar/meshscrape-drifted"} 0',
      ]),
    );
  });

  it('counts nothing twice over a restart, and drops all of a resource that is deleted', async () => {
    await controller.restart();
    await controller.checkAgain(`${bed.namespace}/drifted`);
    expect(await samplesOf('drifted')).toEqual(
      expect.arrayContaining([
        'meshscrape_drift_fields{} 1',
        'meshscrape_drift_detected_total{target="StatefulSet/drifted"} 0',
      ]),
    );
    const resource = { apiVersion: 'meshscrape.dev/v1alpha1', kind: 'PrometheusIstioScrape' };
    const object = { ...resource, metadata: { name: 'drifted', namespace: bed.namespace } };
    await bed.api.delete(object);
    await bed.api.waitForObject(object, (found) => found === undefined);
    await expect.poll(() => samplesOf('drifted'), { timeout: 90_000 }).toEqual([]);
    expect(await samplesOf('watched')).not.toEqual([]);
  });
});
