// Prometheuses wired by hand, after published set-ups, on the real istiod with the real agent: what their owners have today.
// No meshscrape has a part in it; what it makes of them, other files try.
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';

import type { KubeObject } from '../../../testbed/api/kube-object.ts';
import { ProcessGroup } from '../../../testbed/control-plane/process-group.ts';
import type { MeshNode } from '../../../testbed/mesh/node.ts';
import { startNode } from '../../../testbed/mesh/node.ts';
import { PrometheusApi } from '../../../testbed/mesh/prometheus-api.ts';
import type { Target } from '../../../testbed/mesh/targets.ts';
import { startTarget } from '../../../testbed/mesh/targets.ts';
import { useTestBed } from '../../support/control-plane.ts';
import type { HandWiredCase } from '../../support/hand-wired/table.ts';
import { HAND_WIRED, INCOHERENT } from '../../support/hand-wired/table.ts';
import { orderOf } from '../../support/injection-answers.ts';

const DEADLINE = { timeout: 60_000, interval: 200 };

const bed = useTestBed({ kubelet: false });
const processes = new ProcessGroup();
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
