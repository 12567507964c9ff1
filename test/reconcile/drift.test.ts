import { describe, expect, it } from 'vitest';
import type { ConfigMap, PeerAuthentication, Sidecar, StatefulSet } from '../../src/api/kubernetes.ts';
import { REWRITTEN_YAML } from '../support/world.ts';
import { annotation, INBOUND, template, World } from './world.ts';

describe('reconcile, in Observe', () => {
  it('writes nothing but status, every time', async () => {
    const world = new World({ mode: 'Observe' });
    await world.settle();
    const others = Object.entries(world.cluster.versions()).filter(([key]) => !key.startsWith('Prom'));
    world.edit<StatefulSet>('StatefulSet', 'prometheus', annotation('x', 'y'));
    await world.reconcile();
    expect(world.cluster.writes.filter((write) => !write.startsWith('writeStatus'))).toEqual([]);
    expect(others).toHaveLength(5);
    expect(world.cluster.get('Sidecar', 'meshscrape-prometheus')).toBeUndefined();
    expect(world.resource().metadata.finalizers).toBeUndefined();
  });

  it('reports drift and leaves it, then corrects it in Enforce and counts it once', async () => {
    const world = new World();
    await world.settle();
    world.edit<typeof world.resource>('PrometheusIstioScrape', 'prometheus', () => ({
      ...world.resource(),
      spec: { ...world.resource().spec, mode: 'Observe' },
    }));
    world.edit<StatefulSet>('StatefulSet', 'prometheus', annotation(INBOUND, '*'));
    world.roll();
    await world.reconcile();
    expect(world.condition('Ready')).toMatchObject({ status: 'False', reason: 'DriftDetected' });
    expect(world.condition('Drifted')?.status).toBe('True');
    expect(world.resource().status?.drift).toMatchObject({ activeCount: 1, detectedTotal: 1 });
    expect(world.statefulSet().spec.template.metadata?.annotations?.[INBOUND]).toBe('*');
    world.edit<typeof world.resource>('PrometheusIstioScrape', 'prometheus', () => ({
      ...world.resource(),
      spec: { ...world.resource().spec, mode: 'Enforce' },
    }));
    await world.settle();
    expect(world.resource().status?.drift).toMatchObject({ activeCount: 0, detectedTotal: 1 });
    expect(world.statefulSet().spec.template.metadata?.annotations?.[INBOUND]).toBe('');
  });
});

describe('reconcile, after drift', () => {
  const NO_DRIFT = {
    'PeerAuthentication/meshscrape-prometheus': 0,
    'Sidecar/meshscrape-prometheus': 0,
    'StatefulSet/prometheus': 0,
    'ConfigMap/prometheus': 0,
  };
  const rows: {
    name: string;
    kind: string;
    object: string;
    change: (object: never) => object;
    writes: string[];
  }[] = [
    {
      name: 'an annotation that kubectl edit changed',
      kind: 'StatefulSet',
      object: 'prometheus',
      change: annotation(INBOUND, '*'),
      writes: ['apply StatefulSet/prometheus'],
    },
    {
      name: 'a mount that is gone',
      kind: 'StatefulSet',
      object: 'prometheus',
      change: template(({ spec, ...rest }) => ({
        ...rest,
        spec: {
          ...spec,
          containers: spec.containers.map((each) => ({
            ...each,
            volumeMounts: (each.volumeMounts ?? []).filter(
              ({ mountPath }) => mountPath !== '/etc/prom-certs',
            ),
          })),
        },
      })),
      writes: ['apply StatefulSet/prometheus'],
    },
    {
      name: 'a mode of the PeerAuthentication',
      kind: 'PeerAuthentication',
      object: 'meshscrape-prometheus',
      change: (object: PeerAuthentication) => ({
        ...object,
        spec: { ...object.spec, mtls: { mode: 'STRICT' } },
      }),
      writes: ['apply PeerAuthentication/meshscrape-prometheus'],
    },
    {
      name: 'a foreign field of the Sidecar',
      kind: 'Sidecar',
      object: 'meshscrape-prometheus',
      change: (object: Sidecar) => ({
        ...object,
        spec: { ...object.spec, ingress: [{ port: { number: 1 } }] },
      }),
      writes: ['patch Sidecar/meshscrape-prometheus'],
    },
    {
      name: 'a file name in prometheus.yaml',
      kind: 'ConfigMap',
      object: 'prometheus',
      change: (object: ConfigMap) => ({
        ...object,
        data: { 'prometheus.yaml': REWRITTEN_YAML.replace('/etc/prom-certs/key.pem', '/etc/certs/key.pem') },
      }),
      writes: ['patch ConfigMap/prometheus', 'patch ConfigMap/prometheus'],
    },
  ];
  it.each(rows)('corrects and counts $name', async ({ kind, object, change, writes }) => {
    const world = new World();
    await world.settle();
    world.cluster.writes.length = 0;
    world.edit(kind, object, change as (object: unknown) => object);
    world.roll();
    await world.reconcile();
    expect(world.cluster.writes.filter((write) => !write.startsWith('writeStatus'))).toEqual(writes);
    expect(world.condition('Drifted')).toMatchObject({ status: 'False', reason: 'DriftCorrected' });
    const detected = world.resource().status?.drift?.detectedTotal ?? 0;
    expect(detected).toBeGreaterThan(0);
    world.roll();
    await world.settle();
    expect(world.condition('Ready')?.status).toBe('True');
    expect(world.resource().status?.drift?.activeCount).toBe(0);
    // Every reconciliation names every object, so that its series begins at 0; one of them counts the drift.
    expect(Object.fromEntries(world.detections[0] ?? [])).toEqual(NO_DRIFT);
    const drifted = world.detections.filter((each) => [...each.values()].some((fields) => fields > 0));
    expect(drifted.map((each) => Object.fromEntries(each))).toEqual([
      { ...NO_DRIFT, [`${kind}/${object}`]: detected },
    ]);
    // A new controller finds nothing to write, and its series must begin all the same.
    world.detections.length = 0;
    await world.reconcile();
    expect(world.detections.map((each) => Object.fromEntries(each))).toEqual([NO_DRIFT]);
  });

  it('waits, and does not fail, while the interval between template writes runs', async () => {
    const world = new World();
    await world.reconcile();
    world.roll();
    await world.reconcile();
    world.edit<StatefulSet>('StatefulSet', 'prometheus', annotation(INBOUND, '*'));
    world.roll();
    const result = await world.reconcile();
    expect(world.condition('WorkloadWired')).toMatchObject({
      status: 'False',
      reason: 'TemplateWriteInterval',
    });
    expect(world.condition('Ready')).toMatchObject({ status: 'Unknown', reason: 'TemplateWriteInterval' });
    expect(world.condition('Reconciling')?.status).toBe('True');
    expect(result.requeueAfterMs).toBe(600_000);
    world.clock.pass(600_000);
    world.cluster.writes.length = 0;
    await world.reconcile();
    expect(world.cluster.writes[0]).toBe('apply StatefulSet/prometheus');
  });
});
