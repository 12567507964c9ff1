import { describe, expect, it } from 'vitest';
import type { StatefulSet } from '../../src/api/kubernetes.ts';
import { fingerprint } from '../../src/plan/model/field.ts';
import { plan, type Plan } from '../../src/plan/plan.ts';
import { planWorkload } from '../../src/plan/workload/workload.ts';
import { present, reads, type Answers } from '../support/answers.ts';
import { configMap } from '../support/config-map.ts';
import { entry, OUR_FIELDS } from '../support/managed-fields.ts';
import { owned } from '../support/owned-objects.ts';
import { podOf } from '../support/pod.ts';
import { MANAGER, scrape } from '../support/scrape.ts';
import { NOW_MS, snapshot, type SnapshotOptions, subject } from '../support/snapshot.ts';
import { statefulSet, wired, WIRED_VOLUME } from '../support/stateful-set.ts';
import { REWRITTEN_YAML } from '../support/world.ts';

const legacy = statefulSet();
const done = wired();
const oldPod = podOf(legacy, { proxy: 'none' });
const policies = {
  peerAuthentications: present([owned('PeerAuthentication')]),
  sidecars: present([owned('Sidecar')]),
};
const rewritten = { configMaps: { prometheus: present(configMap(REWRITTEN_YAML)) } };

/** `ApplyTemplate StatefulSet/prometheus`. */
const actions = ({ actions }: Plan) => actions.map(({ kind, target }) => `${kind} ${target.kind}`);
/** What each target waits for. */
const waits = ({ pending }: Plan) =>
  Object.fromEntries(pending.map(({ field, waitingFor }) => [field.target.split('/')[0], waitingFor]));

/** The template as it is once the write has been seen and the pod is new. */
const rolled = (of: StatefulSet = done): SnapshotOptions => ({
  ...policies,
  statefulSet: of,
  reads: reads({ statefulSet: of }),
});

describe('plan, in the order of contract section 3', () => {
  const rows: { name: string; seen: SnapshotOptions; does: string[]; waits: object }[] = [
    {
      name: 'nothing is there: mesh policy and template together, the config waits',
      seen: { reads: reads({ pods: [oldPod] }) },
      does: ['ApplyOwned PeerAuthentication', 'ApplyOwned Sidecar', 'ApplyTemplate StatefulSet'],
      waits: {
        PeerAuthentication: 'Write',
        Sidecar: 'Write',
        StatefulSet: 'Write',
        ConfigMap: 'MeshPolicyApplied',
      },
    },
    {
      name: 'the mesh policy stands: the template',
      seen: { ...policies, reads: reads({ pods: [oldPod] }) },
      does: ['ApplyTemplate StatefulSet'],
      waits: { StatefulSet: 'Write', ConfigMap: 'WorkloadWired' },
    },
    {
      name: 'the template is wired and the pod is old: nothing',
      seen: { ...policies, statefulSet: done, reads: reads({ pods: [oldPod] }) },
      does: [],
      waits: { ConfigMap: 'CertificatesReady' },
    },
    {
      name: 'the template is wired and the controller has not seen it: nothing',
      seen: {
        ...policies,
        statefulSet: wired({ metadata: { generation: 2 }, status: { observedGeneration: 1 } }),
        reads: reads({ statefulSet: done }),
      },
      does: [],
      waits: { ConfigMap: 'CertificatesReady' },
    },
    {
      name: 'the pod has its certificates: the config',
      seen: rolled(),
      does: ['PatchObject ConfigMap'],
      waits: { ConfigMap: 'Write' },
    },
    {
      name: 'the Sidecar is missing, which nothing waits for: both it and the config',
      seen: { ...rolled(), sidecars: present([]) },
      does: ['ApplyOwned Sidecar', 'PatchObject ConfigMap'],
      waits: { Sidecar: 'Write', ConfigMap: 'Write' },
    },
    {
      name: 'the CRD of Sidecars is missing: the config all the same',
      seen: { ...rolled(), sidecars: { kind: 'absent' } },
      does: ['PatchObject ConfigMap'],
      waits: { ConfigMap: 'Write' },
    },
    {
      name: 'the CRD of PeerAuthentications is missing: the template waits',
      seen: { peerAuthentications: { kind: 'absent' }, reads: reads({ pods: [oldPod] }) },
      does: ['ApplyOwned Sidecar'],
      waits: { Sidecar: 'Write', StatefulSet: 'MeshPolicyApplied', ConfigMap: 'MeshPolicyApplied' },
    },
    {
      name: 'a rival makes ours inert: the template waits',
      seen: {
        peerAuthentications: present([
          owned('PeerAuthentication', undefined, { name: 'old', creationTimestamp: '2020-01-01T00:00:00Z' }),
          owned(
            'PeerAuthentication',
            { mtls: { mode: 'STRICT' }, selector: { matchLabels: { app: 'prometheus' } } },
            { name: 'older', creationTimestamp: '2019-01-01T00:00:00Z' },
          ),
        ]),
        reads: reads({ pods: [oldPod] }),
      },
      does: ['ApplyOwned Sidecar'],
      waits: {
        PeerAuthentication: 'RivalFound',
        Sidecar: 'Write',
        StatefulSet: 'MeshPolicyApplied',
        ConfigMap: 'MeshPolicyApplied',
      },
    },
    {
      name: 'the mesh policy is ignored: the template at once',
      seen: {
        resource: scrape({ manage: { peerAuthentication: 'Ignore', sidecar: 'Ignore' } }),
        reads: reads({ pods: [oldPod] }),
      },
      does: ['ApplyTemplate StatefulSet'],
      waits: { StatefulSet: 'Write', ConfigMap: 'WorkloadWired' },
    },
    {
      name: 'zero replicas: the config goes with no pod to wait for',
      seen: { ...rolled(wired({ spec: { replicas: 0 } })), reads: reads({ pods: [] }) },
      does: ['PatchObject ConfigMap'],
      waits: { ConfigMap: 'Write' },
    },
    {
      name: 'OnDelete with the old pod: the config waits',
      seen: {
        ...policies,
        statefulSet: wired({ spec: { updateStrategy: { type: 'OnDelete' } } }),
        reads: reads({ pods: [oldPod] }),
      },
      does: [],
      waits: { ConfigMap: 'CertificatesReady' },
    },
    {
      name: 'a partition with one new and one old pod: the config waits',
      seen: {
        ...policies,
        statefulSet: wired({ spec: { replicas: 2, updateStrategy: { rollingUpdate: { partition: 1 } } } }),
        reads: reads({ pods: [oldPod, podOf(done, { name: 'prometheus-1' })] }),
      },
      does: [],
      waits: { ConfigMap: 'CertificatesReady' },
    },
    {
      name: 'a proxy before 1.12: the config waits for proof',
      seen: { ...rolled(), reads: reads({ pods: [podOf(done, { proxyImage: 'istio/proxyv2:1.9.5' })] }) },
      does: [],
      waits: { ConfigMap: 'CertificatesReady' },
    },
    {
      name: 'everything is right: nothing',
      seen: { ...rolled(), reads: reads({ statefulSet: done, ...rewritten }) },
      does: [],
      waits: {},
    },
    {
      name: 'the PeerAuthentication goes when all else is right: only it',
      seen: {
        ...rolled(),
        peerAuthentications: present([]),
        reads: reads({ statefulSet: done, ...rewritten }),
      },
      does: ['ApplyOwned PeerAuthentication'],
      waits: { PeerAuthentication: 'Write' },
    },
    {
      name: 'a legacy job comes while a leaf of the template is wrong: the template first',
      seen: rolled(wired({ labels: { 'sidecar.istio.io/inject': 'false' } })),
      does: ['ApplyTemplate StatefulSet'],
      waits: { StatefulSet: 'Write', ConfigMap: 'WorkloadWired' },
    },
    {
      name: 'the volume name is taken: mesh policy only, the rest waits',
      seen: {
        statefulSet: statefulSet({ volumes: [{ name: 'istio-output-certs', secret: {} }] }),
        reads: reads({ pods: [oldPod] }),
      },
      does: ['ApplyOwned PeerAuthentication', 'ApplyOwned Sidecar'],
      waits: {
        PeerAuthentication: 'Write',
        Sidecar: 'Write',
        StatefulSet: 'VolumeNameTaken',
        ConfigMap: 'MeshPolicyApplied',
      },
    },
  ];
  it.each(rows)('$name', ({ seen, does, waits: expected }) => {
    const made = plan(snapshot(seen));
    expect(made.halt).toBeUndefined();
    expect(made.needs).toEqual([]);
    expect(actions(made)).toEqual(does);
    expect(waits(made)).toEqual(expected);
  });

  it('asks for the finalizer before the first action only', () => {
    const fresh = { reads: reads({ pods: [oldPod] }) };
    expect(plan(snapshot(fresh)).needsFinalizer).toBe(true);
    const held = scrape({}, { metadata: { finalizers: ['meshscrape.dev/undo'] } });
    expect(plan(snapshot({ ...fresh, resource: held })).needsFinalizer).toBe(false);
    expect(plan(snapshot({ ...fresh, resource: scrape({ mode: 'Observe' }) })).needsFinalizer).toBe(false);
  });

  it('does nothing at all when the target is refused', () => {
    expect(plan(snapshot({ statefulSet: { kind: 'absent' } }))).toMatchObject({
      halt: { reason: 'WorkloadNotFound' },
      evaluation: undefined,
      needs: [],
      actions: [],
      pending: [],
      drift: [],
      needsFinalizer: false,
    });
  });

  it('keeps the template back while inbound policies would be bypassed, also in Observe', () => {
    const policy = {
      apiVersion: 'security.istio.io/v1beta1',
      kind: 'AuthorizationPolicy',
      metadata: { name: 'deny', namespace: 'app-metrics', uid: 'd', resourceVersion: '1' },
    };
    const inMesh = {
      ...policies,
      reads: reads({ pods: [podOf(legacy)], inboundPolicies: present([policy]) }),
    };
    const made = plan(snapshot(inMesh));
    expect([actions(made), made.evaluation?.parts.workload.refusal?.reason, waits(made)]).toEqual([
      [],
      'InboundPolicyWouldBeBypassed',
      { StatefulSet: 'InboundPolicyWouldBeBypassed', ConfigMap: 'WorkloadWired' },
    ]);
    const told = plan(snapshot({ ...inMesh, resource: scrape({ mode: 'Observe' }) }));
    expect(told.evaluation?.parts.workload.refusal?.reason).toBe('InboundPolicyWouldBeBypassed');
  });

  it('creates nothing for a selector that reaches a stranger', () => {
    const stranger = podOf(wired({ metadata: { name: 'else', uid: 'else' } }));
    const made = plan(snapshot({ reads: reads({ pods: [oldPod, stranger] }) }));
    expect([actions(made), made.evaluation?.parts.sidecar.refusal?.reason]).toEqual([[], 'SelectorTooWide']);
  });
});

describe('the template write', () => {
  const status = { observedGeneration: 1, lastInSync: {} };
  const settled = scrape({}, { status });
  const renewed = scrape({}, { status, metadata: { generation: 2 } });
  const wrong = { labels: { 'sidecar.istio.io/inject': 'false' } };
  const wrote = (time: string) => ({ managedFields: [entry(MANAGER, OUR_FIELDS, { time })] });
  const revisions = { observedGeneration: 1, currentRevision: 'a', updateRevision: 'b' };

  const rows = [
    {
      name: 'waits for a rollout',
      resource: settled,
      of: wired({ ...wrong, status: revisions }),
      waits: 'Rollout',
      retryAfterMs: undefined,
    },
    {
      name: 'waits for a template that the controller has not seen',
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
      name: 'waits for no rollout under OnDelete',
      resource: settled,
      of: wired({ ...wrong, status: revisions, spec: { updateStrategy: { type: 'OnDelete' } } }),
      waits: 'Write',
      retryAfterMs: undefined,
    },
    {
      name: 'waits for no rollout under a partition',
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
      name: 'waits out the interval since our last one',
      resource: settled,
      of: wired({ ...wrong, metadata: wrote('2026-03-01T11:56:00Z') }),
      waits: 'TemplateWriteInterval',
      retryAfterMs: 360_000,
    },
    {
      name: 'goes when the interval is over',
      resource: settled,
      of: wired({ ...wrong, metadata: wrote('2026-03-01T11:50:00Z') }),
      waits: 'Write',
      retryAfterMs: undefined,
    },
    {
      name: 'does not count the writes of others',
      resource: settled,
      of: wired({
        ...wrong,
        metadata: { managedFields: [entry('helm', OUR_FIELDS, { time: '2026-03-01T11:59:00Z' })] },
      }),
      waits: 'Write',
      retryAfterMs: undefined,
    },
    {
      name: 'is exempt from the interval for a new generation',
      resource: renewed,
      of: wired({ ...wrong, metadata: wrote('2026-03-01T11:59:00Z') }),
      waits: 'Write',
      retryAfterMs: undefined,
    },
    {
      name: 'is exempt from the rollout for a new generation',
      resource: renewed,
      of: wired({ ...wrong, status: revisions }),
      waits: 'Write',
      retryAfterMs: undefined,
    },
    {
      name: 'is exempt for a resource that was never seen',
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

describe('Observe, Ignore and suspend', () => {
  const fresh = { reads: reads({ pods: [oldPod] }) };
  const rows: {
    name: string;
    spec: Parameters<typeof scrape>[0];
    seen: SnapshotOptions;
    does: string[];
    waits: object;
  }[] = [
    {
      name: 'Observe, nothing there: each says what comes first',
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
      name: 'Observe, mesh policy there: commit the template',
      spec: { mode: 'Observe' },
      seen: { ...policies, ...fresh },
      does: [],
      waits: { StatefulSet: 'Observe', ConfigMap: 'WorkloadWired' },
    },
    {
      name: 'Observe, template committed: the config waits for the pods',
      spec: { mode: 'Observe' },
      seen: { ...policies, statefulSet: done, ...fresh },
      does: [],
      waits: { ConfigMap: 'CertificatesReady' },
    },
    {
      name: 'Observe, pods ready: commit the config',
      spec: { mode: 'Observe' },
      seen: rolled(),
      does: [],
      waits: { ConfigMap: 'Observe' },
    },
    {
      name: 'suspend says so',
      spec: { suspend: true },
      seen: rolled(),
      does: [],
      waits: { ConfigMap: 'Suspended' },
    },
    {
      name: 'manage.workload Observe: mesh policy is written, the template is not',
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
      name: 'manage.config Observe: all but the config',
      spec: { manage: { config: 'Observe' } },
      seen: rolled(),
      does: [],
      waits: { ConfigMap: 'Observe' },
    },
    {
      name: 'manage.config Ignore: the config is no business of ours',
      spec: { manage: { config: 'Ignore' } },
      seen: rolled(),
      does: [],
      waits: {},
    },
    {
      name: 'manage.workload Ignore: counts as wired, the pods still prove it',
      spec: { manage: { workload: 'Ignore' } },
      seen: { ...policies, ...fresh },
      does: [],
      waits: { ConfigMap: 'CertificatesReady' },
    },
    {
      name: 'everything Ignore',
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

  it('reports drift in Observe', () => {
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

describe('a ConfigMap that pods of others mount', () => {
  const twin = wired({ metadata: { name: 'twin', uid: 'uid-twin' }, labels: { app: 'twin' } });
  const bare = statefulSet({ metadata: { name: 'twin', uid: 'uid-twin' }, labels: { app: 'twin' } });
  const projected = podOf(bare, { proxy: 'none' });
  const says =
    'Pod/twin-0 of StatefulSet/twin mounts ConfigMap prometheus too and has no certificates at /etc/prom-certs: wire that workload first';
  const rows = [
    { name: 'a wired pod is no obstacle', pod: podOf(twin), closed: undefined },
    { name: 'a pod without certificates is', pod: podOf(bare, { proxy: 'none' }), closed: says },
    { name: 'a pod whose proxy starts is', pod: podOf(twin, { proxy: 'starting' }), closed: says },
    {
      name: 'a pod that mounts it through a projected volume is',
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
      name: 'a pod that has ended is not',
      pod: { ...podOf(bare), status: { phase: 'Succeeded' } },
      closed: undefined,
    },
    {
      name: 'a pod that mounts another ConfigMap is not',
      pod: {
        ...projected,
        spec: { ...projected.spec, volumes: [{ name: 'c', configMap: { name: 'else' } }] },
      },
      closed: undefined,
    },
    {
      name: 'a pod of nobody is, and is named alone',
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

  it('waits where the pods of the namespace may not be read', () => {
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

describe('needs', () => {
  const needs = (seen: SnapshotOptions) =>
    plan(snapshot(seen))
      .needs.map((need) => ('name' in need ? `${need.kind} ${need.name}` : need.kind))
      .toSorted();
  const all = reads({ statefulSet: done });
  const withoutEverybody = Object.fromEntries(
    Object.entries(all).filter(([what]) => what !== 'podsOfNamespace'),
  ) as Answers;

  const rows: { name: string; seen: SnapshotOptions; asks: string[] }[] = [
    {
      name: 'nothing read: pods (for certificates and the guard), config, istiod, injection',
      seen: { reads: {} },
      asks: [
        'ConfigMap prometheus',
        'NamespaceLabels',
        'Pods',
        'Pods',
        'Secret istio.default',
        'Service istiod',
        'WebhookConfigurations',
      ],
    },
    {
      name: 'a wired template: no guard',
      seen: { ...rolled(), reads: {} },
      asks: [
        'ConfigMap prometheus',
        'NamespaceLabels',
        'Pods',
        'Secret istio.default',
        'Service istiod',
        'WebhookConfigurations',
      ],
    },
    {
      name: 'the pods of the namespace only when a config write is at hand',
      seen: { ...rolled(), reads: withoutEverybody },
      asks: ['PodsOfNamespace'],
    },
    {
      name: 'not while the pods are not ready',
      seen: { ...rolled(), reads: { ...withoutEverybody, pods: present([oldPod]) } },
      asks: [],
    },
    {
      name: 'not when the config is right',
      seen: { ...rolled(), reads: { ...withoutEverybody, ...rewritten } },
      asks: [],
    },
    {
      name: 'not when the config is ignored',
      seen: { ...rolled(), resource: scrape({ manage: { config: 'Ignore' } }), reads: withoutEverybody },
      asks: [],
    },
    {
      name: 'policies only where today’s pods intercept',
      seen: {
        ...policies,
        reads: { ...withoutEverybody, pods: present([podOf(legacy)]), inboundPolicies: undefined } as never,
      },
      asks: ['InboundPolicies'],
    },
    {
      name: 'no guard when the workload is ignored',
      seen: {
        resource: scrape({ manage: { workload: 'Ignore' } }),
        reads: { ...withoutEverybody, pods: present([podOf(legacy)]), inboundPolicies: undefined } as never,
      },
      asks: [],
    },
    { name: 'nothing for a halted resource', seen: { statefulSet: { kind: 'absent' }, reads: {} }, asks: [] },
    {
      name: 'nothing when everything is right',
      seen: { ...rolled(), reads: { ...all, ...rewritten } },
      asks: [],
    },
  ];
  it.each(rows)('$name', ({ seen, asks }) => {
    expect(needs(seen)).toEqual(asks);
  });
});

it('is plain data: it survives a round through JSON', () => {
  const made = plan(snapshot({ nowMs: NOW_MS, reads: reads({ pods: [oldPod] }) }));
  expect(JSON.parse(JSON.stringify(made.actions))).toEqual(made.actions);
});
