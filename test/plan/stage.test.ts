import { describe, expect, it } from 'vitest';
import { fingerprint } from '../../src/plan/model/field.ts';
import { plan } from '../../src/plan/plan.ts';
import { planWorkload } from '../../src/plan/workload/workload.ts';
import { present, reads } from '../support/answers.ts';
import { entry, OUR_FIELDS } from '../support/managed-fields.ts';
import { podOf } from '../support/pod.ts';
import { MANAGER, scrape } from '../support/scrape.ts';
import { snapshot, subject, type SnapshotOptions } from '../support/snapshot.ts';
import { statefulSet, wired, WIRED_VOLUME } from '../support/stateful-set.ts';
import { actions, done, oldPod, policies, rewritten, rolled, waits } from './world.ts';

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
