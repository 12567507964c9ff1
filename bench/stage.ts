// Where a measurement takes place: a control plane of its own with the CRDs, and the controller's bundle beside it.
import { connect, type Api } from '../testbed/api/client.ts';
import { installCrd } from '../testbed/api/install.ts';
import { startControlPlane, type ControlPlane } from '../testbed/control-plane/control-plane.ts';
import { istioCrds, meshCrds } from '../testbed/stand-ins/istio-crds.ts';
import { ourCrds } from '../testbed/stand-ins/our-crds.ts';
import { bundleController } from './controller-process.ts';

const IN_FLIGHT = 32;

/** Runs a measurement and takes everything away after it, whatever came of it. */
export async function onStage<T>(measure: (plane: ControlPlane, api: Api) => Promise<T>): Promise<T> {
  const plane = await startControlPlane();
  const api = connect({ url: plane.url, ca: plane.ca, ...plane.admin, http2: true });
  try {
    for (const crd of [...(await istioCrds(meshCrds)), ...ourCrds()]) await installCrd(api, crd);
    await bundleController();
    return await measure(plane, api);
  } finally {
    await api.close();
    await plane.stop();
  }
}

/** The results in the order of the items, with 32 under way at a time. */
export async function inFlight<T, R>(
  items: readonly T[],
  run: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const queue = items.entries();
  const worker = async (): Promise<void> => {
    for (const [index, item] of queue) results[index] = await run(item, index);
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
  return results;
}

export function progress(line: string): void {
  process.stderr.write(`${line}\n`);
}
