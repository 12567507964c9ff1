import { describe, expect, it } from 'vitest';
import type { StatefulSet } from '../../src/api/kubernetes.ts';
import type { Condition } from '../../src/api/prometheus-istio-scrape.gen.ts';
import type { Outcome } from '../../src/plan/model/outcome.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { conditionsOf } from '../../src/report/conditions.ts';
import { present } from '../support/answers.ts';
import { configMap } from '../support/config-map.ts';
import { owned } from '../support/owned-objects.ts';
import { scrape } from '../support/scrape.ts';
import { wired } from '../support/stateful-set.ts';
import { PROMETHEUS_YAML, REWRITTEN_YAML } from '../support/world.ts';
import {
  ABSENT,
  NOW,
  actionOn,
  asked,
  conditionAfter,
  configured,
  legacy,
  policies,
  ready,
  reportAfter,
  saidBy,
  type Reconciled,
} from './world.ts';

interface Row extends Reconciled {
  readonly name: string;
  /** `undefined`: the condition is not there. */
  readonly says: Readonly<Record<string, string | undefined>>;
}

function withoutLegacySecret(): StatefulSet {
  const { template, ...spec } = wired().spec;
  const volumes = (template.spec.volumes ?? []).filter(({ name }) => name !== 'istio-certs');
  return wired({ spec: { ...spec, template: { ...template, spec: { ...template.spec, volumes } } } });
}

const rows: readonly Row[] = [
  {
    name: 'Prometheus serves the new paths and has each pool',
    seen: asked({}),
    says: { Ready: 'True Succeeded', Reloaded: 'True Succeeded', TargetsUp: 'True Succeeded' },
  },
  {
    name: 'a pool is missing at a Prometheus that has had time to make it',
    seen: asked({ pools: [], configLoadedMs: 0 }),
    says: { Ready: 'True Succeeded', TargetsUp: 'False PoolMissing' },
  },
  {
    name: 'a pool is missing at a Prometheus that has only just started',
    seen: asked({ pools: [], configLoadedMs: Date.parse(NOW) - 1000 }),
    says: { Ready: 'True Succeeded', TargetsUp: 'Unknown Progressing' },
  },
  {
    name: 'mesh policy is lost while Prometheus goes on',
    seen: { ...asked({}), peerAuthentications: present([]) },
    says: {
      MeshPolicyApplied: 'False Progressing',
      Reloaded: 'True Succeeded',
      TargetsUp: 'True Succeeded',
    },
  },
  {
    name: 'nothing is wired and writes are on their way',
    seen: legacy,
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
    name: 'the template is wired and the pods are old',
    seen: { ...policies, statefulSet: wired(), ...legacy },
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
    name: 'the config is in sync already and the pods are old',
    seen: {
      ...policies,
      statefulSet: wired(),
      reads: { ...legacy.reads, configMaps: { prometheus: present(configMap(REWRITTEN_YAML)) } },
    },
    says: {
      Ready: 'Unknown WaitingForCertificates',
      Reconciling: 'True WaitingForCertificates',
      ConfigRewritten: 'True Succeeded',
    },
  },
  {
    name: 'everything is in sync',
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
    name: 'the template mounts no legacy secret any more',
    seen: configured(REWRITTEN_YAML, withoutLegacySecret()),
    says: { SecretsStale: 'False NoLegacySecret' },
  },
];

describe('conditionsOf', () => {
  it.each(rows)('says how far it is where $name', ({ says, ...reconciled }) => {
    const all = saidBy(conditionsOf(reportAfter(reconciled)));
    expect(Object.fromEntries(Object.keys(says).map((type) => [type, all[type]]))).toEqual(says);
  });

  it.each([
    { name: 'a resource that is ready', seen: ready },
    { name: 'one that is halted', seen: { statefulSet: ABSENT } },
  ])('gives all ten lasting conditions of $name in one order, each with the generation', ({ seen }) => {
    const resource = scrape({}, { metadata: { generation: 7 }, status: { observedGeneration: 7 } });
    const all = conditionsOf(reportAfter({ seen: { ...seen, resource } }));
    expect(all.map(({ type }) => type).filter((type) => type !== 'Stalled')).toEqual([
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
    const seen = { ...ready, sidecars: present([owned('Sidecar'), rival]) };
    expect(conditionAfter({ seen }, 'MeshPolicyApplied')).toMatchObject({
      status: 'True',
      message:
        'Sidecar/meshscrape-prometheus: all 4 fields are in sync; Sidecar/mine selects the same pods; Istio takes one of the two, not both: set spec.manage.sidecar to Ignore and delete ours if there is one, or delete that one',
    });
  });

  it('names each field of a conflict once, with its managers, and the fix', () => {
    const outcomes = (made: Plan): readonly Outcome[] => [
      {
        kind: 'Conflict',
        action: actionOn(made, 'StatefulSet'),
        conflicts: [
          { manager: 'helm', path: '.spec.x' },
          { manager: 'argocd', path: '.spec.y' },
          { manager: 'kubectl-edit', path: '.spec.x' },
        ],
      },
    ];
    const seen = { ...policies, ...legacy };
    expect(conditionAfter({ seen, outcomes }, 'FieldConflict')?.message).toBe(
      'StatefulSet/prometheus: other managers hold .spec.x (helm, kubectl-edit), .spec.y (argocd); change it there, or set spec.conflictPolicy to Force',
    );
  });

  it('goes on saying DriftCorrected until the next drift', () => {
    const drifted: Condition = {
      type: 'Drifted',
      status: 'False',
      reason: 'DriftCorrected',
      message: 'corrected: x',
      lastTransitionTime: NOW,
    };
    const resource = scrape({}, { status: { conditions: [drifted] } });
    expect(conditionAfter({ seen: { ...ready, resource } }, 'Drifted')).toMatchObject({
      reason: 'DriftCorrected',
      message: 'corrected: x',
    });
  });

  const old = (status: Condition['status']): Condition => ({
    type: 'Ready',
    status,
    reason: 'Old',
    message: 'old',
    lastTransitionTime: '2026-01-01T00:00:00Z',
  });
  it.each([
    {
      name: 'leaves lastTransitionTime where only reason and message change',
      was: [old('True')],
      time: '2026-01-01T00:00:00Z',
    },
    { name: 'moves lastTransitionTime where the status flips', was: [old('False')], time: NOW },
    { name: 'moves lastTransitionTime from Unknown to True', was: [old('Unknown')], time: NOW },
    { name: 'sets lastTransitionTime of a new condition to now', was: [], time: NOW },
  ])('$name', ({ was, time }) => {
    const resource = scrape({}, { status: { conditions: was } });
    expect(conditionAfter({ seen: { ...ready, resource } }, 'Ready')).toMatchObject({
      status: 'True',
      lastTransitionTime: time,
    });
  });
});

describe('PROMETHEUS_YAML', () => {
  it('is legacy text, or the tests of this folder test nothing', () => {
    expect(PROMETHEUS_YAML).toContain('/etc/certs/');
  });
});
