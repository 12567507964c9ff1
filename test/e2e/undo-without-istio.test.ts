// Deleting a resource where Sidecars cannot be read any more, on the real API server: the finalizer must not hold it.
import { afterEach, describe, expect, it } from 'vitest';
import { installCrd } from '../../testbed/api/install.ts';
import { istioCrds } from '../../testbed/stand-ins/istio-crds.ts';
import { useTestBed } from '../support/control-plane.ts';
import { useController } from '../support/controller.ts';
import { useControllerAccount } from '../support/controller-account.ts';
import { useStory } from '../support/story.ts';

const bed = useTestBed({ kubelet: false });
const { kubeconfig, permitAllBut } = useControllerAccount(bed);
const controller = useController({ kubeconfig });
const { names, becomes, converged } = useStory(bed);

const [SIDECARS] = await istioCrds(['sidecars.networking.istio.io']);

describe('deletion', () => {
  afterEach(async () => {
    if (SIDECARS !== undefined) await installCrd(bed.api, SIDECARS);
  });

  it.each([
    {
      name: 'absent',
      loses: async () => {
        if (SIDECARS === undefined) throw new Error('Istio has no Sidecars');
        await bed.api.delete(SIDECARS);
        await bed.api.waitForObject(SIDECARS, (object) => object === undefined);
        await controller.relist();
      },
      reason: 'IstioNotInstalled',
    },
    {
      name: 'unreadable',
      loses: async () => {
        await permitAllBut('sidecars');
        await controller.restart();
      },
      reason: 'NotAuthorized',
    },
  ])('takes the finalizer away while Sidecars are $name', async ({ name, loses, reason }) => {
    const all = await converged(name, {}, { replicas: 0 });
    await loses();
    await becomes(name, 'MeshPolicyApplied', { reason });
    expect((await bed.api.get(all.resource)).metadata.finalizers).toEqual(['meshscrape.dev/undo']);
    await bed.api.delete(all.resource);
    await bed.api.waitForObject(names(name).resource, (object) => object === undefined);
    expect(await bed.api.find(all.peerAuthentication)).toBeDefined();
  });
});
