// The finalizer on the real API server: it is set while something must be undone, whoever takes it away.
import { describe, expect, it } from 'vitest';
import { useTestBed } from '../support/control-plane.ts';
import { useController } from '../support/controller.ts';
import { useStory } from '../support/story.ts';

const bed = useTestBed({ kubelet: false });
const controller = useController({ kubeconfig: () => bed.kubeconfig });
const { converged, becomes, names, scrape, world } = useStory(bed);
const UNDO = 'meshscrape.dev/undo';

/** What was written for a resource beside its status, its Events and its finalizer. */
const writesOf = (name: string) =>
  controller.writesOf(`${bed.namespace}/${name}`).filter((write) => !/^(writeStatus|emit) /.test(write));

describe('a finalizer that somebody takes away', () => {
  it.each([
    { name: 'enforced', spec: {} },
    { name: 'observed', spec: { mode: 'Observe' } },
  ])('is set again at the next reconciliation, once, where the resource is $name', async ({ name, spec }) => {
    const all = await converged(name, {}, { replicas: 0 });
    await bed.api.patch(all.resource, { spec });
    await becomes(name, 'Ready', { status: 'True' });
    await controller.settled();
    controller.forgetWrites();
    await bed.api.patch(all.resource, { metadata: { finalizers: null } }, { fieldManager: 'kubectl-edit' });
    await bed.api.waitForObject(
      all.resource,
      (object) => object?.metadata.finalizers?.includes(UNDO) === true,
    );
    await controller.settled();
    const { resourceVersion } = (await bed.api.get(all.resource)).metadata;
    await controller.checkAgain(`${bed.namespace}/${name}`);
    expect((await bed.api.get(all.resource)).metadata.resourceVersion).toBe(resourceVersion);
    expect(writesOf(name)).toEqual([]);
  });

  it('is not set on a resource that has written nothing', async () => {
    await world('looks-only', { replicas: 0 });
    await scrape('looks-only', { mode: 'Observe' });
    await becomes('looks-only', 'Ready', { status: 'False', reason: 'PendingChanges' });
    await controller.checkAgain(`${bed.namespace}/looks-only`);
    const { metadata } = await bed.api.get(names('looks-only').resource);
    expect([metadata.finalizers, writesOf('looks-only')]).toEqual([undefined, []]);
  });
});
