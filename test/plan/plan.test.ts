import { describe, expect, it } from 'vitest';
import { plan } from '../../src/plan/plan.ts';
import { present, reads, type Answers } from '../support/answers.ts';
import { configMap } from '../support/config-map.ts';
import { entry, OUR_FIELDS } from '../support/managed-fields.ts';
import { owned } from '../support/owned-objects.ts';
import { podOf } from '../support/pod.ts';
import { MANAGER, scrape } from '../support/scrape.ts';
import { NOW_MS, snapshot, type SnapshotOptions } from '../support/snapshot.ts';
import { statefulSet, wired } from '../support/stateful-set.ts';
import { PROMETHEUS_YAML } from '../support/world.ts';
import { actions, done, legacy, oldPod, policies, rewritten, rolled, waits } from './world.ts';

describe('plan', () => {
  const rows: { name: string; seen: SnapshotOptions; does: string[]; waits: object }[] = [
    {
      name: 'writes mesh policy and template together where nothing exists, and the configuration waits',
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
      name: 'writes the template where the mesh policy exists',
      seen: { ...policies, reads: reads({ pods: [oldPod] }) },
      does: ['ApplyTemplate StatefulSet'],
      waits: { StatefulSet: 'Write', ConfigMap: 'WorkloadWired' },
    },
    {
      name: 'writes nothing while the pod of a wired template is old',
      seen: { ...policies, statefulSet: done, reads: reads({ pods: [oldPod] }) },
      does: [],
      waits: { ConfigMap: 'CertificatesReady' },
    },
    {
      name: 'writes nothing while the controller has not observed a wired template',
      seen: {
        ...policies,
        statefulSet: wired({ metadata: { generation: 2 }, status: { observedGeneration: 1 } }),
        reads: reads({ statefulSet: done }),
      },
      does: [],
      waits: { ConfigMap: 'CertificatesReady' },
    },
    {
      name: 'writes the configuration once the pod has its certificates',
      seen: rolled(),
      does: ['PatchObject ConfigMap'],
      waits: { ConfigMap: 'Write' },
    },
    {
      name: 'writes a missing Sidecar together with the configuration, which does not wait for it',
      seen: { ...rolled(), sidecars: present([]) },
      does: ['ApplyOwned Sidecar', 'PatchObject ConfigMap'],
      waits: { Sidecar: 'Write', ConfigMap: 'Write' },
    },
    {
      name: 'writes the configuration where the CRD of Sidecars is missing',
      seen: { ...rolled(), sidecars: { kind: 'absent' } },
      does: ['PatchObject ConfigMap'],
      waits: { ConfigMap: 'Write' },
    },
    {
      name: 'keeps the template back where the CRD of PeerAuthentications is missing',
      seen: { peerAuthentications: { kind: 'absent' }, reads: reads({ pods: [oldPod] }) },
      does: ['ApplyOwned Sidecar'],
      waits: { Sidecar: 'Write', StatefulSet: 'MeshPolicyApplied', ConfigMap: 'MeshPolicyApplied' },
    },
    {
      name: 'keeps the template back where a rival makes our PeerAuthentication inert',
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
      name: 'writes the template at once where the mesh policy is ignored',
      seen: {
        resource: scrape({ manage: { peerAuthentication: 'Ignore', sidecar: 'Ignore' } }),
        reads: reads({ pods: [oldPod] }),
      },
      does: ['ApplyTemplate StatefulSet'],
      waits: { StatefulSet: 'Write', ConfigMap: 'WorkloadWired' },
    },
    {
      name: 'writes the configuration with no pod to wait for at zero replicas',
      seen: { ...rolled(wired({ spec: { replicas: 0 } })), reads: reads({ pods: [] }) },
      does: ['PatchObject ConfigMap'],
      waits: { ConfigMap: 'Write' },
    },
    {
      name: 'keeps the configuration back while OnDelete keeps the old pod',
      seen: {
        ...policies,
        statefulSet: wired({ spec: { updateStrategy: { type: 'OnDelete' } } }),
        reads: reads({ pods: [oldPod] }),
      },
      does: [],
      waits: { ConfigMap: 'CertificatesReady' },
    },
    {
      name: 'keeps the configuration back while a partition keeps an old pod',
      seen: {
        ...policies,
        statefulSet: wired({ spec: { replicas: 2, updateStrategy: { rollingUpdate: { partition: 1 } } } }),
        reads: reads({ pods: [oldPod, podOf(done, { name: 'prometheus-1' })] }),
      },
      does: [],
      waits: { ConfigMap: 'CertificatesReady' },
    },
    {
      name: 'keeps the configuration back until a proxy before 1.12 has proved itself',
      seen: { ...rolled(), reads: reads({ pods: [podOf(done, { proxyImage: 'istio/proxyv2:1.9.5' })] }) },
      does: [],
      waits: { ConfigMap: 'CertificatesReady' },
    },
    {
      name: 'writes nothing where everything is in sync',
      seen: { ...rolled(), reads: reads({ statefulSet: done, ...rewritten }) },
      does: [],
      waits: {},
    },
    {
      name: 'writes only the PeerAuthentication where all else is in sync',
      seen: {
        ...rolled(),
        peerAuthentications: present([]),
        reads: reads({ statefulSet: done, ...rewritten }),
      },
      does: ['ApplyOwned PeerAuthentication'],
      waits: { PeerAuthentication: 'Write' },
    },
    {
      name: 'writes the template before a legacy job where a field of the template differs',
      seen: rolled(wired({ labels: { 'sidecar.istio.io/inject': 'false' } })),
      does: ['ApplyTemplate StatefulSet'],
      waits: { StatefulSet: 'Write', ConfigMap: 'WorkloadWired' },
    },
    {
      name: 'writes the mesh policy alone where the volume name is taken',
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

  it('keeps the template back while inbound policies would be bypassed, and says so under Observe too', () => {
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
    const observed = plan(snapshot({ ...inMesh, resource: scrape({ mode: 'Observe' }) }));
    expect(observed.evaluation?.parts.workload.refusal?.reason).toBe('InboundPolicyWouldBeBypassed');
  });

  it("creates nothing for a selector that reaches another workload's pods", () => {
    const foreign = podOf(wired({ metadata: { name: 'else', uid: 'else' } }));
    const made = plan(snapshot({ reads: reads({ pods: [oldPod, foreign] }) }));
    expect([actions(made), made.evaluation?.parts.sidecar.refusal?.reason]).toEqual([[], 'SelectorTooWide']);
  });

  it('lists the files of the configuration among the uses of a secret, and the findings of every concern', () => {
    const text = `${PROMETHEUS_YAML}remote_write:\n- url: x\n  tls_config:\n    ca_file: /etc/certs/root-cert.pem\n`;
    const configMaps = { prometheus: present(configMap(text)) };
    const of = statefulSet({ annotations: { 'proxy.istio.io/config': 'proxyMetadata: {OUTPUT_CERTS: /x}' } });
    const webhookConfigurations = { kind: 'unreadable', message: 'forbidden' } as const;
    const answers = reads({ statefulSet: of, configMaps, webhookConfigurations });
    const made = plan(snapshot({ statefulSet: of, reads: answers }));
    const uses = made.evaluation?.staleSecrets.secrets.flatMap((each) => each.uses.map(({ path }) => path));
    expect(uses).toContain('remote_write[0].tls_config.ca_file');
    expect(made.evaluation?.findings.map(({ code }) => code)).toEqual([
      'StalePath',
      'InjectionUnknown',
      'OutputDirectoryNotMounted',
      'HoldMissing',
      'InterceptionOn',
      'MetricsMerged',
    ]);
  });

  const right = reads({ statefulSet: done, ...rewritten });
  const unread = { ...right, configMaps: {} };
  const wrong = wired({ labels: { 'sidecar.istio.io/inject': 'false' } });
  it.each([
    { name: 'everything before is in sync', seen: { ...rolled(), reads: right }, asks: true },
    {
      name: 'the mesh policy alone differs',
      seen: { ...rolled(), peerAuthentications: present([]), reads: right },
      asks: true,
    },
    {
      name: 'the template differs',
      seen: { ...rolled(wrong), reads: reads({ statefulSet: wrong, ...rewritten }) },
      asks: false,
    },
    { name: 'the configuration differs', seen: rolled(), asks: false },
    { name: 'the configuration was not read', seen: { ...rolled(), reads: unread }, asks: false },
    {
      name: 'a pod is old',
      seen: { ...rolled(), reads: { ...right, pods: present([oldPod]) } },
      asks: false,
    },
  ])('proves and renews where $name: $asks', ({ seen, asks }) => {
    const { evaluation } = plan(snapshot(seen));
    expect([evaluation?.proof !== undefined, evaluation?.renewal !== undefined]).toEqual([asks, asks]);
  });

  it('reloads Prometheus after the writes', () => {
    const pod = podOf(done);
    const answers = reads({
      ...{ statefulSet: done, ...rewritten },
      pods: [{ ...pod, status: { ...pod.status, podIP: '10.0.0.7' } }],
      prometheus: {
        'prometheus-0': {
          ...{ kind: 'answered', config: PROMETHEUS_YAML, reloadSucceeded: true, configLoadedMs: 1000 },
          ...{ pools: [], targets: [] },
        },
      },
    });
    const resource = scrape({ config: { reload: 'Http' } });
    const made = plan(snapshot({ ...rolled(), sidecars: present([]), resource, reads: answers }));
    expect(actions(made)).toEqual(['ApplyOwned Sidecar', 'ReloadPrometheus StatefulSet']);
  });

  it('asks again at the earliest of all times', () => {
    const hourMs = 3_600_000;
    const expiry = { kind: 'Known', notAfterMs: NOW_MS + 24 * hourMs + hourMs } as const;
    const secrets = { 'istio.default': present({ type: 'istio.io/key-and-cert', expiry, rootKeys: [] }) };
    const of = wired({
      labels: { 'sidecar.istio.io/inject': 'false' },
      metadata: { managedFields: [entry(MANAGER, OUR_FIELDS, { time: '2026-03-01T11:56:00Z' })] },
    });
    const resource = scrape({}, { status: { observedGeneration: 1 } });
    const at = (statefulSet: typeof of) =>
      plan(snapshot({ ...rolled(statefulSet), resource, reads: reads({ statefulSet, secrets }) }))
        .retryAfterMs;
    expect([at(of), at(done)]).toEqual([360_000, hourMs]);
  });

  it('makes actions of plain data, which survive a round through JSON', () => {
    const made = plan(snapshot({ nowMs: NOW_MS, reads: reads({ pods: [oldPod] }) }));
    expect(JSON.parse(JSON.stringify(made.actions))).toEqual(made.actions);
  });
});

describe('plan, in its needs', () => {
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
      name: 'asks for pods, configuration, istiod and injection where nothing was read',
      seen: { reads: {} },
      asks: [
        'ConfigMap prometheus',
        'Namespace',
        'NamespaceLabels',
        'Pods',
        'Pods',
        'Secret istio.default',
        'Service istiod',
        'WebhookConfigurations',
      ],
    },
    {
      name: 'asks for the pods once where the template is wired and needs no guard',
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
      name: 'asks for the pods of the namespace when the configuration is about to be written',
      seen: { ...rolled(), reads: withoutEverybody },
      asks: ['PodsOfNamespace'],
    },
    {
      name: 'does not ask for the pods of the namespace while its own are not ready',
      seen: { ...rolled(), reads: { ...withoutEverybody, pods: present([oldPod]) } },
      asks: [],
    },
    {
      name: 'does not ask for the pods of the namespace where the configuration is in sync',
      seen: { ...rolled(), reads: { ...withoutEverybody, ...rewritten } },
      asks: [],
    },
    {
      name: 'does not ask for the pods of the namespace where the configuration is ignored',
      seen: { ...rolled(), resource: scrape({ manage: { config: 'Ignore' } }), reads: withoutEverybody },
      asks: [],
    },
    {
      name: 'asks for inbound policies where the pods of today intercept',
      seen: {
        ...policies,
        reads: { ...withoutEverybody, pods: present([podOf(legacy)]), inboundPolicies: undefined } as never,
      },
      asks: ['InboundPolicies', 'PodsOfNamespace'],
    },
    {
      name: 'does not ask for inbound policies where workload and PeerAuthentication are ignored',
      seen: {
        resource: scrape({ manage: { workload: 'Ignore', peerAuthentication: 'Ignore' } }),
        reads: { ...all, pods: present([podOf(legacy)]), inboundPolicies: undefined } as never,
      },
      asks: [],
    },
    {
      name: 'asks for the other kinds of that name where the workload does not exist',
      seen: { statefulSet: { kind: 'absent' }, reads: {} },
      asks: ['Namesakes'],
    },
    {
      name: 'asks for nothing where everything is in sync',
      seen: { ...rolled(), reads: { ...all, ...rewritten } },
      asks: [],
    },
  ];
  it.each(rows)('$name', ({ seen, asks }) => {
    expect(needs(seen)).toEqual(asks);
  });
});
