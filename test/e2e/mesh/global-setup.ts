// Starts the control plane of the mesh tests with a real istiod (all of its CRDs, its webhooks) and our CRDs.
// It starts no node (each file has its own), no controller, and no stand-in for Istio.
import type { TestProject } from 'vitest/node';

import { installCrd } from '../../../testbed/api/install.ts';
import { startControlPlane } from '../../../testbed/control-plane/control-plane.ts';
import type { MeshAddress } from '../../../testbed/mesh/istiod.ts';
import { startIstiod } from '../../../testbed/mesh/istiod.ts';
import { programs } from '../../../testbed/programs/programs.ts';
import { ourCrds } from '../../../testbed/stand-ins/our-crds.ts';
// Types `controlPlane`, which this setup provides as that of the other end-to-end tests does.
import type {} from '../global-setup.ts';
import { serveIstiodSwitch } from './istiod-switch.ts';

declare module 'vitest' {
  interface ProvidedContext {
    mesh: MeshAddress;
    /** See istiod-switch.ts; whoever interrupts it must resume it, for the files that follow. */
    istiodSwitch: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  // Here, where no time limit of a test or hook is running: a first build takes minutes.
  await programs(['kubectl', 'prometheus', 'pilot-discovery', 'pilot-agent', 'istioctl', 'target']);
  const controlPlane = await startControlPlane();
  const api = controlPlane.client();
  try {
    for (const crd of ourCrds()) await installCrd(api, crd);
    const istiod = await startIstiod({ controlPlane, api });
    const { kubeconfig, admin, identity } = controlPlane;
    const { hosts, discovery, serverName, rootCertificate } = istiod;
    project.provide('controlPlane', { kubeconfig, admin, identity });
    project.provide('mesh', { hosts, discovery, serverName, rootCertificate });
    const { url, close } = await serveIstiodSwitch(istiod);
    project.provide('istiodSwitch', url);
    // Everything was started in its group, and the cluster goes with it: nothing to be tidied one by one.
    return async () => {
      close();
      await controlPlane.stop();
    };
  } catch (error) {
    await controlPlane.stop();
    throw error;
  } finally {
    await api.close();
  }
}
