import { describe, expect, it } from 'vitest';
import type { ConfigMap, PeerAuthentication, StatefulSet } from '../../src/api/kubernetes.ts';
import type { PrometheusIstioScrape } from '../../src/api/resource.ts';
import type { WriteResult } from '../../src/reconcile/cluster.ts';
import { converge } from '../../src/reconcile/converge.ts';
import { statefulSet } from '../support/stateful-set.ts';
import { PROMETHEUS_YAML, REWRITTEN_YAML } from '../support/world.ts';
import { annotation, INBOUND, reloadable, withPrometheus, World } from './world.ts';

const STALE: WriteResult = { kind: 'stale', message: 'modified' };
const REFUSED: WriteResult = { kind: 'refused', status: 422, reason: 'Invalid', message: 'no' };

/** A world in sync, that somebody else changed at two objects since. */
async function drifted(): Promise<World> {
  const world = new World();
  await world.settle();
  world.edit<PeerAuthentication>('PeerAuthentication', 'meshscrape-prometheus', (live) => ({
    ...live,
    spec: { ...live.spec, mtls: { mode: 'STRICT' } },
  }));
  world.clock.pass(60_000);
  world.edit<StatefulSet>('StatefulSet', 'prometheus', annotation(INBOUND, '*'));
  world.roll();
  world.cluster.writes.length = 0;
  world.cluster.reads.length = 0;
  return world;
}

/** Answers the first so many writes that begin so. */
function answersFirst(times: number, begin: string, answer: WriteResult): World['cluster']['fault'] {
  let left = times;
  return (write) => {
    if (!write.startsWith(begin) || left === 0) return undefined;
    left -= 1;
    return answer;
  };
}

const run = (world: World) => converge(world.resource(), world.context());
const kinds = (outcomes: readonly { readonly kind: string }[]) => outcomes.map(({ kind }) => kind);
const targets = (outcomes: Awaited<ReturnType<typeof run>>['written']) =>
  outcomes.map(({ kind, action }) => `${kind} ${action.target.kind}`);

describe('converge', () => {
  it('counts as written only what was written, and as corrected only what it wrote', async () => {
    const world = await drifted();
    world.cluster.fault = answersFirst(Infinity, 'apply StatefulSet', REFUSED);
    const { outcomes, written, corrected } = await run(world);
    expect(targets(outcomes)).toEqual(['Written PeerAuthentication', 'Refused StatefulSet']);
    expect(targets(written)).toEqual(['Written PeerAuthentication']);
    expect(corrected.map(({ target }) => target)).toEqual(['PeerAuthentication/meshscrape-prometheus']);
  });

  it('does not count as corrected what differs again after the write', async () => {
    const world = await drifted();
    const { apply } = world.cluster;
    world.cluster.apply = async (...args) => {
      const result = await apply(...args);
      // Another manager changes it back at once, for as long as we try.
      if (args[0].kind === 'StatefulSet') {
        world.edit<StatefulSet>('StatefulSet', 'prometheus', annotation(INBOUND, '*'));
      }
      return result;
    };
    const { corrected, plan } = await run(world);
    expect(corrected.map(({ target }) => target)).toEqual(['PeerAuthentication/meshscrape-prometheus']);
    expect(plan.drift.map(({ target }) => target)).toEqual(['StatefulSet/prometheus']);
  });

  it('does not count as corrected what another manager put back while something else was written', async () => {
    const world = await drifted();
    const { apply } = world.cluster;
    let attempts = 0;
    world.cluster.apply = async (...args) => {
      if (args[0].kind !== 'StatefulSet') return apply(...args);
      attempts += 1;
      world.edit<StatefulSet>('StatefulSet', 'prometheus', annotation(INBOUND, ''));
      return STALE;
    };
    const { corrected } = await run(world);
    expect(attempts).toBe(1);
    expect(corrected.map(({ target }) => target)).toEqual(['PeerAuthentication/meshscrape-prometheus']);
  });

  it('gives what it corrected newest first, with the values and the manager of before', async () => {
    const { corrected } = await run(await drifted());
    expect(corrected.map(({ target, actual, changedBy }) => [target, actual, changedBy?.manager])).toEqual([
      ['StatefulSet/prometheus', '*', 'kubectl-edit'],
      ['PeerAuthentication/meshscrape-prometheus', '{"mode":"STRICT"}', 'kubectl-edit'],
    ]);
  });

  it('counts every field of one object alone', async () => {
    const world = await drifted();
    world.edit<StatefulSet>(
      'StatefulSet',
      'prometheus',
      annotation('prometheus.istio.io/merge-metrics', 'true'),
    );
    world.roll();
    const { corrected } = await run(world);
    const ofTemplate = corrected.filter(({ target }) => target === 'StatefulSet/prometheus');
    expect(ofTemplate.map(({ path }) => path.split('[').at(-1)).toSorted()).toEqual([
      'prometheus.istio.io/merge-metrics]',
      'traffic.sidecar.istio.io/includeInboundPorts]',
    ]);
  });

  it('goes on after a lost race that held later writes back', async () => {
    const world = new World();
    world.cluster.fault = answersFirst(1, 'apply PeerAuthentication', STALE);
    const { outcomes, written } = await run(world);
    expect(targets(written)).toEqual([
      'Written Sidecar',
      'Written PeerAuthentication',
      'Written StatefulSet',
    ]);
    expect(kinds(outcomes)).toEqual(['Written', 'Written']);
  });

  it('stops after a write that was refused, and asks for nothing twice', async () => {
    const world = new World();
    world.cluster.fault = answersFirst(Infinity, 'apply PeerAuthentication', REFUSED);
    const { outcomes } = await run(world);
    expect(kinds(outcomes)).toEqual(['Refused', 'Written', 'Skipped']);
    expect(world.cluster.writes).toEqual([
      'setFinalizers PrometheusIstioScrape/prometheus',
      'apply PeerAuthentication/meshscrape-prometheus',
      'apply Sidecar/meshscrape-prometheus',
    ]);
  });

  it('gives up after four tries that lost the race', async () => {
    const world = await drifted();
    world.cluster.fault = answersFirst(Infinity, 'apply StatefulSet', STALE);
    const { outcomes } = await run(world);
    expect(kinds(outcomes)).toEqual(['Stale']);
    expect(world.cluster.writes.filter((write) => write === 'apply StatefulSet/prometheus')).toHaveLength(4);
  });

  it('sets the finalizer before the first write and never again', async () => {
    const world = new World();
    await run(world);
    world.roll();
    await run(world);
    expect(world.cluster.writes.map((write) => write.split(' ')[0])).toEqual([
      'setFinalizers',
      'apply',
      'apply',
      'apply',
      'patch',
      'patch',
    ]);
  });

  it('sets the finalizer again where it was taken away, once and with no other write', async () => {
    const world = new World();
    await world.settle();
    const { metadata, ...rest } = world.resource();
    world.cluster.put({ ...rest, metadata: { ...metadata, finalizers: [] } });
    world.cluster.writes.length = 0;
    await run(world);
    await run(world);
    expect(world.cluster.writes).toEqual(['setFinalizers PrometheusIstioScrape/prometheus']);
    expect(world.resource().metadata.finalizers).toEqual(['meshscrape.dev/undo']);
  });

  it('takes the ConfigMap from the answer of its write, in place of another read', async () => {
    const world = new World();
    await run(world);
    world.roll();
    world.cluster.reads.length = 0;
    const { written } = await run(world);
    expect(targets(written)).toEqual(['Written ConfigMap']);
    expect(world.config()).toBe(REWRITTEN_YAML);
    expect(world.cluster.reads.filter((read) => read === 'configMap prometheus')).toHaveLength(1);
  });

  it('keeps what was read where everything was written', async () => {
    const world = await drifted();
    const { plan } = await run(world);
    expect(plan.evaluation?.parts.config.refusal).toBeUndefined();
    expect(world.cluster.reads.filter((read) => read === 'configMap prometheus')).toHaveLength(1);
    expect(world.cluster.reads.filter((read) => read === 'pods')).toHaveLength(1);
  });

  it('reads again after a lost race', async () => {
    const world = new World();
    await run(world);
    world.roll();
    world.cluster.reads.length = 0;
    const { patch } = world.cluster;
    let races = 1;
    world.cluster.patch = (...args) => {
      if (races > 0) {
        races -= 1;
        world.edit<ConfigMap>('ConfigMap', 'prometheus', (live) => ({
          ...live,
          data: { ...live.data, 'rules.yaml': 'groups: []\n' },
        }));
      }
      return patch(...args);
    };
    const { outcomes } = await run(world);
    expect(kinds(outcomes)).toEqual(['Written']);
    expect(world.config()).toBe(REWRITTEN_YAML);
    expect(world.cluster.reads.filter((read) => read === 'configMap prometheus')).toHaveLength(2);
  });

  it('plans each round from the resource as it is then', async () => {
    const world = new World();
    world.cluster.fault = (write) => {
      if (write.startsWith('apply Sidecar')) {
        world.edit<PrometheusIstioScrape>('PrometheusIstioScrape', 'prometheus', (live) => ({
          ...live,
          spec: { ...live.spec, suspend: true },
        }));
      }
      return undefined;
    };
    const { resource } = await run(world);
    expect([resource.spec.suspend, resource.metadata.generation]).toEqual([true, 2]);
  });

  it('ends with the resource as it was where it is gone meanwhile', async () => {
    const world = await drifted();
    const before = world.resource();
    world.cluster.fault = (write) => {
      if (write.startsWith('apply StatefulSet')) {
        world.cluster.remove('PrometheusIstioScrape', 'prometheus');
      }
      return undefined;
    };
    const { resource } = await converge(before, world.context());
    expect(resource).toEqual(before);
  });

  it('asks for one reload at most, and asks Prometheus again after it', async () => {
    const world = await reloadable();
    const reloads = withPrometheus(world, () => PROMETHEUS_YAML);
    const { written, plan } = await run(world);
    expect(reloads).toEqual(['{"pod":"prometheus-0","url":"http://10.0.0.7:9090"}']);
    expect(written.map(({ action }) => action.kind)).toEqual(['ReloadPrometheus']);
    expect(plan.evaluation?.proof?.kind).toBe('Waiting');
  });

  it('asks for the reload in the reconciliation that rewrote the config', async () => {
    const world = await reloadable();
    const reloads = withPrometheus(world, () => PROMETHEUS_YAML);
    world.edit<ConfigMap>('ConfigMap', 'prometheus', (live) => ({
      ...live,
      data: { 'prometheus.yaml': PROMETHEUS_YAML },
    }));
    const { written } = await run(world);
    expect(written.map(({ action }) => action.kind)).toEqual(['PatchObject', 'ReloadPrometheus']);
    expect(reloads).toHaveLength(1);
  });

  it('sees what Prometheus serves after the reload', async () => {
    const world = await reloadable();
    let served = PROMETHEUS_YAML;
    withPrometheus(world, () => served);
    world.cluster.reloadPrometheus = () => {
      served = REWRITTEN_YAML;
      return Promise.resolve();
    };
    const { plan } = await run(world);
    expect(plan.evaluation?.proof?.kind).toBe('Served');
  });

  it('writes nothing where nothing is to be done', async () => {
    const world = new World({}, statefulSet());
    await world.settle();
    const { outcomes, written, corrected } = await run(world);
    expect([outcomes, written, corrected, world.cluster.writes]).toEqual([[], [], [], []]);
  });
});
