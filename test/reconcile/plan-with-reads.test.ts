import { describe, expect, it } from 'vitest';
import { answerTo, type Need } from '../../src/plan/model/reads.ts';
import type { Snapshot } from '../../src/plan/model/snapshot.ts';
import { cachedView } from '../../src/reconcile/observe.ts';
import { planWithReads } from '../../src/reconcile/plan-with-reads.ts';
import { World } from './world.ts';

const needOf = (name: string): Need => ({ kind: 'ConfigMap', name });

/** Plans with a function that needs these ConfigMaps one after the other, and records what it was given. */
async function planOf(names: readonly string[], reloadAsked = false) {
  const world = new World();
  const snapshots: Snapshot[] = [];
  const plan = (snapshot: Snapshot) => {
    snapshots.push(snapshot);
    return { needs: names.slice(snapshots.length - 1, snapshots.length).map(needOf) };
  };
  const context = world.context();
  const view = cachedView(world.cluster, world.resource());
  const made = await planWithReads({ context, view, known: {}, reloadAsked, plan });
  return { ...made, snapshots, requests: world.cluster.reads };
}

describe('planWithReads', () => {
  it('asks for nothing where the plan needs nothing', async () => {
    const { snapshots, requests, reads } = await planOf([]);
    expect([snapshots.length, requests, reads]).toEqual([1, [], {}]);
  });

  it('plans again with every answer until the plan needs nothing more', async () => {
    const { plan, reads, snapshots, requests } = await planOf(['prometheus', 'b']);
    expect(requests).toEqual(['configMap prometheus', 'configMap b']);
    expect(plan.needs).toEqual([]);
    expect(answerTo(reads, { kind: 'ConfigMap', name: 'prometheus' })?.kind).toBe('present');
    expect(answerTo(reads, { kind: 'ConfigMap', name: 'b' })).toEqual({ kind: 'absent' });
    expect(snapshots.at(-1)?.reads).toEqual(reads);
  });

  it('ends after six rounds of reads, whatever the plan goes on to need', async () => {
    const { plan, requests } = await planOf(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']);
    expect(requests).toHaveLength(6);
    expect(plan.needs).toEqual([needOf('g')]);
  });

  it('gives the plan the clock and the settings of the context', async () => {
    const { snapshots } = await planOf([], true);
    expect(snapshots[0]).toMatchObject({
      nowMs: Date.parse('2026-03-01T12:00:00Z'),
      templateWriteIntervalMs: 600_000,
      reloadAsked: true,
    });
  });
});
