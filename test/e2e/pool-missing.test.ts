// A rewritten job without a scrape pool, on the real API server: what Prometheus drops in silence is not Ready.
import { describe, expect, it } from 'vitest';
import { useTestBed } from '../support/control-plane.ts';
import { useController } from '../support/controller.ts';
import { useFlappingPrometheus, type Played } from '../support/flapping-prometheus.ts';
import { condition } from '../support/story.ts';
import { useStillWorlds } from '../support/still-worlds.ts';
import { REWRITTEN_YAML } from '../support/world.ts';

const bed = useTestBed();
const controller = useController({ kubeconfig: () => bed.kubeconfig });
const { converged, podOf, reconcileNow, becomes, names } = useStillWorlds(bed);
const flapping = useFlappingPrometheus();

async function playedIn(name: string, played: Played) {
  await converged(name);
  const { podIP } = (await bed.api.get(podOf(name))).status as { podIP: string };
  const counts = await flapping.start(podIP, played);
  await reconcileNow(name);
  return counts;
}

/** Without the pool, and its configuration loaded at that time, again with each reload. */
function lacking(loadedMs: number, failedPools: number): Played {
  return {
    ...{ config: REWRITTEN_YAML, pools: [], targets: () => [], failedPools, loadedMs },
    reloaded: () => lacking(controller.timers.now(), failedPools),
  };
}

describe('a rewritten job of which no Prometheus has a pool', () => {
  it('takes Ready a minute after one more reload, and a restart of the controller forgets nothing', async () => {
    const counts = await playedIn('dropped', lacking(controller.timers.now(), 3));
    await becomes('dropped', 'TargetsUp', { status: 'Unknown', reason: 'Progressing' });
    await controller.advance(31_000);
    const seen = await becomes('dropped', 'TargetsUp', { status: 'False', reason: 'PoolMissing' });
    expect(condition(seen, 'Ready')).toMatchObject({ status: 'True', reason: 'Succeeded' });
    expect(counts.reloads()).toBe(0);

    await controller.advance(32_000);
    await becomes('dropped', 'TargetsUp', { status: 'Unknown', reason: 'WaitingForReload' });
    expect(counts.reloads()).toBe(1);
    await controller.restart();
    await controller.settled();
    expect(counts.reloads()).toBe(1);

    await controller.advance(62_000);
    const missing = await becomes('dropped', 'Ready', { status: 'False', reason: 'PoolMissing' });
    expect(condition(missing, 'Ready')?.message).toMatch(
      /^Prometheus has no scrape pool for kubernetes-pods-istio-secure at dropped-0: it has failed to make one/,
    );
    expect(condition(missing, 'TargetsUp')).toMatchObject({ status: 'False', reason: 'PoolMissing' });
    expect(condition(missing, 'Stalled')).toBeUndefined();
    expect(counts.reloads()).toBe(1);

    // It is asked again and again, and nothing is written.
    await controller.settled();
    const { resourceVersion } = (await bed.api.get(names('dropped').resource)).metadata;
    for (let minute = 0; minute < 3; minute += 1) await controller.advance(61_000);
    await controller.settled();
    expect((await bed.api.get(names('dropped').resource)).metadata.resourceVersion).toBe(resourceVersion);
    await controller.restart();
    await controller.settled();
    expect((await bed.api.get(names('dropped').resource)).metadata.resourceVersion).toBe(resourceVersion);
  });

  it('leaves Ready where the reload brings the pool', async () => {
    const healed: Played = { config: REWRITTEN_YAML, targets: () => [''] };
    const counts = await playedIn('healed', { ...lacking(0, 0), reloaded: () => healed });
    const seen = await becomes('healed', 'TargetsUp', { status: 'False', reason: 'PoolMissing' });
    expect(condition(seen, 'TargetsUp')?.message).toContain('discovery has not delivered');
    await controller.advance(12_000);
    const back = await becomes('healed', 'TargetsUp', { status: 'True' });
    expect(condition(back, 'Ready')).toMatchObject({ status: 'True', reason: 'Succeeded' });
    expect(counts.reloads()).toBe(1);
  });
});
