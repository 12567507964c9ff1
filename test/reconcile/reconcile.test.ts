import { describe, expect, it } from 'vitest';
import { MANAGER } from '../support/scrape.ts';
import { REWRITTEN_YAML } from '../support/world.ts';
import { World } from './world.ts';

describe('reconcile', () => {
  it('writes mesh policy and template, and the config once the pods are new', async () => {
    const world = new World();
    await world.reconcile();
    expect(world.cluster.writes).toEqual([
      'setFinalizers PrometheusIstioScrape/prometheus',
      'apply PeerAuthentication/meshscrape-prometheus',
      'apply Sidecar/meshscrape-prometheus',
      'apply StatefulSet/prometheus',
      'writeStatus PrometheusIstioScrape/prometheus',
    ]);
    expect(world.condition('CertificatesReady')).toMatchObject({
      status: 'False',
      reason: 'WaitingForCertificates',
    });
    expect(world.condition('Ready')).toMatchObject({ status: 'Unknown' });
    expect(world.condition('Reconciling')).toMatchObject({ status: 'True' });
    world.roll();
    world.cluster.writes.length = 0;
    await world.reconcile();
    expect(world.cluster.writes).toEqual([
      'patch ConfigMap/prometheus',
      'patch ConfigMap/prometheus',
      'writeStatus PrometheusIstioScrape/prometheus',
    ]);
    expect(world.config()).toBe(REWRITTEN_YAML);
    expect(world.condition('Ready')).toMatchObject({ status: 'True', reason: 'AppliedUnverified' });
    expect(world.condition('Reconciling')).toBeUndefined();
  });

  it('leaves no name of ours on the shared ConfigMap, and our name on the template', async () => {
    const world = new World();
    await world.settle();
    const managers = (kind: string) =>
      (world.cluster.get(kind, 'prometheus')?.metadata.managedFields ?? []).map(({ manager }) => manager);
    expect(managers('ConfigMap')).not.toContain(MANAGER);
    expect(managers('StatefulSet')).toContain(MANAGER);
  });

  it('logs one line for each reconciliation that changed something', async () => {
    const world = new World();
    await world.settle();
    expect(world.log.map(({ level, message }) => `${level} ${message}`)).toEqual([
      'info changed',
      'info changed',
    ]);
  });

  it('comes back after the interval, and names the ConfigMap to watch', async () => {
    const world = new World();
    await world.settle();
    expect(await world.reconcile()).toEqual({
      requeueAfterMs: 600_000,
      changed: false,
      configMaps: ['prometheus'],
    });
  });

  it('is done with a key that has no resource', async () => {
    const world = new World();
    world.cluster.remove('PrometheusIstioScrape', 'prometheus');
    expect(await world.reconcile()).toEqual({ requeueAfterMs: undefined, changed: false, configMaps: [] });
  });
});
