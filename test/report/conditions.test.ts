import { describe, expect, it } from 'vitest';
import type { Condition } from '../../src/api/prometheus-istio-scrape.gen.ts';
import type { Action } from '../../src/plan/model/action.ts';
import { fingerprint } from '../../src/plan/model/field.ts';
import type { Outcome } from '../../src/plan/model/outcome.ts';
import { plan, type Plan } from '../../src/plan/plan.ts';
import { conditionsOf } from '../../src/report/conditions.ts';
import { present, reads } from '../support/answers.ts';
import { configMap } from '../support/config-map.ts';
import { entry, OUR_FIELDS } from '../support/managed-fields.ts';
import { owned } from '../support/owned-objects.ts';
import { podOf } from '../support/pod.ts';
import { MANAGER, scrape } from '../support/scrape.ts';
import { snapshot, type SnapshotOptions } from '../support/snapshot.ts';
import { statefulSet, wired } from '../support/stateful-set.ts';
import { PROMETHEUS_YAML, REWRITTEN_YAML } from '../support/world.ts';

const NOW = '2026-03-01T12:00:00Z';
const done = wired();
const policies = {
  peerAuthentications: present([owned('PeerAuthentication')]),
  sidecars: present([owned('Sidecar')]),
};
const rewritten = { configMaps: { prometheus: present(configMap(REWRITTEN_YAML)) } };
const oldPods = { reads: reads({ pods: [podOf(statefulSet(), { proxy: 'none' })] }) };
const rolled = (of = done, more = {}): SnapshotOptions => ({
  ...policies,
  statefulSet: of,
  reads: reads({ statefulSet: of, ...more }),
});
const ready = rolled(done, rewritten);

interface Seen {
  readonly seen?: SnapshotOptions;
  /** What came of the plan's actions. */
  readonly outcomes?: (plan: Plan) => readonly Outcome[];
}

function conditions({ seen = {}, outcomes = () => [] }: Seen): readonly Condition[] {
  const at = snapshot(seen);
  const made = plan(at);
  return conditionsOf({
    resource: at.resource,
    plan: made,
    outcomes: outcomes(made),
    corrected: [],
    now: NOW,
  });
}
const told = (all: readonly Condition[]) =>
  Object.fromEntries(all.map(({ type, status, reason }) => [type, `${status} ${reason}`]));

/** A rewritten world whose Prometheus has answered so. */
function proven(answer: object, seen: SnapshotOptions = ready): SnapshotOptions {
  const pod = podOf(done);
  const prometheus = {
    ...{ kind: 'answered', config: REWRITTEN_YAML, reloadSucceeded: true, configLoadedMs: 0 },
    ...{ pools: ['kubernetes-pods-istio-secure'], targets: [], ...answer },
  };
  const pods = [{ ...pod, status: { ...pod.status, podIP: '10.0.0.7' } }];
  const read = {
    ...reads({ statefulSet: done, pods, ...rewritten }),
    prometheus: { 'prometheus-0': prometheus },
  };
  return { ...seen, reads: read as never };
}

const actionOf = ({ actions }: Plan, kind: string): Action => {
  const found = actions.find(({ target }) => target.kind === kind);
  if (found === undefined) throw new Error(`the plan has no action on ${kind}`);
  return found;
};
const refused =
  (kind: string, forbidden: boolean) =>
  (made: Plan): readonly Outcome[] => [
    { kind: 'Refused', action: actionOf(made, kind), forbidden, message: 'no' },
  ];

describe('conditionsOf', () => {
  const rows: (Seen & { name: string; says: Readonly<Record<string, string | undefined>> })[] = [
    {
      name: 'Prometheus serves the new paths, and has each pool',
      seen: proven({}),
      says: { Ready: 'True Succeeded', Reloaded: 'True Succeeded', TargetsUp: 'True Succeeded' },
    },
    {
      name: 'a pool is missing at a Prometheus that has had time to make it',
      seen: proven({ pools: [] }),
      says: { Ready: 'True Succeeded', TargetsUp: 'False PoolMissing' },
    },
    {
      name: 'a pool is missing at a Prometheus that has only just started',
      seen: proven({ pools: [], configLoadedMs: Date.parse(NOW) - 1000 }),
      says: { Ready: 'True Succeeded', TargetsUp: 'Unknown Progressing' },
    },
    {
      name: 'mesh policy is lost while Prometheus goes on',
      seen: proven({}, { ...ready, peerAuthentications: present([]) }),
      says: {
        MeshPolicyApplied: 'False Progressing',
        Reloaded: 'True Succeeded',
        TargetsUp: 'True Succeeded',
      },
    },
    {
      name: 'nothing wired, writes on their way',
      seen: oldPods,
      says: {
        Ready: 'Unknown Progressing',
        Reconciling: 'True Progressing',
        Stalled: undefined,
        MeshPolicyApplied: 'False Progressing',
        WorkloadWired: 'False Progressing',
        CertificatesReady: 'False WaitingForCertificates',
        ConfigRewritten: 'False WaitingForMeshPolicy',
        Reloaded: 'Unknown NotVerified',
        TargetsUp: 'Unknown NotVerified',
        Drifted: 'False NoDriftDetected',
        FieldConflict: 'False NoConflict',
        SecretsStale: 'True LegacySecretMounted',
      },
    },
    {
      name: 'template wired, pods old',
      seen: { ...policies, statefulSet: done, ...oldPods },
      says: {
        Ready: 'Unknown WaitingForCertificates',
        Reconciling: 'True WaitingForCertificates',
        MeshPolicyApplied: 'True Succeeded',
        WorkloadWired: 'True Succeeded',
        CertificatesReady: 'False WaitingForCertificates',
        ConfigRewritten: 'False WaitingForCertificates',
      },
    },
    {
      name: 'config right already, pods old',
      seen: {
        ...policies,
        statefulSet: done,
        reads: reads({ pods: [podOf(statefulSet(), { proxy: 'none' })], ...rewritten }),
      },
      says: {
        Ready: 'Unknown WaitingForCertificates',
        Reconciling: 'True WaitingForCertificates',
        ConfigRewritten: 'True Succeeded',
      },
    },
    {
      name: 'everything right',
      seen: ready,
      says: {
        Ready: 'True AppliedUnverified',
        Reconciling: undefined,
        Stalled: undefined,
        MeshPolicyApplied: 'True Succeeded',
        WorkloadWired: 'True Succeeded',
        CertificatesReady: 'True Succeeded',
        ConfigRewritten: 'True Succeeded',
      },
    },
    {
      name: 'no legacy secret any more',
      seen: rolled(
        wired({
          spec: {
            template: {
              ...done.spec.template,
              spec: {
                ...done.spec.template.spec,
                volumes: (done.spec.template.spec.volumes ?? []).filter(({ name }) => name !== 'istio-certs'),
              },
            },
          },
        }),
        rewritten,
      ),
      says: { SecretsStale: 'False NoLegacySecret' },
    },
    {
      name: 'no StatefulSet',
      seen: { statefulSet: { kind: 'absent' } },
      says: {
        Ready: 'False WorkloadNotFound',
        Stalled: undefined,
        MeshPolicyApplied: 'Unknown WorkloadNotFound',
        WorkloadWired: 'Unknown WorkloadNotFound',
        CertificatesReady: 'Unknown WorkloadNotFound',
        ConfigRewritten: 'Unknown WorkloadNotFound',
        Drifted: 'Unknown WorkloadNotFound',
        FieldConflict: 'Unknown WorkloadNotFound',
        SecretsStale: 'Unknown WorkloadNotFound',
      },
    },
    {
      name: 'StatefulSets forbidden',
      seen: { statefulSet: { kind: 'unreadable', message: 'no' } },
      says: { Ready: 'Unknown NotAuthorized', Stalled: undefined, WorkloadWired: 'Unknown NotAuthorized' },
    },
    {
      name: 'an older claim',
      seen: {
        resources: [scrape({}, { metadata: { name: 'a', creationTimestamp: '2020-01-01T00:00:00Z' } })],
      },
      says: { Ready: 'False TargetClaimed', Stalled: 'True TargetClaimed' },
    },
    {
      name: 'the volume name taken',
      seen: {
        ...policies,
        statefulSet: statefulSet({ volumes: [{ name: 'istio-output-certs', secret: {} }] }),
        ...oldPods,
      },
      says: {
        Ready: 'False VolumeNameTaken',
        Stalled: 'True VolumeNameTaken',
        WorkloadWired: 'False VolumeNameTaken',
        MeshPolicyApplied: 'True Succeeded',
        ConfigRewritten: 'False WaitingForWorkload',
      },
    },
    {
      name: 'Sidecars not installed',
      seen: { ...ready, sidecars: { kind: 'absent' } },
      says: {
        Ready: 'False IstioNotInstalled',
        Stalled: undefined,
        MeshPolicyApplied: 'False IstioNotInstalled',
        WorkloadWired: 'True Succeeded',
      },
    },
    {
      name: 'Sidecars forbidden',
      seen: { ...ready, sidecars: { kind: 'unreadable', message: 'no' } },
      says: { Ready: 'Unknown NotAuthorized', MeshPolicyApplied: 'Unknown NotAuthorized' },
    },
    {
      name: 'PeerAuthentications forbidden',
      seen: { ...ready, peerAuthentications: { kind: 'unreadable', message: 'no' } },
      says: { Ready: 'Unknown NotAuthorized', MeshPolicyApplied: 'Unknown NotAuthorized' },
    },
    {
      name: 'Sidecar ignored',
      seen: { ...ready, sidecars: { kind: 'absent' }, resource: scrape({ manage: { sidecar: 'Ignore' } }) },
      says: { Ready: 'True AppliedUnverified', MeshPolicyApplied: 'True Succeeded' },
    },
    {
      name: 'PeerAuthentication ignored',
      seen: {
        ...ready,
        peerAuthentications: { kind: 'absent' },
        resource: scrape({ manage: { peerAuthentication: 'Ignore' } }),
      },
      says: { Ready: 'True AppliedUnverified', MeshPolicyApplied: 'Unknown Ignored' },
    },
    {
      name: 'workload ignored',
      seen: { ...ready, resource: scrape({ manage: { workload: 'Ignore' } }) },
      says: { Ready: 'True AppliedUnverified', WorkloadWired: 'Unknown Ignored' },
    },
    {
      name: 'pods forbidden',
      seen: {
        ...ready,
        reads: { ...reads(rewritten), pods: { kind: 'unreadable', message: 'no' } },
      },
      says: { Ready: 'Unknown NotAuthorized', CertificatesReady: 'Unknown NotAuthorized' },
    },
    {
      name: 'a ConfigMap that is missing',
      seen: rolled(done, { configMaps: { prometheus: { kind: 'absent' } } }),
      says: {
        Ready: 'False ConfigMapNotFound',
        Stalled: undefined,
        ConfigRewritten: 'False ConfigMapNotFound',
      },
    },
    {
      name: 'a ConfigMap that is forbidden',
      seen: rolled(done, { configMaps: { prometheus: { kind: 'unreadable', message: 'no' } } }),
      says: { Ready: 'Unknown NotAuthorized', ConfigRewritten: 'Unknown NotAuthorized' },
    },
    {
      name: 'a file that cannot be parsed',
      seen: rolled(done, { configMaps: { prometheus: present(configMap('a: [')) } }),
      says: {
        Ready: 'False ConfigUnparsable',
        Stalled: 'True ConfigUnparsable',
        ConfigRewritten: 'False ConfigUnparsable',
      },
    },
    {
      name: 'a proxy before 1.12',
      seen: rolled(done, { pods: [podOf(done, { proxyImage: 'istio/proxyv2:1.9.5' })] }),
      says: {
        Ready: 'False ProofImpossible',
        Stalled: 'True ProofImpossible',
        CertificatesReady: 'Unknown ProofImpossible',
      },
    },
    {
      name: 'a peer without certificates',
      seen: rolled(done, {
        podsOfNamespace: present([podOf(statefulSet({ metadata: { name: 'twin', uid: 't' } }))]),
      }),
      says: {
        Ready: 'Unknown SharedConfigNotWired',
        Reconciling: 'True SharedConfigNotWired',
        ConfigRewritten: 'False SharedConfigNotWired',
      },
    },
    {
      name: 'Observe with differences',
      seen: { resource: scrape({ mode: 'Observe' }), ...oldPods },
      says: {
        Ready: 'False PendingChanges',
        Reconciling: undefined,
        Stalled: undefined,
        MeshPolicyApplied: 'False PendingChanges',
        WorkloadWired: 'False WaitingForMeshPolicy',
      },
    },
    {
      name: 'Observe, waiting for pods',
      seen: { ...policies, statefulSet: done, ...oldPods, resource: scrape({ mode: 'Observe' }) },
      says: { Ready: 'Unknown WaitingForCertificates', Reconciling: 'True WaitingForCertificates' },
    },
    {
      name: 'Observe, all right',
      seen: { ...ready, resource: scrape({ mode: 'Observe' }) },
      says: { Ready: 'True AppliedUnverified', WorkloadWired: 'True Succeeded' },
    },
    {
      name: 'suspended with differences',
      seen: { resource: scrape({ suspend: true }), ...oldPods },
      says: { Ready: 'False Suspended', Reconciling: undefined },
    },
    {
      name: 'drift that waits for a rollout is waited for',
      seen: {
        ...rolled(
          wired({
            metadata: { managedFields: [entry(MANAGER, OUR_FIELDS)] },
            labels: { 'sidecar.istio.io/inject': 'false' },
            status: { observedGeneration: 1, currentRevision: 'a', updateRevision: 'b' },
          }),
          rewritten,
        ),
        resource: scrape({}, { status: { observedGeneration: 1 } }),
      },
      says: {
        Ready: 'Unknown WaitingForRollout',
        Reconciling: 'True WaitingForRollout',
        WorkloadWired: 'False WaitingForRollout',
        Drifted: 'True DriftDetected',
      },
    },
    {
      name: 'drift in Observe',
      seen: {
        ...rolled(
          wired({
            metadata: { managedFields: [entry(MANAGER, OUR_FIELDS)] },
            labels: { 'sidecar.istio.io/inject': 'false' },
          }),
          rewritten,
        ),
        resource: scrape({ mode: 'Observe' }),
      },
      says: {
        Ready: 'False DriftDetected',
        Reconciling: undefined,
        WorkloadWired: 'False DriftDetected',
        Drifted: 'True DriftDetected',
      },
    },
    {
      name: 'drift under suspend',
      seen: {
        ...rolled(
          wired({
            metadata: { managedFields: [entry(MANAGER, OUR_FIELDS)] },
            labels: { 'sidecar.istio.io/inject': 'false' },
          }),
          rewritten,
        ),
        resource: scrape({ suspend: true }),
      },
      says: { Ready: 'False Suspended', Drifted: 'True DriftDetected' },
    },
    {
      name: 'a write that admission refused',
      seen: { ...policies, ...oldPods },
      outcomes: refused('StatefulSet', false),
      says: {
        Ready: 'False WriteRefused',
        Stalled: 'True WriteRefused',
        WorkloadWired: 'False WriteRefused',
      },
    },
    {
      name: 'a write that is forbidden',
      seen: { ...policies, ...oldPods },
      outcomes: refused('StatefulSet', true),
      says: { Ready: 'Unknown NotAuthorized', Stalled: undefined, WorkloadWired: 'Unknown NotAuthorized' },
    },
    {
      name: 'a Sidecar that admission refused',
      seen: { ...ready, sidecars: present([]) },
      outcomes: refused('Sidecar', false),
      says: {
        Ready: 'False WriteRefused',
        MeshPolicyApplied: 'False WriteRefused',
        WorkloadWired: 'True Succeeded',
      },
    },
    {
      name: 'a conflict',
      seen: { ...policies, ...oldPods },
      outcomes: (made) => [
        {
          kind: 'Conflict',
          action: actionOf(made, 'StatefulSet'),
          conflicts: [{ manager: 'helm', path: '.spec.x' }],
        },
      ],
      says: {
        Ready: 'False FieldConflict',
        Stalled: 'True FieldConflict',
        WorkloadWired: 'False FieldConflict',
        FieldConflict: 'True FieldConflict',
      },
    },
    {
      name: 'a write without an answer, and what it held back',
      seen: oldPods,
      outcomes: (made) => [
        { kind: 'Failed', action: actionOf(made, 'PeerAuthentication'), message: 'connection reset' },
        { kind: 'Skipped', action: actionOf(made, 'StatefulSet') },
      ],
      says: {
        Ready: 'Unknown ProgressingWithRetry',
        Reconciling: 'True ProgressingWithRetry',
        MeshPolicyApplied: 'False ProgressingWithRetry',
        WorkloadWired: 'False WaitingForMeshPolicy',
      },
    },
    {
      name: 'one refused job among good ones',
      seen: rolled(done, {
        configMaps: {
          prometheus: present(
            configMap(
              `${REWRITTEN_YAML}- job_name: inline\n  tls_config:\n    ca: |\n      PEM\n    cert_file: /etc/certs/cert-chain.pem\n    key_file: /etc/certs/key.pem\n`,
            ),
          ),
        },
      }),
      says: { Ready: 'False JobsRefused', Stalled: 'True JobsRefused', ConfigRewritten: 'False JobsRefused' },
    },
  ];
  it.each(rows)('$name', ({ says, ...seen }) => {
    const all = told(conditions(seen));
    expect(Object.fromEntries(Object.keys(says).map((type) => [type, all[type]]))).toEqual(says);
  });

  it.each([
    { name: 'ready', seen: ready },
    { name: 'halted', seen: { statefulSet: { kind: 'absent' as const } } },
  ])('gives all ten lasting conditions in one order, restamped ($name)', ({ seen }) => {
    const resource = scrape({}, { metadata: { generation: 7 } });
    const all = conditions({ seen: { ...seen, resource } });
    expect(all.map(({ type }) => type)).toEqual([
      'Ready',
      'MeshPolicyApplied',
      'WorkloadWired',
      'CertificatesReady',
      'ConfigRewritten',
      'Reloaded',
      'TargetsUp',
      'Drifted',
      'FieldConflict',
      'SecretsStale',
    ]);
    expect(new Set(all.map(({ observedGeneration }) => observedGeneration))).toEqual(new Set([7]));
  });

  it('names what a rival or a second Sidecar does beside a good state', () => {
    const rival = owned('Sidecar', undefined, { name: 'mine', labels: {}, annotations: {} });
    const all = conditions({ seen: { ...ready, sidecars: present([owned('Sidecar'), rival]) } });
    expect(all.find(({ type }) => type === 'MeshPolicyApplied')).toMatchObject({
      status: 'True',
      message:
        'Sidecar/meshscrape-prometheus: all 4 fields are in sync; Sidecar/mine selects the same pods; Istio takes one of the two, not both: delete one',
    });
  });

  it('names field and manager of a conflict, and the way out', () => {
    const outcomes = (made: Plan): readonly Outcome[] => [
      {
        kind: 'Conflict',
        action: actionOf(made, 'StatefulSet'),
        conflicts: [
          { manager: 'helm', path: '.spec.x' },
          { manager: 'argocd', path: '.spec.y' },
        ],
      },
    ];
    const all = conditions({ seen: { ...policies, ...oldPods }, outcomes });
    expect(all.find(({ type }) => type === 'FieldConflict')?.message).toBe(
      'StatefulSet/prometheus: other managers hold .spec.x (helm), .spec.y (argocd); change it there, or set spec.conflictPolicy to Force',
    );
  });
});

describe('lastTransitionTime', () => {
  const before = '2026-01-01T00:00:00Z';
  const old = (status: 'True' | 'False' | 'Unknown', reason = 'Old'): Condition => ({
    type: 'Ready',
    status,
    reason,
    message: 'old',
    lastTransitionTime: before,
  });
  const readyAfter = (condition: Condition[]) =>
    conditions({ seen: { ...ready, resource: scrape({}, { status: { conditions: condition } }) } })[0];

  it.each([
    { name: 'stands when only reason and message change', was: [old('True')], time: before },
    { name: 'moves when the status flips', was: [old('False')], time: NOW },
    { name: 'moves from Unknown to True', was: [old('Unknown')], time: NOW },
    { name: 'is now for a new condition', was: [], time: NOW },
  ])('$name', ({ was, time }) => {
    expect(readyAfter(was)).toMatchObject({ type: 'Ready', status: 'True', lastTransitionTime: time });
  });
});

it('DriftCorrected stays visible until the next drift', () => {
  const drifted: Condition = {
    type: 'Drifted',
    status: 'False',
    reason: 'DriftCorrected',
    message: 'corrected: x',
    lastTransitionTime: NOW,
  };
  const all = conditions({ seen: { ...ready, resource: scrape({}, { status: { conditions: [drifted] } }) } });
  expect(all.find(({ type }) => type === 'Drifted')).toMatchObject({
    reason: 'DriftCorrected',
    message: 'corrected: x',
  });
});

it('the fixture is legacy text, or these tests test nothing', () => {
  expect([PROMETHEUS_YAML.includes('/etc/certs/'), fingerprint([])]).toEqual([true, '4f53cda18c2b']);
});
