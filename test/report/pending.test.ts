import { describe, expect, it } from 'vitest';
import type { PendingChange } from '../../src/api/prometheus-istio-scrape.gen.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { pendingChanges } from '../../src/report/pending.ts';

const CONFIG = 'ConfigMap/prometheus';
const WORKLOAD = 'StatefulSet/prometheus';
const POLICY = 'PeerAuthentication/meshscrape-prometheus';
const SIDECAR = 'Sidecar/meshscrape-prometheus';

/** So many changes of each target, in the order of the plan; `size` is the length of each value. */
function cut(counts: Readonly<Record<string, number>>, size = 4): readonly PendingChange[] {
  const pending = Object.entries(counts).flatMap(([target, count]) =>
    Array.from({ length: count }, (_, index) => ({
      field: { target, path: `p${index}`, expected: 'x'.repeat(size), actual: undefined, wasInSync: false },
      waitingFor: 'Observe',
    })),
  );
  const evaluation = { parts: { config: { target: CONFIG } } };
  return pendingChanges({ pending, evaluation } as unknown as Plan);
}

/** How many of each target are left, in the order in which they are shown. */
function counted(changes: readonly PendingChange[]): Readonly<Record<string, number>> {
  const groups = [...Map.groupBy(changes, ({ target }) => target)];
  return Object.fromEntries(groups.map(([target, own]) => [target, own.length]));
}

describe('pendingChanges', () => {
  it.each([
    { name: 'nothing', counts: {}, shown: {} },
    {
      name: 'all of twenty',
      counts: { [POLICY]: 4, [WORKLOAD]: 12, [CONFIG]: 4 },
      shown: { [POLICY]: 4, [WORKLOAD]: 12, [CONFIG]: 4 },
    },
    {
      name: 'the legacy world in full but for the longest of its targets',
      counts: { [POLICY]: 4, [SIDECAR]: 4, [WORKLOAD]: 13, [CONFIG]: 3 },
      shown: { [POLICY]: 4, [SIDECAR]: 4, [WORKLOAD]: 9, [CONFIG]: 3 },
    },
    {
      name: 'as many of each of two long ones',
      counts: { [WORKLOAD]: 30, [CONFIG]: 30 },
      shown: { [WORKLOAD]: 10, [CONFIG]: 10 },
    },
    {
      name: 'one more of prometheus.yaml where they do not come out even',
      counts: { [POLICY]: 30, [WORKLOAD]: 30, [CONFIG]: 30 },
      shown: { [POLICY]: 7, [WORKLOAD]: 6, [CONFIG]: 7 },
    },
    { name: 'twenty of a single one', counts: { [CONFIG]: 4000 }, shown: { [CONFIG]: 20 } },
  ])('shows $name', ({ counts, shown }) => {
    expect(counted(cut(counts))).toEqual(shown);
  });

  it('keeps the first of each target, in the order of the plan', () => {
    const changes = cut({ [WORKLOAD]: 30, [CONFIG]: 30 });
    expect(changes.map(({ target, path }) => `${target} ${path}`)).toEqual([
      ...Array.from({ length: 10 }, (_, index) => `${WORKLOAD} p${index}`),
      ...Array.from({ length: 10 }, (_, index) => `${CONFIG} p${index}`),
    ]);
  });

  it('keeps within its bytes what it keeps, and prometheus.yaml first', () => {
    const changes = cut({ [POLICY]: 10, [WORKLOAD]: 10, [CONFIG]: 10 }, 5000);
    expect(Buffer.byteLength(JSON.stringify(changes))).toBeLessThanOrEqual(5_100);
    const shown = counted(changes);
    expect(shown[CONFIG]).toBeGreaterThanOrEqual(shown[POLICY] ?? 0);
    expect(shown[CONFIG]).toBeGreaterThanOrEqual(shown[WORKLOAD] ?? 0);
    expect(changes.length).toBeGreaterThan(10);
  });
});
