// Starts the one control plane of the e2e run, with our CRDs, Istio's two and the injector stand-in.
// It starts no kubelet (each file has its own) and no controller.
import type { TestProject } from 'vitest/node';

import { installCrd } from '../../testbed/api/install.ts';
import type { KeyAndCertificate } from '../../testbed/control-plane/certificates.ts';
import { startControlPlane } from '../../testbed/control-plane/control-plane.ts';
import type { Identity } from '../../testbed/control-plane/kubeconfig.ts';
import { programs } from '../../testbed/programs/programs.ts';
import type { Injector } from '../../testbed/stand-ins/injector.ts';
import { startInjector } from '../../testbed/stand-ins/injector.ts';
import { istioCrds, meshCrds } from '../../testbed/stand-ins/istio-crds.ts';
import { ourCrds } from '../../testbed/stand-ins/our-crds.ts';

declare module 'vitest' {
  interface ProvidedContext {
    controlPlane: SharedControlPlane;
  }
}

/** What a worker gets to know of the control plane that the main process holds. PEM texts and paths. */
export interface SharedControlPlane {
  readonly kubeconfig: string;
  readonly admin: KeyAndCertificate;
  readonly identity: Identity;
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  // Here, where no time limit of a test or hook is running: a first build takes minutes.
  await programs(['kubectl', 'prometheus', 'promtool', 'effective-config']);
  const controlPlane = await startControlPlane();
  const api = controlPlane.client();
  let injector: Injector | undefined;
  const teardown = async (): Promise<void> => {
    await injector?.stop();
    await api.close();
    await controlPlane.stop();
  };
  try {
    for (const crd of [...(await istioCrds(meshCrds)), ...ourCrds()]) await installCrd(api, crd);
    injector = await startInjector({ api });
  } catch (error) {
    await teardown();
    throw error;
  }
  const { kubeconfig, admin, identity } = controlPlane;
  project.provide('controlPlane', { kubeconfig, admin, identity });
  return teardown;
}
