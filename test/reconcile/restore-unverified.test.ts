// Restore where the secret cannot be read: whether it goes on is in the record that the first writes made.
import { describe, expect, it } from 'vitest';
import { PROMETHEUS_YAML, REWRITTEN_YAML } from '../support/world.ts';
import { withTargetUp, World } from './world.ts';

const DAY = 24 * 3_600_000;
const CONFIG_RECORD = 'meshscrape.dev/original-tls-config';

/** What the record of the ConfigMap says of the targets. */
function upAt(world: World): unknown {
  const text = world.cluster.get('ConfigMap', 'prometheus')?.metadata.annotations?.[CONFIG_RECORD];
  return JSON.parse(text ?? '').prometheus['prometheus.yaml'].upAt;
}

async function deletion(world: World): Promise<readonly string[]> {
  world.cluster.events.length = 0;
  world.markDeleted();
  await world.reconcile();
  return world.cluster.events.map(({ reason }) => reason).filter((reason) => reason.startsWith('Restore'));
}

/** Wired, its pods replaced, so long after the template was written. */
async function wired(world: World, agoMs: number): Promise<void> {
  await world.reconcile();
  world.roll();
  world.clock.pass(agoMs);
}

describe('Restore, where the secret cannot be read', () => {
  it('goes on where a target was up before the template was written, a day before the rewrite at most', async () => {
    const world = new World({ deletionPolicy: 'Restore' });
    withTargetUp(world);
    const at = world.clock.text;
    await wired(world, DAY);
    await world.reconcile();
    expect([world.config(), upAt(world)]).toEqual([REWRITTEN_YAML, at]);
    expect(await deletion(world)).toEqual(['RestoreUnverified']);
    expect(world.config()).toBe(PROMETHEUS_YAML);
  });

  it('acts as Retain where that was more than a day before the rewrite', async () => {
    const world = new World({ deletionPolicy: 'Restore' });
    withTargetUp(world);
    await wired(world, DAY + 1000);
    await world.reconcile();
    expect([world.config(), upAt(world)]).toEqual([REWRITTEN_YAML, undefined]);
    expect(await deletion(world)).toEqual(['RestoreWouldBreakScraping']);
  });

  it('goes on where a target was up when the config was written', async () => {
    const world = new World({ deletionPolicy: 'Restore' });
    await wired(world, 60_000);
    withTargetUp(world);
    await world.reconcile();
    expect(upAt(world)).toBe(world.clock.text);
    expect(await deletion(world)).toEqual(['RestoreUnverified']);
  });

  it('acts as Retain, and says why, where no write ever saw a target up', async () => {
    const world = new World({ deletionPolicy: 'Restore' });
    await world.settle();
    const before = world.statefulSet().spec;
    expect(await deletion(world)).toEqual(['RestoreWouldBreakScraping']);
    expect(world.cluster.events[0]?.note).toContain(
      'nothing shows that the jobs work with their old files: whether the certificate of secret istio.default is still valid could not be read, and no target of theirs is on record as up in the day before they were rewritten',
    );
    expect([world.config(), world.statefulSet().spec]).toEqual([REWRITTEN_YAML, before]);
    expect(world.cluster.resources()).toEqual([]);
  });

  it('takes no target of another job for one of theirs', async () => {
    const world = new World({ deletionPolicy: 'Restore' });
    withTargetUp(world);
    const { prometheus } = world.cluster;
    world.cluster.prometheus = async () => {
      const seen = await prometheus();
      if (seen.kind === 'silent') return seen;
      return { ...seen, targets: seen.targets.map((target) => ({ ...target, scrapePool: 'other' })) };
    };
    await world.settle();
    expect(upAt(world)).toBeUndefined();
  });

  it('asks before the first writes, and no more where only drift is corrected', async () => {
    const world = new World({ deletionPolicy: 'Restore' });
    withTargetUp(world);
    const { prometheus } = world.cluster;
    let asked = 0;
    world.cluster.prometheus = () => {
      asked += 1;
      return prometheus();
    };
    await world.reconcile();
    expect([asked, world.cluster.writes.includes('apply StatefulSet/prometheus')]).toEqual([1, true]);
    world.roll();
    await world.settle();
    expect(world.config()).toBe(REWRITTEN_YAML);
    asked = 0;
    world.edit<{ data: object }>('ConfigMap', 'prometheus', (live) => ({
      ...live,
      data: { ...live.data, 'prometheus.yaml': PROMETHEUS_YAML },
    }));
    await world.reconcile();
    expect([asked, world.config()]).toEqual([0, REWRITTEN_YAML]);
  });

  it('writes all the same where nobody answers', async () => {
    const world = new World({ deletionPolicy: 'Restore' });
    withTargetUp(world);
    world.cluster.prometheus = () => Promise.resolve({ kind: 'silent', message: 'timeout' });
    await world.settle();
    expect([world.config(), upAt(world)]).toEqual([REWRITTEN_YAML, undefined]);
  });
});
