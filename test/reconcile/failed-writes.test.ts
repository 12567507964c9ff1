import { describe, expect, it } from 'vitest';
import type { ConfigMap, PeerAuthentication, StatefulSet } from '../../src/api/kubernetes.ts';
import { MANAGER } from '../support/scrape.ts';
import { statefulSet } from '../support/stateful-set.ts';
import { REWRITTEN_YAML } from '../support/world.ts';
import { annotation, INBOUND, World } from './world.ts';

describe('reconcile, when a write fails', () => {
  const refused = {
    kind: 'refused',
    status: 422,
    reason: 'Invalid',
    message: 'denied by a webhook',
  } as const;
  const forbidden = {
    kind: 'refused',
    status: 403,
    reason: 'Forbidden',
    message: 'cannot patch: forbidden',
  } as const;

  it('holds the template back after the PeerAuthentication, not the Sidecar', async () => {
    const world = new World();
    world.cluster.fault = (write) => (write.startsWith('apply PeerAuthentication') ? refused : undefined);
    await world.reconcile();
    expect(world.cluster.writes.map((write) => write.split('/')[0])).toEqual([
      'setFinalizers PrometheusIstioScrape',
      'apply PeerAuthentication',
      'apply Sidecar',
      'writeStatus PrometheusIstioScrape',
    ]);
    expect(world.condition('Ready')).toMatchObject({
      status: 'False',
      reason: 'WriteRefused',
      message: 'denied by a webhook (docs/troubleshooting.md#writerefused)',
    });
    expect(world.condition('WorkloadWired')).toMatchObject({
      status: 'False',
      reason: 'WaitingForMeshPolicy',
    });
  });

  it('holds nothing back after the Sidecar', async () => {
    const world = new World();
    world.cluster.fault = (write) => (write.startsWith('apply Sidecar') ? refused : undefined);
    await world.reconcile();
    expect(world.cluster.writes).toContain('apply StatefulSet/prometheus');
    expect(world.condition('MeshPolicyApplied')).toMatchObject({ status: 'False', reason: 'WriteRefused' });
  });

  it('leaves the mesh policy in place after the template', async () => {
    const world = new World();
    world.cluster.fault = (write) => (write.startsWith('apply StatefulSet') ? forbidden : undefined);
    await world.reconcile();
    expect(world.cluster.get('PeerAuthentication', 'meshscrape-prometheus')).toBeDefined();
    expect(world.condition('WorkloadWired')).toMatchObject({ status: 'Unknown', reason: 'NotAuthorized' });
    expect(world.condition('Ready')).toMatchObject({ status: 'Unknown', reason: 'NotAuthorized' });
  });

  it('reports a write without an answer and asks for another try', async () => {
    const world = new World();
    world.cluster.fault = (write) => {
      if (write.startsWith('apply StatefulSet')) throw new Error('connection reset');
      return undefined;
    };
    await expect(world.reconcile()).rejects.toThrow(
      'reconcile of PrometheusIstioScrape app-metrics/prometheus is incomplete: StatefulSet/prometheus: connection reset',
    );
    expect(world.condition('WorkloadWired')).toMatchObject({
      status: 'False',
      reason: 'ProgressingWithRetry',
      message: 'connection reset',
    });
    expect(world.condition('Ready')).toMatchObject({ status: 'Unknown', reason: 'ProgressingWithRetry' });
    world.cluster.fault = () => undefined;
    await world.settle();
    expect(world.condition('Ready')?.status).toBe('True');
  });

  it('tries a lost race again in the same reconciliation', async () => {
    const world = new World();
    await world.settle();
    world.edit<StatefulSet>('StatefulSet', 'prometheus', annotation(INBOUND, '*'));
    world.roll();
    let races = 1;
    world.cluster.fault = (write) => {
      if (!write.startsWith('apply StatefulSet') || races === 0) return undefined;
      races -= 1;
      return { kind: 'stale', message: 'the object has been modified' };
    };
    world.cluster.writes.length = 0;
    await world.reconcile();
    expect(world.cluster.writes.slice(0, 2)).toEqual([
      'apply StatefulSet/prometheus',
      'apply StatefulSet/prometheus',
    ]);
    expect(world.statefulSet().spec.template.metadata?.annotations?.[INBOUND]).toBe('');
  });

  it('gives races that do not end back to the queue, without a status', async () => {
    const world = new World();
    world.cluster.fault = (write) =>
      write.startsWith('apply StatefulSet') ? { kind: 'stale', message: 'modified' } : undefined;
    await expect(world.reconcile()).rejects.toThrow('StatefulSet/prometheus changed meanwhile');
    expect(world.cluster.writes).not.toContain('writeStatus PrometheusIstioScrape/prometheus');
  });

  it('takes our name out the next time where the release failed', async () => {
    const world = new World();
    await world.reconcile();
    world.roll();
    let patches = 0;
    world.cluster.fault = (write) => {
      if (!write.startsWith('patch ConfigMap')) return undefined;
      patches += 1;
      return patches >= 2 && patches <= 3 ? forbidden : undefined;
    };
    await world.reconcile();
    world.cluster.fault = () => undefined;
    await world.settle();
    const { managedFields = [] } = world.cluster.get('ConfigMap', 'prometheus')?.metadata ?? {};
    const managers = managedFields.map(({ manager }) => manager);
    expect(managers).not.toContain(MANAGER);
    expect(world.config()).toBe(REWRITTEN_YAML);
  });

  it.each([
    { name: 'the status is refused', write: 'writeStatus', answer: forbidden },
    // The config's edit loses every race, so that reconciliation ends without a status.
    {
      name: 'another write loses the race',
      write: 'patch ConfigMap',
      answer: { kind: 'stale', message: 'modified' },
    },
  ] as const)('does not hide drift that was corrected while $name', async ({ write, answer }) => {
    const world = new World();
    await world.settle();
    world.cluster.events.length = 0;
    const legacy = REWRITTEN_YAML.replaceAll('/etc/prom-certs/', '/etc/certs/');
    world.edit<ConfigMap>('ConfigMap', 'prometheus', (live) => ({
      ...live,
      data: { 'prometheus.yaml': legacy },
    }));
    world.edit<PeerAuthentication>('PeerAuthentication', 'meshscrape-prometheus', (live) => ({
      ...live,
      spec: { ...live.spec, mtls: { mode: 'STRICT' } },
    }));
    world.cluster.fault = (each) => (each.startsWith(write) ? answer : undefined);
    await expect(world.reconcile()).rejects.toThrow('is incomplete');
    expect(world.cluster.events).toEqual([]);
    world.cluster.fault = () => undefined;
    await world.reconcile();
    expect(world.resource().status?.drift).toMatchObject({ activeCount: 0, detectedTotal: 4 });
    const note =
      'corrected: PeerAuthentication/meshscrape-prometheus: 1 field, last by kubectl-edit; ConfigMap/prometheus: 3 fields, last by kubectl-edit (docs/troubleshooting.md#driftcorrected)';
    const notes = (): readonly string[] => world.cluster.events.map((event) => event.note);
    expect(notes()).toEqual([note]);
    await world.reconcile();
    expect(notes()).toEqual([note]);
  });

  it('gives a status that is refused back to the queue', async () => {
    const world = new World({ mode: 'Observe' });
    world.cluster.fault = () => forbidden;
    await expect(world.reconcile()).rejects.toThrow('status was refused: cannot patch: forbidden');
  });
});

describe('reconcile, with a conflict', () => {
  const held = () => new World({}, statefulSet({ annotations: { [INBOUND]: '9090' } }));

  it('writes nothing to the StatefulSet and names field and manager', async () => {
    const world = held();
    await world.reconcile();
    expect(world.cluster.writes).not.toContain('apply StatefulSet/prometheus');
    expect(world.condition('FieldConflict')).toMatchObject({
      status: 'True',
      message: `StatefulSet/prometheus: other managers hold .spec.template.metadata.annotations.${INBOUND} (kubectl-client-side-apply); change it there, or set spec.conflictPolicy to Force`,
    });
    expect(world.condition('Stalled')?.reason).toBe('FieldConflict');
  });

  it('is ready when the other manager lets go', async () => {
    const world = held();
    await world.reconcile();
    world.edit<StatefulSet>('StatefulSet', 'prometheus', annotation(INBOUND, undefined));
    world.roll();
    await world.settle();
    expect(world.condition('FieldConflict')?.status).toBe('False');
    expect(world.condition('Ready')?.status).toBe('True');
  });
});
