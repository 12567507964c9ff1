import { describe, expect, it } from 'vitest';
import { docsAddressOf } from '../../src/api/docs-address.ts';
import type { ManagedFieldsEntry } from '../../src/api/kubernetes.ts';
import type { Condition, PrometheusIstioScrapeStatus } from '../../src/api/prometheus-istio-scrape.gen.ts';
import type { Outcome } from '../../src/plan/model/outcome.ts';
import { plan, type Plan } from '../../src/plan/plan.ts';
import type { ReportedEvent } from '../../src/report/event.ts';
import { eventsOf, templateEvents } from '../../src/report/events.ts';
import { statusOf } from '../../src/report/status.ts';
import { present, reads } from '../support/answers.ts';
import { configMap } from '../support/config-map.ts';
import { annotationFields, entry } from '../support/managed-fields.ts';
import { podOf } from '../support/pod.ts';
import { MANAGER, scrape } from '../support/scrape.ts';
import { snapshot, type SnapshotOptions } from '../support/snapshot.ts';
import { statefulSet, wired, WIRED_VOLUME } from '../support/stateful-set.ts';
import { REWRITTEN_YAML } from '../support/world.ts';
import { ABSENT, conflict, configured, LATER, NOW, policies, ready, UNREADABLE } from './world.ts';

const done = wired();
const rewritten = { configMaps: { prometheus: present(configMap(REWRITTEN_YAML)) } };
const MERGED = 'prometheus.istio.io/merge-metrics';
const driftedBy = (managedFields: readonly ManagedFieldsEntry[]): SnapshotOptions =>
  configured(REWRITTEN_YAML, wired({ metadata: { managedFields }, annotations: { [MERGED]: 'true' } }));
const drifted = driftedBy([]);
/** The same with who did it, after our own write. */
const editedBy = (manager: string): SnapshotOptions => {
  const by = { operation: 'Update', time: '2026-03-01T11:30:00Z' } as const;
  return driftedBy([entry(MANAGER, []), entry(manager, [annotationFields(MERGED)], by)]);
};
const waitingFor = (updateStrategy: object): SnapshotOptions => {
  const of = wired({ spec: { updateStrategy } });
  const old = podOf(statefulSet(), {
    proxy: 'none',
    metadata: { labels: { app: 'prometheus', 'controller-revision-hash': 'prometheus-0' } },
  });
  return { ...configured(REWRITTEN_YAML, of), reads: reads({ statefulSet: of, pods: [old], ...rewritten }) };
};
const notInjected: SnapshotOptions = {
  ...ready,
  reads: reads({ statefulSet: done, pods: [podOf(done, { proxy: 'none' })], ...rewritten }),
};
const observing = { mode: 'Observe' } as const;

interface Seen {
  readonly seen: SnapshotOptions;
  readonly spec?: Parameters<typeof scrape>[0];
  readonly outcomes?: (plan: Plan) => readonly Outcome[];
  /** A snapshot whose drift was corrected. */
  readonly corrects?: SnapshotOptions;
}

/** Reconciliations one after the other, each with the status of the one before; the events of the last. */
function eventsAfter(...steps: readonly Seen[]): readonly ReportedEvent[] {
  let status: PrometheusIstioScrapeStatus | undefined;
  let events: readonly ReportedEvent[] = [];
  for (const { seen, spec, outcomes = () => [], corrects } of steps) {
    const resource = scrape(spec, status === undefined ? {} : { status });
    const made = plan(snapshot({ ...seen, resource }));
    const corrected = corrects === undefined ? [] : plan(snapshot({ ...corrects, resource })).drift;
    const report = { resource, plan: made, outcomes: outcomes(made), corrected, now: NOW };
    status = statusOf(report);
    events = eventsOf({ report, written: report.outcomes, status });
  }
  return events;
}

const short = (all: readonly ReportedEvent[]): readonly string[] =>
  all.map(({ regarding, type, reason }) => `${regarding} ${type} ${reason}`);

describe('eventsOf', () => {
  const taken = { ...policies, statefulSet: statefulSet({ volumes: [{ name: WIRED_VOLUME.name }] }) };
  const rows: readonly { name: string; steps: readonly Seen[]; says: readonly string[] }[] = [
    {
      name: 'a first status reports what is true already, and Ready',
      steps: [{ seen: ready }],
      says: [
        'Resource Normal ConfigRewritten',
        'Resource Warning LegacySecretMounted',
        'Resource Normal AppliedUnverified',
      ],
    },
    {
      name: 'what is under way is no event',
      steps: [{ seen: { ...policies, statefulSet: statefulSet() } }],
      says: ['Resource Warning LegacySecretMounted'],
    },
    { name: 'the same again is no event', steps: [{ seen: ready }, { seen: ready }], says: [] },
    {
      name: 'a new generation that changes nothing is no event',
      steps: [{ seen: ready }, { seen: ready, spec: { interval: '5m' } }],
      says: [],
    },
    {
      name: 'a refusal that only the owner can fix is reported to both',
      steps: [{ seen: { ...policies, statefulSet: statefulSet() } }, { seen: taken }],
      says: ['Resource Warning VolumeNameTaken', 'Workload Warning VolumeNameTaken'],
    },
    {
      name: 'a workload that went is reported to the resource alone, and once',
      steps: [{ seen: ready }, { seen: { statefulSet: ABSENT, nowMs: Date.parse(LATER) } }],
      says: ['Resource Warning WorkloadNotFound'],
    },
    {
      name: 'a pod that only a person replaces is reported to both, and is no warning under OnDelete',
      steps: [{ seen: ready }, { seen: waitingFor({ type: 'OnDelete' }) }],
      says: ['Resource Normal RolloutOnDelete', 'Workload Normal RolloutOnDelete'],
    },
    {
      name: 'a pod that was not injected is a warning to both',
      steps: [{ seen: ready }, { seen: notInjected }],
      says: ['Resource Warning PodNotInjected', 'Workload Warning PodNotInjected'],
    },
    {
      name: 'what may not be read is a warning, though Ready is Unknown',
      steps: [{ seen: ready }, { seen: { statefulSet: UNREADABLE } }],
      says: ['Resource Warning NotAuthorized'],
    },
    {
      name: 'Observe with something pending is no warning',
      steps: [{ seen: { ...policies, statefulSet: statefulSet() }, spec: observing }],
      says: ['Resource Warning LegacySecretMounted', 'Resource Normal PendingChanges'],
    },
    {
      name: 'drift that stays is reported once to both, Ready says it in the same words',
      steps: [{ seen: ready }, { seen: drifted, spec: observing }],
      says: ['Resource Warning DriftDetected', 'Workload Warning DriftDetected'],
    },
    {
      name: 'drift that still stays is no event',
      steps: [{ seen: ready }, { seen: drifted, spec: observing }, { seen: drifted, spec: observing }],
      says: [],
    },
    {
      name: 'drift that is corrected at once is reported to both',
      steps: [{ seen: ready }, { seen: ready, corrects: drifted }],
      says: ['Resource Normal DriftCorrected', 'Workload Normal DriftCorrected'],
    },
    {
      name: 'drift that a person made is a warning where it is corrected',
      steps: [{ seen: ready }, { seen: ready, corrects: editedBy('kubectl-edit') }],
      says: ['Resource Warning DriftCorrected', 'Workload Warning DriftCorrected'],
    },
    {
      name: 'drift that a program made is no warning where it is corrected',
      steps: [{ seen: ready }, { seen: ready, corrects: editedBy('some-controller') }],
      says: ['Resource Normal DriftCorrected', 'Workload Normal DriftCorrected'],
    },
    {
      name: 'the same drift corrected again is reported again, for the series',
      steps: [{ seen: ready }, { seen: ready, corrects: drifted }, { seen: ready, corrects: drifted }],
      says: ['Resource Normal DriftCorrected', 'Workload Normal DriftCorrected'],
    },
    {
      name: 'drift that another manager corrected is reported to the resource',
      steps: [{ seen: ready }, { seen: drifted, spec: observing }, { seen: ready, spec: observing }],
      says: ['Resource Normal NoDriftDetected', 'Resource Normal AppliedUnverified'],
    },
    {
      name: 'a conflict on the StatefulSet is reported once to each, Ready says it in the same words',
      steps: [
        { seen: { ...policies, statefulSet: statefulSet() } },
        { seen: { ...policies, statefulSet: statefulSet() }, outcomes: conflict },
      ],
      says: ['Resource Warning FieldConflict', 'Workload Warning FieldConflict'],
    },
  ];

  it.each(rows)('reports only what changed: $name', ({ steps, says }) => {
    expect(short(eventsAfter(...steps))).toEqual(says);
  });

  it.each(rows)('names the address once in a warning: $name', ({ steps }) => {
    for (const { type, reason, note } of eventsAfter(...steps)) {
      const addresses = note.match(/docs\/troubleshooting[.]md#\w+/g) ?? [];
      if (type === 'Warning') expect(addresses).toEqual([docsAddressOf(reason)]);
      else expect(addresses.length).toBeLessThanOrEqual(1);
    }
  });

  it('says in the words of condition and log what drifted', () => {
    const [first] = eventsAfter({ seen: ready }, { seen: ready, corrects: drifted });
    expect(first).toEqual({
      regarding: 'Resource',
      type: 'Normal',
      reason: 'DriftCorrected',
      action: 'CorrectDrift',
      note: 'corrected: StatefulSet/prometheus: 1 field',
    });
  });
});

describe('eventsOf, for stages 5 and 6', () => {
  const resource = (conditions: readonly Condition[]) => scrape({}, { status: { conditions } });
  const state = (type: string, status: string, reason: string): Condition => ({
    type,
    status: status as Condition['status'],
    reason,
    message: reason,
    observedGeneration: 1,
    lastTransitionTime: NOW,
  });

  it.each([
    ['TargetsUp', 'True Succeeded', 'False TargetsDown', []],
    ['TargetsUp', 'False TargetsDown', 'True Succeeded', []],
    ['TargetsUp', 'Unknown NotVerified', 'True Succeeded', []],
    ['TargetsUp', 'True Succeeded', 'False CertificateFailure', ['Warning CertificateFailure']],
    ['TargetsUp', 'False TargetsDown', 'False PoolMissing', ['Warning PoolMissing']],
    ['TargetsUp', 'False PoolMissing', 'True Succeeded', ['Normal TargetsUp']],
    ['TargetsUp', 'False PoolMissing', 'Unknown WaitingForReload', []],
    ['Ready', 'True Succeeded', 'Unknown WaitingForReload', []],
    ['Ready', 'True Succeeded', 'False PoolMissing', ['Warning PoolMissing']],
    // For the resource and for the owner of the workload.
    [
      'Ready',
      'Unknown WaitingForReload',
      'False RestartNeeded',
      ['Warning RestartNeeded', 'Warning RestartNeeded'],
    ],
    ['Reloaded', 'Unknown NotVerified', 'False WaitingForReload', []],
    ['Reloaded', 'False WaitingForReload', 'False ConfigNotPropagated', ['Warning ConfigNotPropagated']],
    ['Reloaded', 'False ReloadNeeded', 'True Succeeded', ['Normal Reloaded']],
  ] as const)('reports of %s from %s to %s what is worth it', (...[type, from, to, says]) => {
    const [before, after] = [from, to].map((each) => {
      const [status = '', reason = ''] = each.split(' ');
      return state(type, status, reason);
    });
    if (before === undefined || after === undefined) throw new Error('a row has two states');
    const at = resource([before]);
    const made = plan(snapshot({ ...ready, resource: at }));
    const events = eventsOf({
      report: { resource: at, plan: made, outcomes: [], corrected: [], now: NOW },
      written: [],
      status: { conditions: [after] },
    });
    expect(events.map((each) => `${each.type} ${each.reason}`)).toEqual(says);
  });
});

describe('templateEvents', () => {
  const [action] = plan(snapshot({ ...policies, statefulSet: statefulSet() })).actions;
  if (action?.kind !== 'ApplyTemplate') throw new Error(`expected a template write, got ${action?.kind}`);

  it('reports a template write to both', () => {
    expect(short(templateEvents({ kind: 'Written', action, object: undefined }))).toEqual([
      'Resource Normal TemplateWritten',
      'Workload Normal TemplateWritten',
    ]);
  });

  it('reports no write that was lost, no release and no other object', () => {
    expect(templateEvents({ kind: 'Stale', action })).toEqual([]);
    const release = { ...action, kind: 'ReleaseOwnership', operations: [] } as const;
    expect(templateEvents({ kind: 'Written', action: release, object: undefined })).toEqual([]);
    const target = { ...action.target, kind: 'ConfigMap' };
    expect(templateEvents({ kind: 'Written', action: { ...action, target }, object: undefined })).toEqual([]);
  });
});
