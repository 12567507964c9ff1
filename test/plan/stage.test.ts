import { describe, expect, it } from 'vitest';
import { fingerprint } from '../../src/plan/model/field.ts';
import { plan } from '../../src/plan/plan.ts';
import { planWorkload } from '../../src/plan/workload/workload.ts';
import { present, reads } from '../support/answers.ts';
import { entry, LABEL_FIELDS, OUR_FIELDS } from '../support/managed-fields.ts';
import { configMap } from '../support/config-map.ts';
import { podOf } from '../support/pod.ts';
import { MANAGER, scrape } from '../support/scrape.ts';
import { snapshot, subject, type SnapshotOptions } from '../support/snapshot.ts';
import { statefulSet, wired, WIRED_VOLUME } from '../support/stateful-set.ts';
import { PROMETHEUS_YAML, REWRITTEN_YAML } from '../support/world.ts';
import { actions, done, oldPod, policies, rewritten, rolled, waits } from './world.ts';

describe('gateOf, for the pod template', () => {
  const status = { observedGeneration: 1, lastInSync: {} };
  const settled = scrape({}, { status });
  const renewed = scrape({}, { status, metadata: { generation: 2 } });
  const wrong = { labels: { 'sidecar.istio.io/inject': 'false' } };
  const wrote = (time: string) => ({ managedFields: [entry(MANAGER, OUR_FIELDS, { time })] });
  const revisions = { observedGeneration: 1, currentRevision: 'a', updateRevision: 'b' };

  const rows = [
    {
      name: 'keeps the template back while a rollout runs',
      resource: settled,
      of: wired({ ...wrong, status: revisions }),
      waits: 'Rollout',
      retryAfterMs: undefined,
    },
    {
      name: 'keeps the template back while its last write has not been observed',
      resource: settled,
      of: wired({
        ...wrong,
        metadata: { generation: 2 },
        status: { observedGeneration: 1, currentRevision: 'a', updateRevision: 'a' },
      }),
      waits: 'Rollout',
      retryAfterMs: undefined,
    },
    {
      name: 'does not wait for a rollout under OnDelete',
      resource: settled,
      of: wired({ ...wrong, status: revisions, spec: { updateStrategy: { type: 'OnDelete' } } }),
      waits: 'Write',
      retryAfterMs: undefined,
    },
    {
      name: 'does not wait for a rollout under a partition',
      resource: settled,
      of: wired({
        ...wrong,
        status: revisions,
        spec: { updateStrategy: { rollingUpdate: { partition: 1 } } },
      }),
      waits: 'Write',
      retryAfterMs: undefined,
    },
    {
      name: 'keeps the template back for the rest of the interval since our last write',
      resource: settled,
      of: wired({ ...wrong, metadata: wrote('2026-03-01T11:56:00Z') }),
      waits: 'TemplateWriteInterval',
      retryAfterMs: 360_000,
    },
    {
      name: 'writes the template when the interval is over',
      resource: settled,
      of: wired({ ...wrong, metadata: wrote('2026-03-01T11:50:00Z') }),
      waits: 'Write',
      retryAfterMs: undefined,
    },
    {
      name: 'does not count the writes of other managers',
      resource: settled,
      of: wired({
        ...wrong,
        metadata: { managedFields: [entry('helm', OUR_FIELDS, { time: '2026-03-01T11:59:00Z' })] },
      }),
      waits: 'Write',
      retryAfterMs: undefined,
    },
    {
      name: 'writes at once within the interval for a new generation',
      resource: renewed,
      of: wired({ ...wrong, metadata: wrote('2026-03-01T11:59:00Z') }),
      waits: 'Write',
      retryAfterMs: undefined,
    },
    {
      name: 'writes at once during a rollout for a new generation',
      resource: renewed,
      of: wired({ ...wrong, status: revisions }),
      waits: 'Write',
      retryAfterMs: undefined,
    },
    {
      name: 'writes at once during a rollout for a resource that was never seen',
      resource: scrape({}, { status: { observedGeneration: -1 } }),
      of: wired({ ...wrong, status: revisions }),
      waits: 'Write',
      retryAfterMs: undefined,
    },
  ];
  it.each(rows)('$name', ({ resource, of, waits: expected, retryAfterMs }) => {
    const made = plan(snapshot({ ...rolled(of), resource, reads: reads({ statefulSet: of, ...rewritten }) }));
    const differing = [
      ...made.pending.map(({ waitingFor }) => waitingFor),
      ...made.drift.map(() => undefined),
    ];
    expect(differing).toHaveLength(1);
    if (made.pending.length === 1) expect(differing).toEqual([expected]);
    expect(actions(made)).toEqual(expected === 'Write' ? ['ApplyTemplate StatefulSet'] : []);
    expect(made.retryAfterMs).toBe(retryAfterMs);
  });
});

describe('gateOf, for a part that is not enforced', () => {
  const fresh = { reads: reads({ pods: [oldPod] }) };
  const rows: {
    name: string;
    spec: Parameters<typeof scrape>[0];
    seen: SnapshotOptions;
    does: string[];
    waits: object;
  }[] = [
    {
      name: 'says of each part what comes first where nothing exists under Observe',
      spec: { mode: 'Observe' },
      seen: fresh,
      does: [],
      waits: {
        PeerAuthentication: 'Observe',
        Sidecar: 'Observe',
        StatefulSet: 'MeshPolicyApplied',
        ConfigMap: 'MeshPolicyApplied',
      },
    },
    {
      name: 'offers the template once the mesh policy exists under Observe',
      spec: { mode: 'Observe' },
      seen: { ...policies, ...fresh },
      does: [],
      waits: { StatefulSet: 'Observe', ConfigMap: 'WorkloadWired' },
    },
    {
      name: 'keeps the configuration back until the pods are ready under Observe',
      spec: { mode: 'Observe' },
      seen: { ...policies, statefulSet: done, ...fresh },
      does: [],
      waits: { ConfigMap: 'CertificatesReady' },
    },
    {
      name: 'offers the configuration once the pods are ready under Observe',
      spec: { mode: 'Observe' },
      seen: rolled(),
      does: [],
      waits: { ConfigMap: 'Observe' },
    },
    {
      name: 'names suspend as the cause',
      spec: { suspend: true },
      seen: rolled(),
      does: [],
      waits: { ConfigMap: 'Suspended' },
    },
    {
      name: 'writes the mesh policy and not the template under manage.workload Observe',
      spec: { manage: { workload: 'Observe' } },
      seen: fresh,
      does: ['ApplyOwned PeerAuthentication', 'ApplyOwned Sidecar'],
      waits: {
        PeerAuthentication: 'Write',
        Sidecar: 'Write',
        StatefulSet: 'Observe',
        ConfigMap: 'MeshPolicyApplied',
      },
    },
    {
      name: 'does not write the configuration under manage.config Observe',
      spec: { manage: { config: 'Observe' } },
      seen: rolled(),
      does: [],
      waits: { ConfigMap: 'Observe' },
    },
    {
      name: 'has nothing pending under manage.config Ignore',
      spec: { manage: { config: 'Ignore' } },
      seen: rolled(),
      does: [],
      waits: {},
    },
    {
      name: 'counts an ignored template as wired, and still waits for its pods',
      spec: { manage: { workload: 'Ignore' } },
      seen: { ...policies, ...fresh },
      does: [],
      waits: { ConfigMap: 'CertificatesReady' },
    },
    {
      name: 'has nothing pending where every part is ignored',
      spec: {
        manage: { workload: 'Ignore', config: 'Ignore', sidecar: 'Ignore', peerAuthentication: 'Ignore' },
      },
      seen: fresh,
      does: [],
      waits: {},
    },
  ];
  it.each(rows)('$name', ({ spec, seen, does, waits: expected }) => {
    const made = plan(snapshot({ ...seen, resource: scrape(spec) }));
    expect([actions(made), waits(made), made.needs]).toEqual([does, expected, []]);
  });

  it.each([
    {
      name: 'names drift where a field that our manager holds differs',
      of: wired({
        labels: { 'sidecar.istio.io/inject': 'false' },
        metadata: { managedFields: [entry(MANAGER, [LABEL_FIELDS])] },
      }),
      reason: 'DriftDetected',
    },
    {
      name: 'names pending changes where a field differs beside one that our manager holds',
      of: wired({
        annotations: { 'prometheus.istio.io/merge-metrics': 'true' },
        metadata: { managedFields: [entry(MANAGER, [LABEL_FIELDS])] },
      }),
      reason: 'PendingChanges',
    },
  ])('$name', ({ of, reason }) => {
    const made = plan(snapshot({ ...rolled(of), resource: scrape({ mode: 'Observe' }) }));
    expect(made.evaluation?.gates.workload).toMatchObject({ kind: 'Closed', reason, waitingFor: 'Observe' });
  });

  it('reports drift under Observe and does not count it as pending', () => {
    const { fields } = planWorkload(subject({ statefulSet: done }));
    const resource = scrape(
      { mode: 'Observe' },
      { status: { observedGeneration: 1, lastInSync: { workload: fingerprint(fields) } } },
    );
    const of = wired({ volumes: [{ ...WIRED_VOLUME, emptyDir: { medium: 'Memory' } }], mounts: [] });
    const made = plan(snapshot({ ...rolled(of), resource, reads: reads({ statefulSet: of, ...rewritten }) }));
    expect(made.drift.map((field) => field.path.split('.').at(-1))).toEqual(['name', 'readOnly']);
    expect([made.pending, made.actions]).toEqual([[], []]);
  });
});

describe('gateOf, for a ConfigMap that pods of another workload mount', () => {
  const twin = wired({ metadata: { name: 'twin', uid: 'uid-twin' }, labels: { app: 'twin' } });
  const bare = statefulSet({ metadata: { name: 'twin', uid: 'uid-twin' }, labels: { app: 'twin' } });
  const projected = podOf(bare, { proxy: 'none' });
  const says =
    'Pod/twin-0 of StatefulSet/twin mounts ConfigMap prometheus too and has no certificates at /etc/prom-certs: wire that workload first';
  const rows = [
    { name: 'writes where the other pod is wired', pod: podOf(twin), closed: undefined },
    { name: 'waits for a pod without certificates', pod: podOf(bare, { proxy: 'none' }), closed: says },
    { name: 'waits for a pod whose proxy starts', pod: podOf(twin, { proxy: 'starting' }), closed: says },
    {
      name: 'waits for a pod that mounts it through a projected volume',
      pod: {
        ...projected,
        spec: {
          ...projected.spec,
          volumes: [{ name: 'p', projected: { sources: [{ configMap: { name: 'prometheus' } }] } }],
        },
      },
      closed: says,
    },
    {
      name: 'does not wait for a pod that has ended',
      pod: { ...podOf(bare), status: { phase: 'Succeeded' } },
      closed: undefined,
    },
    {
      name: 'does not wait for a pod that has failed',
      pod: { ...podOf(bare), status: { phase: 'Failed' } },
      closed: undefined,
    },
    {
      name: 'waits for a pod whose owner is no controller, and names it alone',
      pod: podOf(bare, {
        proxy: 'none',
        metadata: { ownerReferences: [{ apiVersion: 'v1', kind: 'Shop', name: 'x', uid: 'u' }] },
      }),
      closed: says.replace(' of StatefulSet/twin', ''),
    },
    {
      name: 'does not wait for a pod that mounts another ConfigMap',
      pod: {
        ...projected,
        spec: { ...projected.spec, volumes: [{ name: 'c', configMap: { name: 'else' } }] },
      },
      closed: undefined,
    },
    {
      name: 'waits for a pod without an owner, and names it alone',
      pod: podOf(bare, { proxy: 'none', metadata: { ownerReferences: [] } }),
      closed: says.replace(' of StatefulSet/twin', ''),
    },
  ];
  it.each(rows)('$name', ({ pod, closed }) => {
    const podsOfNamespace = present([podOf(done), pod]);
    const made = plan(snapshot({ ...rolled(), reads: reads({ statefulSet: done, podsOfNamespace }) }));
    expect(actions(made)).toEqual(closed === undefined ? ['PatchObject ConfigMap'] : []);
    const gate = made.evaluation?.gates.config;
    expect(gate?.kind === 'Closed' ? [gate.reason, gate.waitingFor, gate.message] : undefined).toEqual(
      closed === undefined ? undefined : ['SharedConfigNotWired', 'SharedConfigNotWired', closed],
    );
  });

  it('does not wait for an old pod of its own workload that is scaled to zero', () => {
    const of = wired({ spec: { replicas: 0 } });
    const podsOfNamespace = present([oldPod]);
    const answers = reads({ statefulSet: of, pods: [], podsOfNamespace });
    expect(actions(plan(snapshot({ ...rolled(of), reads: answers })))).toEqual(['PatchObject ConfigMap']);
  });

  it('waits while the pods of the namespace may not be read', () => {
    const podsOfNamespace = { kind: 'unreadable' as const, message: 'cannot list pods' };
    const made = plan(snapshot({ ...rolled(), reads: reads({ statefulSet: done, podsOfNamespace }) }));
    expect([actions(made), made.evaluation?.gates.config]).toEqual([
      [],
      {
        kind: 'Closed',
        waitingFor: 'SharedConfigNotWired',
        reason: 'NotAuthorized',
        message: 'who else mounts the ConfigMap cannot be seen: cannot list pods',
      },
    ]);
  });
});

describe('gateOf, for a part with a refusal', () => {
  const inline =
    '- job_name: inline\n  scheme: https\n  tls_config:\n    ca: |\n      PEM\n    cert_file: /etc/certs/cert-chain.pem\n    key_file: /etc/certs/key.pem\n';
  const rows = [
    {
      name: 'writes the other jobs where one job is refused',
      text: PROMETHEUS_YAML + inline,
      refusal: 'JobsRefused',
      does: ['PatchObject ConfigMap'],
      gate: { kind: 'Open' },
    },
    {
      name: 'is closed where the refused job is the only one to change',
      text: REWRITTEN_YAML + inline,
      refusal: 'JobsRefused',
      does: [],
      gate: { kind: 'Closed', waitingFor: 'JobsRefused', reason: 'JobsRefused' },
    },
    {
      name: 'is closed where the whole file is refused',
      text: 'a: [',
      refusal: 'ConfigUnparsable',
      does: [],
      gate: { kind: 'Closed', waitingFor: 'ConfigUnparsable', reason: 'ConfigUnparsable' },
    },
  ];
  it.each(rows)('$name', ({ text, refusal, does, gate }) => {
    const configMaps = { prometheus: present(configMap(text)) };
    const made = plan(snapshot({ ...rolled(), reads: reads({ statefulSet: done, configMaps }) }));
    expect(made.evaluation?.parts.config.refusal?.reason).toBe(refusal);
    expect(actions(made)).toEqual(does);
    expect(made.evaluation?.gates.config).toMatchObject(gate);
  });

  it('gives a ConfigMap back, whatever else has to wait', () => {
    const managedFields = [entry('helm', ['f:data']), entry(MANAGER, ['f:data'], { operation: 'Update' })];
    const configMaps = {
      prometheus: present(configMap('scrape_configs: []', { metadata: { managedFields } })),
    };
    const made = plan(snapshot({ reads: reads({ pods: [oldPod], configMaps }) }));
    expect(actions(made)).toEqual(['ReleaseOwnership ConfigMap']);
  });
});
