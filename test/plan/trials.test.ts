import { describe, expect, it } from 'vitest';
import type { StatefulSet } from '../../src/api/kubernetes.ts';
import type { NeedOf } from '../../src/plan/model/reads.ts';
import { plan } from '../../src/plan/plan.ts';
import { present, reads, type Answers } from '../support/answers.ts';
import { podOf } from '../support/pod.ts';
import { scrape } from '../support/scrape.ts';
import { snapshot, type SnapshotOptions } from '../support/snapshot.ts';
import { statefulSet, wired } from '../support/stateful-set.ts';
import { policies } from './world.ts';

type Spec = Parameters<typeof scrape>[0];

interface Options {
  readonly of?: StatefulSet;
  readonly spec?: Spec;
  readonly seen?: SnapshotOptions;
  readonly answers?: Partial<Answers>;
  readonly resource?: Parameters<typeof scrape>[1];
}

/** What would be tried, where no trial was answered yet. */
function asked({ of = statefulSet(), spec = {}, seen = {}, answers = {}, resource }: Options = {}) {
  const all = { ...reads({ statefulSet: of }), ...answers, trials: {} };
  const made = plan(
    snapshot({
      ...seen,
      statefulSet: of,
      resource: scrape({ mode: 'Observe', ...spec }, resource),
      reads: all,
    }),
  );
  return made.needs.filter((need): need is NeedOf<'Trial'> => need.kind === 'Trial');
}

const targets = (options: Options = {}): readonly string[] => asked(options).map(({ target }) => target);
const oldPod = present([podOf(statefulSet(), { proxy: 'none' })]);

describe('planTrials', () => {
  it.each<{ name: string; options: Options; tried: readonly string[] }>([
    {
      name: 'all that Enforce would write at once, in the order of the stages',
      options: { answers: { pods: oldPod } },
      tried: [
        'PeerAuthentication/meshscrape-prometheus',
        'Sidecar/meshscrape-prometheus',
        'StatefulSet/prometheus',
      ],
    },
    {
      name: 'the template where mesh policy is in place',
      options: { seen: policies, answers: { pods: oldPod } },
      tried: ['StatefulSet/prometheus'],
    },
    {
      name: 'the ConfigMap when its stage has come',
      options: { seen: policies, of: wired() },
      tried: ['ConfigMap/prometheus'],
    },
    {
      name: 'one part that alone is observed',
      options: { seen: policies, spec: { mode: 'Enforce', manage: { workload: 'Observe' } } },
      tried: ['StatefulSet/prometheus'],
    },
    { name: 'nothing in Enforce', options: { spec: { mode: 'Enforce' } }, tried: [] },
    { name: 'nothing while suspended', options: { spec: { suspend: true } }, tried: [] },
    {
      name: 'nothing that is ignored',
      options: {
        seen: policies,
        spec: { manage: { workload: 'Ignore' } },
        of: wired({ status: { observedGeneration: 0 } }),
      },
      tried: [],
    },
    {
      name: 'nothing of a workload that is refused',
      options: {
        seen: policies,
        answers: { namespaceLabels: present({ 'istio-injection': 'disabled' }) },
      },
      tried: [],
    },
    {
      name: 'nothing that is in sync',
      options: { seen: policies, of: wired(), spec: { manage: { config: 'Ignore' } } },
      tried: [],
    },
  ])('tries $name', ({ options, tried }) => {
    expect(targets(options)).toEqual(tried);
  });

  it('tries nothing before all else was read', () => {
    const answers = Object.fromEntries(Object.entries(reads()).filter(([key]) => key !== 'podAdmission'));
    const made = plan(
      snapshot({ ...policies, resource: scrape({ mode: 'Observe' }), reads: { ...answers, trials: {} } }),
    );
    expect(made.needs.map(({ kind }) => kind)).toEqual(['PodAdmission']);
  });

  const question = (options: Options): string => {
    const [trial] = asked({ seen: policies, ...options });
    const action = trial?.question.action;
    return JSON.stringify({ ...trial?.question, action: { ...action, resourceVersion: undefined } });
  };
  const status = { observedGeneration: 1, readyReplicas: 0 };
  const edited = { manager: 'kubectl-edit', operation: 'Update', time: '2026-03-01T11:00:00Z' } as const;

  it.each<{ name: string; options: Options }>([
    {
      name: 'the status of the workload moves',
      options: { of: statefulSet({ status, metadata: { resourceVersion: '8' } }) },
    },
    {
      name: 'somebody wrote that status',
      options: { of: statefulSet({ metadata: { managedFields: [{ ...edited, subresource: 'status' }] } }) },
    },
  ])('asks the same question where $name', ({ options }) => {
    expect(question(options)).toBe(question({ of: statefulSet({ metadata: { managedFields: [] } }) }));
  });

  it.each<{ name: string; options: Options }>([
    {
      name: 'somebody wrote the workload',
      options: { of: statefulSet({ metadata: { managedFields: [edited] } }) },
    },
    { name: 'the workload was created anew', options: { of: statefulSet({ metadata: { uid: 'other' } }) } },
    { name: 'other fields are expected', options: { spec: { certificates: { mountPath: '/etc/other' } } } },
    { name: 'a field may be taken now', options: { spec: { conflictPolicy: 'Force' } } },
    {
      name: 'somebody asked for a check',
      options: { resource: { metadata: { annotations: { 'meshscrape.dev/requestedAt': 'now' } } } },
    },
  ])('asks another question where $name', ({ options }) => {
    expect(question(options)).not.toBe(question({}));
  });
});
