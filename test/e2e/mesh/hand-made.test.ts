// Prometheuses wired by hand, after published set-ups, on the real istiod with the real agent: first what their owners have
// today, with no meshscrape in it, then what a resource for each of them makes of it.
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';

import type { KubeObject } from '../../../testbed/api/kube-object.ts';
import { ProcessGroup } from '../../../testbed/control-plane/process-group.ts';
import type { MeshNode } from '../../../testbed/mesh/node.ts';
import { startNode } from '../../../testbed/mesh/node.ts';
import { PrometheusApi } from '../../../testbed/mesh/prometheus-api.ts';
import type { Target } from '../../../testbed/mesh/targets.ts';
import { startTarget } from '../../../testbed/mesh/targets.ts';
import { useTestBed } from '../../support/control-plane.ts';
import { useController } from '../../support/controller.ts';
import type { HandWiredCase } from '../../support/hand-wired/table.ts';
import { HAND_WIRED, INCOHERENT } from '../../support/hand-wired/table.ts';
import { orderOf } from '../../support/injection-answers.ts';
import { condition, useStory } from '../../support/story.ts';

const DEADLINE = { timeout: 60_000, interval: 200 };

const bed = useTestBed({ kubelet: false });
const processes = new ProcessGroup();
const controller = useController({ kubeconfig: () => bed.kubeconfig });
const { names, scrape, becomes } = useStory(bed);
let node: MeshNode;
let target: Target;

// All at once: Prometheus brings targets to their pools five seconds after its start, and nobody needs to wait one by one.
beforeAll(async () => {
  const { api, url, namespace } = bed;
  const mesh = inject('mesh');
  node = await startNode({ api, processes, url, mesh, namespace });
  target = await startTarget({ api, processes, mesh, namespace, network: node.network }, { kind: 'strict' });
  for (const { id, world } of [...HAND_WIRED, ...INCOHERENT]) {
    const { configMap, workload } = world({ namespace, name: id, target: target.address });
    await api.create(configMap);
    await api.create(workload);
  }
});

afterAll(async () => {
  // Their pods are targets to every Prometheus of this mesh: none is left to the next file.
  for (const { id } of [...HAND_WIRED, ...INCOHERENT]) {
    await bed.api.delete(names(id).statefulSet);
    const metadata = { name: `${id}-0`, namespace: bed.namespace };
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata };
    await bed.api.waitForObject(pod, (object) => object === undefined);
  }
  try {
    await target.stop();
    await node.stop();
  } finally {
    await processes.stop();
  }
});

const keyOf = ({ id }: HandWiredCase): { readonly namespace: string; readonly name: string } => ({
  namespace: bed.namespace,
  name: `${id}-0`,
});
const prometheusOf = (of: HandWiredCase): PrometheusApi => new PrometheusApi(node.address(keyOf(of)) ?? '');
const filesOf = async (of: HandWiredCase): Promise<string[]> =>
  node.container(keyOf(of), 'prometheus').list(of.directory);

/** Its pod, once it is ready. */
async function ready(of: HandWiredCase): Promise<KubeObject> {
  const isReady = (object: KubeObject | undefined): boolean =>
    ((object?.status?.conditions ?? []) as { type: string; status: string }[]).some(
      ({ type, status }) => type === 'Ready' && status === 'True',
    );
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: keyOf(of) };
  const found = await bed.api.waitForObject(pod, isReady, { timeoutMs: 180_000 });
  if (found === undefined) throw new Error(`${of.id} is gone`);
  return found;
}

describe('a Prometheus wired by hand', () => {
  it.each(HAND_WIRED)('scrapes the mesh with what its proxy writes: $name', async (row) => {
    expect(orderOf(await ready(row))).toBe(row.order);
    await expect.poll(() => filesOf(row), DEADLINE).toEqual(['cert-chain.pem', 'key.pem', 'root-cert.pem']);
    const up = async (): Promise<number | undefined> =>
      (await prometheusOf(row).query('up{job="mesh"}'))[0]?.value;
    await expect.poll(up, DEADLINE).toBe(1);
  });

  it.each(INCOHERENT)('has no files and no scrape pool: $name', async (row) => {
    expect(orderOf(await ready(row))).toBe(row.order);
    const failed = async (): Promise<number | undefined> =>
      (await prometheusOf(row).metrics()).get('prometheus_target_scrape_pools_failed_total');
    await expect.poll(failed, DEADLINE).toBe(1);
    expect(await filesOf(row)).toEqual([]);
    expect(await prometheusOf(row).pools()).toEqual([]);
  });
});

describe('a resource for a Prometheus wired by hand', () => {
  const uidOf = async (row: HandWiredCase): Promise<string | undefined> => (await ready(row)).metadata.uid;
  const generationOf = async ({ id }: HandWiredCase): Promise<number | undefined> =>
    (await bed.api.get(names(id).statefulSet)).metadata.generation;
  const writesOf = ({ id }: HandWiredCase): string[] => {
    const writes = controller.writesOf(`${bed.namespace}/${id}`).map((write) => write.split(' ')[0] ?? '');
    return [...new Set(writes)].sort();
  };

  it.each(HAND_WIRED)('is Ready with no write but status, and restarts nothing: $name', async (row) => {
    const uid = await uidOf(row);
    await scrape(row.id);
    const seen = await becomes(row.id, 'Ready', { status: 'True', reason: 'Succeeded' });
    expect(condition(seen, 'WorkloadWired')?.reason).toBe('Adopted');
    expect(seen.status.certificates).toMatchObject({ adopted: true, mountPath: row.directory });
    await controller.settled();
    expect(writesOf(row)).toEqual(['emit', 'writeStatus']);
    expect(await generationOf(row)).toBe(1);
    expect(await uidOf(row)).toBe(uid);
  });

  it.each(INCOHERENT)('names the container and writes nothing else: $name', async (row) => {
    await scrape(row.id);
    await becomes(row.id, 'Ready', { status: 'False', reason: 'ProxyContainerInTemplate' });
    await controller.settled();
    expect(writesOf(row)).toEqual(['emit', 'writeStatus']);
    expect(await generationOf(row)).toBe(1);
  });
});
