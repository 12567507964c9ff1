import { describe, expect, it } from 'vitest';
import type { ConfigMap, PeerAuthentication, Sidecar, StatefulSet } from '../../src/api/kubernetes.ts';
import { MANAGER, scrape } from '../support/scrape.ts';
import { statefulSet, wired } from '../support/stateful-set.ts';
import { REWRITTEN_YAML } from '../support/world.ts';
import { KEY, World } from './world.ts';

const template = (change: (spec: StatefulSet['spec']['template']) => object) => (of: StatefulSet) => ({
  ...of,
  spec: { ...of.spec, template: change(of.spec.template) },
});
const annotation = (key: string, value: string | undefined) =>
  template(({ metadata, ...rest }) => ({
    ...rest,
    metadata: { ...metadata, annotations: { ...metadata?.annotations, [key]: value } },
  }));
const INBOUND = 'traffic.sidecar.istio.io/includeInboundPorts';

describe('the first visits', () => {
  it('write mesh policy and template, then, when the pods are new, the config', async () => {
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

  it('leave no name of ours on the shared ConfigMap and our name on the template', async () => {
    const world = new World();
    await world.settle();
    const managers = (kind: string) =>
      (world.cluster.get(kind, 'prometheus')?.metadata.managedFields ?? []).map(({ manager }) => manager);
    expect(managers('ConfigMap')).not.toContain(MANAGER);
    expect(managers('StatefulSet')).toContain(MANAGER);
  });

  it('log one line for each visit that changed something', async () => {
    const world = new World();
    await world.settle();
    expect(world.log.map(({ level, message }) => `${level} ${message}`)).toEqual([
      'info changed',
      'info changed',
    ]);
  });

  it('come back after the interval, and name the ConfigMap to watch', async () => {
    const world = new World();
    await world.settle();
    expect(await world.reconcile()).toEqual({
      requeueAfterMs: 600_000,
      changed: false,
      configMaps: ['prometheus'],
    });
  });
});

describe('fixpoint: a second look writes nothing and moves no resourceVersion', () => {
  const taken = statefulSet({ volumes: [{ name: 'istio-output-certs', secret: { secretName: 'x' } }] });
  const claimed = scrape(
    {},
    { metadata: { name: 'older', uid: 'o', creationTimestamp: '2020-01-01T00:00:00Z' } },
  );
  const merged = statefulSet({ annotations: { 'proxy.istio.io/config': '# ours\nconcurrency: 1\n' } });
  const rows: { name: string; world: () => World; ready: [string, string] }[] = [
    { name: 'the newcomer', world: () => new World(), ready: ['True', 'AppliedUnverified'] },
    {
      name: 'a template that is merged into',
      world: () => new World({}, merged),
      ready: ['True', 'AppliedUnverified'],
    },
    {
      name: 'a template that was wired by hand',
      world: () => new World({}, wired()),
      ready: ['True', 'AppliedUnverified'],
    },
    {
      name: 'zero replicas',
      world: () => new World({}, statefulSet({ spec: { replicas: 0 } })),
      ready: ['True', 'Succeeded'],
    },
    {
      name: 'conflictPolicy Force',
      world: () =>
        new World({ conflictPolicy: 'Force' }, statefulSet({ annotations: { [INBOUND]: '9090' } })),
      ready: ['True', 'AppliedUnverified'],
    },
    { name: 'Observe', world: () => new World({ mode: 'Observe' }), ready: ['False', 'PendingChanges'] },
    { name: 'suspend', world: () => new World({ suspend: true }), ready: ['False', 'Suspended'] },
    {
      name: 'the config ignored',
      world: () => new World({ manage: { config: 'Ignore' } }),
      ready: ['True', 'Succeeded'],
    },
    {
      name: 'a field that somebody set on purpose',
      world: () => new World({}, statefulSet({ annotations: { [INBOUND]: '9090' } })),
      ready: ['False', 'FieldConflict'],
    },
    {
      name: 'a volume name that is taken',
      world: () => new World({}, taken),
      ready: ['False', 'VolumeNameTaken'],
    },
    {
      name: 'an older claim',
      world: () => {
        const world = new World();
        world.cluster.put(claimed);
        return world;
      },
      ready: ['False', 'TargetClaimed'],
    },
    {
      name: 'no StatefulSet',
      world: () => {
        const world = new World();
        world.roll = () => undefined;
        world.cluster.remove('StatefulSet', 'prometheus');
        return world;
      },
      ready: ['False', 'WorkloadNotFound'],
    },
    {
      name: 'Istio not installed',
      world: () => {
        const world = new World();
        world.cluster.uninstalled.add('Sidecar').add('PeerAuthentication');
        return world;
      },
      ready: ['False', 'IstioNotInstalled'],
    },
    ...(
      [
        ['StatefulSet', 'cannot read StatefulSet: forbidden'],
        ['Pod', 'cannot read Pod: forbidden'],
        ['ConfigMap', 'cannot read ConfigMap: forbidden'],
        ['Sidecar', 'cannot read Sidecar: forbidden'],
        ['PeerAuthentication', 'cannot read PeerAuthentication: forbidden'],
      ] as const
    ).map(([kind]) => ({
      name: `${kind} forbidden`,
      world: () => {
        const world = new World();
        world.cluster.forbidden.add(kind);
        if (kind === 'StatefulSet') world.roll = () => undefined;
        return world;
      },
      ready: ['Unknown', 'NotAuthorized'] as [string, string],
    })),
  ];
  it.each(rows)('$name', async ({ world: make, ready }) => {
    const world = make();
    // A conflict is tried again at every visit, and stores nothing: nobody tells when a manager lets go of a field.
    const conflicted = ready[1] === 'FieldConflict';
    if (conflicted) for (let visit = 0; visit < 3; visit += 1) await world.reconcile();
    else await world.settle();
    const before = world.cluster.versions();
    world.cluster.writes.length = 0;
    await world.reconcile();
    expect(world.cluster.writes).toEqual([]);
    expect(world.cluster.versions()).toEqual(before);
    expect([world.condition('Ready')?.status, world.condition('Ready')?.reason]).toEqual(ready);
  });

  it('names the kind that may not be read', async () => {
    const world = new World();
    world.cluster.forbidden.add('ConfigMap');
    await world.settle();
    expect(world.condition('ConfigRewritten')).toMatchObject({
      status: 'Unknown',
      reason: 'NotAuthorized',
      message: 'ConfigMap prometheus cannot be read: cannot read ConfigMap: forbidden',
    });
  });

  it('writes nothing after a restart: all that counts is in the cluster', async () => {
    const world = new World();
    await world.settle();
    const before = world.cluster.versions();
    // There is nothing to restart: each visit starts with empty reads and no memory of the one before.
    await world.reconcile();
    expect([world.cluster.writes, world.cluster.versions()]).toEqual([[], before]);
  });
});

describe('Observe', () => {
  it('writes nothing but status, on every visit', async () => {
    const world = new World({ mode: 'Observe' });
    await world.settle();
    const others = Object.entries(world.cluster.versions()).filter(([key]) => !key.startsWith('Prom'));
    world.edit<StatefulSet>('StatefulSet', 'prometheus', annotation('x', 'y'));
    await world.reconcile();
    expect(world.cluster.writes.filter((write) => !write.startsWith('writeStatus'))).toEqual([]);
    expect(others).toHaveLength(4);
    expect(world.cluster.get('Sidecar', 'meshscrape-prometheus')).toBeUndefined();
    expect(world.resource().metadata.finalizers).toBeUndefined();
  });

  it('tells drift and leaves it, then Enforce puts it right and counts it once', async () => {
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

describe('drift', () => {
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
  it.each(rows)('of $name is put right and counted', async ({ kind, object, change, writes }) => {
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
    // Each visit names every object, so that its series begins at 0; the drift is counted in one visit, and only there.
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

  it('is waited for, not failed, while the interval between template writes runs', async () => {
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

describe('a write that fails', () => {
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

  it('of the PeerAuthentication holds the template back, not the Sidecar', async () => {
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

  it('of the Sidecar holds nothing back', async () => {
    const world = new World();
    world.cluster.fault = (write) => (write.startsWith('apply Sidecar') ? refused : undefined);
    await world.reconcile();
    expect(world.cluster.writes).toContain('apply StatefulSet/prometheus');
    expect(world.condition('MeshPolicyApplied')).toMatchObject({ status: 'False', reason: 'WriteRefused' });
  });

  it('of the template leaves the mesh policy standing', async () => {
    const world = new World();
    world.cluster.fault = (write) => (write.startsWith('apply StatefulSet') ? forbidden : undefined);
    await world.reconcile();
    expect(world.cluster.get('PeerAuthentication', 'meshscrape-prometheus')).toBeDefined();
    expect(world.condition('WorkloadWired')).toMatchObject({ status: 'Unknown', reason: 'NotAuthorized' });
    expect(world.condition('Ready')).toMatchObject({ status: 'Unknown', reason: 'NotAuthorized' });
  });

  it('without an answer is told and asked for again', async () => {
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

  it('because of a lost race is tried again in the same visit', async () => {
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

  it('because of races that do not end is given back to the queue without a status', async () => {
    const world = new World();
    world.cluster.fault = (write) =>
      write.startsWith('apply StatefulSet') ? { kind: 'stale', message: 'modified' } : undefined;
    await expect(world.reconcile()).rejects.toThrow('StatefulSet/prometheus changed meanwhile');
    expect(world.cluster.writes).not.toContain('writeStatus PrometheusIstioScrape/prometheus');
  });

  it('of the release leaves our name for the next visit to take out', async () => {
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
    // The config's edit loses every race, so that visit ends without a status.
    {
      name: 'another write loses the race',
      write: 'patch ConfigMap',
      answer: { kind: 'stale', message: 'modified' },
    },
  ] as const)('does not hide drift that was put right while $name', async ({ write, answer }) => {
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
      'corrected: PeerAuthentication/meshscrape-prometheus: 1 field, last by kubectl-edit; ConfigMap/prometheus: 3 fields, last by kubectl-edit';
    const told = (): readonly string[] => world.cluster.events.map((event) => event.note);
    expect(told()).toEqual([note]);
    await world.reconcile();
    expect(told()).toEqual([note]);
  });

  it('of status is given back to the queue', async () => {
    const world = new World({ mode: 'Observe' });
    world.cluster.fault = () => forbidden;
    await expect(world.reconcile()).rejects.toThrow('status was refused: cannot patch: forbidden');
  });
});

describe('a conflict', () => {
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

  it('ends when the other lets go', async () => {
    const world = held();
    await world.reconcile();
    world.edit<StatefulSet>('StatefulSet', 'prometheus', annotation(INBOUND, undefined));
    world.roll();
    await world.settle();
    expect(world.condition('FieldConflict')?.status).toBe('False');
    expect(world.condition('Ready')?.status).toBe('True');
  });
});

it('a key without a resource is done', async () => {
  const world = new World();
  world.cluster.remove('PrometheusIstioScrape', 'prometheus');
  expect(await world.reconcile()).toEqual({ requeueAfterMs: undefined, changed: false, configMaps: [] });
  expect(KEY).toBe('app-metrics/prometheus');
});
