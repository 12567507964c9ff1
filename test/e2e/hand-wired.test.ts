// That the stand-ins bring the hand-wired set-ups up as the mesh does: test/e2e/mesh/hand-made.test.ts has the same rows.
import { describe, expect, it } from 'vitest';

import { useTestBed } from '../support/control-plane.ts';
import { HAND_WIRED, INCOHERENT } from '../support/hand-wired/table.ts';
import { orderOf } from '../support/injection-answers.ts';

const NATIVE = { 'sidecar.istio.io/nativeSidecar': 'true' };
const bed = useTestBed();

describe('the stand-ins', () => {
  it.each([...HAND_WIRED, ...INCOHERENT])('run $name', async ({ id, world, order }) => {
    // The stand-in of the suite has no native sidecars; the mesh has.
    const { configMap, workload } = world({ namespace: bed.namespace, name: id });
    const { metadata } = workload.spec.template;
    metadata.annotations = { ...NATIVE, ...metadata.annotations };
    await bed.api.create(configMap);
    await bed.api.create(workload);
    await bed.api.waitForObject(workload, (object) => object?.status?.readyReplicas === 1);
    const pod = { namespace: bed.namespace, name: `${id}-0` };
    expect(orderOf(await bed.api.get({ apiVersion: 'v1', kind: 'Pod', metadata: pod }))).toBe(order);
  });
});
