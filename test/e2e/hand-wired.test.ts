// Prometheuses wired by hand, with the stand-ins: they come up as the mesh brings them up, and a resource writes nothing to
// them. test/e2e/mesh/hand-made.test.ts has the same rows, where Prometheus can be asked.
import { describe, expect, it } from 'vitest';

import type { KubeObject } from '../../testbed/api/kube-object.ts';
import { useTestBed } from '../support/control-plane.ts';
import { useController } from '../support/controller.ts';
import type { HandWiredCase } from '../support/hand-wired/table.ts';
import { HAND_WIRED, INCOHERENT } from '../support/hand-wired/table.ts';
import { handMadeProxy } from '../support/hand-wired/worlds.ts';
import { orderOf } from '../support/injection-answers.ts';
import { condition, useStory } from '../support/story.ts';

const NATIVE = { 'sidecar.istio.io/nativeSidecar': 'true' };
const bed = useTestBed();
const controller = useController({ kubeconfig: () => bed.kubeconfig });
const { names, scrape, becomes } = useStory(bed);

/** Creates it, and answers its pod once it is ready. */
async function created({ id, world }: Pick<HandWiredCase, 'id' | 'world'>): Promise<KubeObject> {
  const { configMap, workload } = world({ namespace: bed.namespace, name: id });
  // The stand-in of the suite has no native sidecars; the mesh has.
  const { metadata } = workload.spec.template;
  metadata.annotations = { ...NATIVE, ...metadata.annotations };
  await bed.api.create(configMap);
  await bed.api.create(workload);
  await bed.api.waitForObject(workload, (object) => object?.status?.readyReplicas === 1);
  const pod = { namespace: bed.namespace, name: `${id}-0` };
  return bed.api.get({ apiVersion: 'v1', kind: 'Pod', metadata: pod });
}

/** That nothing but status was written, so nothing was restarted. */
async function onlyStatusWasWritten(id: string): Promise<void> {
  await controller.settled();
  const writes = controller.writesOf(`${bed.namespace}/${id}`).map((write) => write.split(' ')[0] ?? '');
  expect([...new Set(writes)].sort()).toEqual(['emit', 'writeStatus']);
  expect((await bed.api.get(names(id).statefulSet)).metadata.generation).toBe(1);
}

describe('a resource for a Prometheus wired by hand', () => {
  it.each(HAND_WIRED)('is Ready with no write but status: $name', async (row) => {
    expect(orderOf(await created(row))).toBe(row.order);
    await scrape(row.id);
    const seen = await becomes(row.id, 'Ready', { status: 'True', reason: 'AppliedUnverified' });
    expect(condition(seen, 'WorkloadWired')?.reason).toBe('Adopted');
    expect(seen.status.certificates).toMatchObject({ adopted: true, mountPath: row.directory });
    await onlyStatusWasWritten(row.id);
  });

  it.each(INCOHERENT)('names the container that writes nothing: $name', async (row) => {
    expect(orderOf(await created(row))).toBe(row.order);
    await scrape(row.id);
    await becomes(row.id, 'Ready', { status: 'False', reason: 'ProxyContainerInTemplate' });
    await onlyStatusWasWritten(row.id);
  });

  it('has no proof where a hand-made proxy that nobody injects has no readiness probe', async () => {
    await created({ id: 'bare-alone', world: handMadeProxy });
    await scrape('bare-alone');
    const seen = await becomes('bare-alone', 'CertificatesReady', {
      status: 'Unknown',
      reason: 'ProofImpossible',
    });
    expect(condition(seen, 'WorkloadWired')?.reason).toBe('Adopted');
    expect(condition(seen, 'Ready')?.status).not.toBe('True');
    await onlyStatusWasWritten('bare-alone');
  });
});
