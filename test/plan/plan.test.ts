import { describe, expect, it } from 'vitest';
import { plan } from '../../src/plan/plan.ts';
import { present, reads, type Answers } from '../support/answers.ts';
import { owned } from '../support/owned-objects.ts';
import { podOf } from '../support/pod.ts';
import { scrape } from '../support/scrape.ts';
import { NOW_MS, snapshot, type SnapshotOptions } from '../support/snapshot.ts';
import { statefulSet, wired } from '../support/stateful-set.ts';
import { actions, done, legacy, oldPod, policies, rewritten, rolled, waits } from './world.ts';

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
