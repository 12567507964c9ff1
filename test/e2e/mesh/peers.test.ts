// What the named faults of a wiring do in a real mesh, with nothing of meshscrape in it: the sentences of the findings are
// true. Wirings of test/fixtures/peers, one that is correct beside those that are not.
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';

import type { KubeObject } from '../../../testbed/api/kube-object.ts';
import { ProcessGroup } from '../../../testbed/control-plane/process-group.ts';
import type { MeshNode } from '../../../testbed/mesh/node.ts';
import { startNode } from '../../../testbed/mesh/node.ts';
import { useTestBed } from '../../support/control-plane.ts';
import { objectsOf, PEERS, type Peer } from '../../support/peers.ts';

const bed = useTestBed({ kubelet: false });
const processes = new ProcessGroup();
let node: MeshNode;

beforeAll(async () => {
  const { api, url, namespace } = bed;
  node = await startNode({ api, processes, url, mesh: inject('mesh'), namespace });
});
afterAll(async () => {
  try {
    await node.stop();
  } finally {
    await processes.stop();
  }
});

function peerOf(name: string): Peer {
  const peer = PEERS.find((each) => each.name === name);
  if (peer === undefined) throw new Error(`no fixture ${name}`);
  return peer;
}

/** A pod of a peer's template; `volumes` in place of its own. */
function podOf(name: string, volumes?: readonly object[]): KubeObject {
  const { metadata, spec } = peerOf(name).workload.spec.template;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...metadata, name: `${name}-alone`, namespace: bed.namespace },
    spec: { ...spec, ...(volumes === undefined ? {} : { volumes }) },
  };
}

async function run(name: string): Promise<{ readonly namespace: string; readonly name: string }> {
  for (const object of objectsOf(peerOf(name), bed.namespace)) await bed.api.create(object);
  return { namespace: bed.namespace, name: `${name}-0` };
}

describe('a wiring in a real mesh', () => {
  it('puts the three files where the jobs read them, if nothing disagrees', async () => {
    const pod = await run('two-paths');
    await expect
      .poll(() => node.container(pod, 'prometheus').ready, { timeout: 90_000, interval: 200 })
      .toBe(true);
    expect(await node.container(pod, 'prometheus').list('/etc/prom-certs')).toEqual([
      'cert-chain.pem',
      'key.pem',
      'root-cert.pem',
    ]);
  });

  it('never starts Prometheus where OUTPUT_CERTS names a directory that is not mounted', async () => {
    const pod = await run('paths-disagree');
    await expect
      .poll(() => node.container(pod, 'istio-proxy').logTail(500), { timeout: 90_000, interval: 200 })
      .toMatch(/open \/etc\/istio-output-certs\/key\.pem.*: no such file or directory/);
    // The agent's own readiness asks for the files: Envoy's absence is not what keeps the pod from starting.
    expect(node.container(pod, 'istio-proxy').logTail(500)).toContain(
      'NOT ready: /etc/istio-output-certs/cert-chain.pem does not exist',
    );
    await expect
      .poll(() => node.container(pod, 'istio-proxy').lastProbe, { timeout: 90_000, interval: 200 })
      .toContain('503');
    expect(node.container(pod, 'istio-proxy').ready).toBe(false);
    expect(node.container(pod, 'prometheus').pid).toBeUndefined();
  });

  it('has no pod where the mount of the proxy is no JSON', async () => {
    await expect(bed.api.create(podOf('broken-mount'), { dryRun: true })).rejects.toThrow(
      /sidecar-injector\.istio\.io.*denied/s,
    );
  });

  it('has no pod where the mount of the proxy names a volume that nobody declares', async () => {
    const pod = podOf('two-paths', [{ name: 'config', configMap: { name: 'two-paths' } }]);
    const [container] = pod.spec.containers;
    container.volumeMounts = container.volumeMounts.slice(0, 1);
    await expect(bed.api.create(pod, { dryRun: true })).rejects.toThrow(
      /volumeMounts.*Not found: "mesh-certs"/s,
    );
  });
});
