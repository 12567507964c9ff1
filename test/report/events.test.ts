import { describe, expect, it } from 'vitest';
import { docsAddressOf } from '../../src/api/docs-address.ts';
import type { Condition, PrometheusIstioScrapeStatus } from '../../src/api/prometheus-istio-scrape.gen.ts';
import type { Outcome } from '../../src/plan/model/outcome.ts';
import { plan, type Plan } from '../../src/plan/plan.ts';
import type { ReportedEvent } from '../../src/report/event.ts';
import { eventsOf, templateEvents } from '../../src/report/events.ts';
import { statusOf } from '../../src/report/status.ts';
import { present, reads } from '../support/answers.ts';
import { configMap } from '../support/config-map.ts';
import { owned } from '../support/owned-objects.ts';
import { podOf } from '../support/pod.ts';
import { scrape } from '../support/scrape.ts';
import { snapshot, type SnapshotOptions } from '../support/snapshot.ts';
import { statefulSet, wired, WIRED_VOLUME } from '../support/stateful-set.ts';
import { REWRITTEN_YAML } from '../support/world.ts';

const NOW = '2026-03-01T12:00:00Z';
const done = wired();
const rewritten = { configMaps: { prometheus: present(configMap(REWRITTEN_YAML)) } };
const policies = {
  peerAuthentications: present([owned('PeerAuthentication')]),
  sidecars: present([owned('Sidecar')]),
};
const rolled = (of = done): SnapshotOptions => ({
  ...policies,
  statefulSet: of,
  reads: reads({ statefulSet: of, ...rewritten }),
});
const ready = rolled();
const drifted = rolled(wired({ annotations: { 'prometheus.istio.io/merge-metrics': 'true' } }));
const waitingFor = (updateStrategy: object): SnapshotOptions => {
  const of = wired({ spec: { updateStrategy } });
  const old = podOf(statefulSet(), {
    proxy: 'none',
    metadata: { labels: { app: 'prometheus', 'controller-revision-hash': 'prometheus-0' } },
  });
  return { ...rolled(of), reads: reads({ statefulSet: of, pods: [old], ...rewritten }) };
};
const notInjected: SnapshotOptions = {
  ...ready,
  reads: reads({ statefulSet: done, pods: [podOf(done, { proxy: 'none' })], ...rewritten }),
};
const observing = { mode: 'Observe' } as const;

interface Look {
  readonly seen: SnapshotOptions;
  readonly spec?: Parameters<typeof scrape>[0];
  readonly outcomes?: (plan: Plan) => readonly Outcome[];
  /** A snapshot whose drift this look has put right. */
  readonly putRight?: SnapshotOptions;
}

/** Looks one after the other, each with the status of the one before; the news of the last. */
function eventsAfter(...looks: readonly Look[]): readonly ReportedEvent[] {
  let status: PrometheusIstioScrapeStatus | undefined;
  let news: readonly ReportedEvent[] = [];
  for (const { seen, spec, outcomes = () => [], putRight } of looks) {
    const resource = scrape(spec, status === undefined ? {} : { status });
    const made = plan(snapshot({ ...seen, resource }));
    const corrected = putRight === undefined ? [] : plan(snapshot({ ...putRight, resource })).drift;
    const report = { resource, plan: made, outcomes: outcomes(made), corrected, now: NOW };
    status = statusOf(report);
    news = eventsOf({ report, written: report.outcomes, status });
  }
  return news;
}

const short = (all: readonly ReportedEvent[]): readonly string[] =>
  all.map(({ regarding, type, reason }) => `${regarding} ${type} ${reason}`);

const conflict = ({ actions }: Plan): readonly Outcome[] =>
  actions.slice(0, 1).map((action) => ({
    kind: 'Conflict',
    action,
    conflicts: [{ manager: 'helm', path: '.spec.template.metadata.labels' }],
  }));

describe('newsOf', () => {
  const taken = { ...policies, statefulSet: statefulSet({ volumes: [{ name: WIRED_VOLUME.name }] }) };
  const rows: readonly { name: string; looks: readonly Look[]; says: readonly string[] }[] = [
    {
      name: 'a first look tells what is true already, and how Ready stands',
      looks: [{ seen: ready }],
      says: [
        'Resource Normal ConfigRewritten',
        'Resource Normal LegacySecretMounted',
        'Resource Normal AppliedUnverified',
      ],
    },
    {
      name: 'what is under way is no news',
      looks: [{ seen: { ...policies, statefulSet: statefulSet() } }],
      says: ['Resource Normal LegacySecretMounted'],
    },
    { name: 'the same again is no news', looks: [{ seen: ready }, { seen: ready }], says: [] },
    {
      name: 'a new generation that changes nothing is no news',
      looks: [{ seen: ready }, { seen: ready, spec: { interval: '5m' } }],
      says: [],
    },
    {
      name: 'a refusal that only the owner can mend is told to both',
      looks: [{ seen: { ...policies, statefulSet: statefulSet() } }, { seen: taken }],
      says: ['Resource Warning VolumeNameTaken', 'Workload Warning VolumeNameTaken'],
    },
    {
      name: 'a workload that went is told to the resource alone, and once',
      looks: [{ seen: ready }, { seen: { statefulSet: { kind: 'absent' } } }],
      says: ['Resource Warning WorkloadNotFound'],
    },
    {
      name: 'a pod that only a person replaces is told to both, and is no warning under OnDelete',
      looks: [{ seen: ready }, { seen: waitingFor({ type: 'OnDelete' }) }],
      says: ['Resource Normal RolloutOnDelete', 'Workload Normal RolloutOnDelete'],
    },
    {
      name: 'a pod that was not injected is a warning to both',
      looks: [{ seen: ready }, { seen: notInjected }],
      says: ['Resource Warning PodNotInjected', 'Workload Warning PodNotInjected'],
    },
    {
      name: 'what may not be read is a warning, though Ready is Unknown',
      looks: [{ seen: ready }, { seen: { statefulSet: { kind: 'unreadable', message: 'forbidden' } } }],
      says: ['Resource Warning NotAuthorized'],
    },
    {
      name: 'Observe with something pending is no warning',
      looks: [{ seen: { ...policies, statefulSet: statefulSet() }, spec: observing }],
      says: ['Resource Normal LegacySecretMounted', 'Resource Normal PendingChanges'],
    },
    {
      name: 'drift that stands is told once to both, Ready says it in the same words',
      looks: [{ seen: ready }, { seen: drifted, spec: observing }],
      says: ['Resource Warning DriftDetected', 'Workload Warning DriftDetected'],
    },
    {
      name: 'drift that goes on standing is no news',
      looks: [{ seen: ready }, { seen: drifted, spec: observing }, { seen: drifted, spec: observing }],
      says: [],
    },
    {
      name: 'drift that is put right in the look that finds it',
      looks: [{ seen: ready }, { seen: ready, putRight: drifted }],
      says: ['Resource Normal DriftCorrected', 'Workload Normal DriftCorrected'],
    },
    {
      name: 'the same drift put right again is told again, for the series',
      looks: [{ seen: ready }, { seen: ready, putRight: drifted }, { seen: ready, putRight: drifted }],
      says: ['Resource Normal DriftCorrected', 'Workload Normal DriftCorrected'],
    },
    {
      name: 'drift that somebody else put right',
      looks: [{ seen: ready }, { seen: drifted, spec: observing }, { seen: ready, spec: observing }],
      says: ['Resource Normal NoDriftDetected', 'Resource Normal AppliedUnverified'],
    },
    {
      name: 'a conflict on the StatefulSet is told once to each, Ready says it in the same words',
      looks: [
        { seen: { ...policies, statefulSet: statefulSet() } },
        { seen: { ...policies, statefulSet: statefulSet() }, outcomes: conflict },
      ],
      says: ['Resource Warning FieldConflict', 'Workload Warning FieldConflict'],
    },
  ];

  it.each(rows)('$name', ({ looks, says }) => {
    expect(short(eventsAfter(...looks))).toEqual(says);
  });

  it.each(rows)('names the address in warnings, once: $name', ({ looks }) => {
    for (const { type, reason, note } of eventsAfter(...looks)) {
      const addresses = note.match(/docs\/troubleshooting[.]md#\w+/g) ?? [];
      if (type === 'Warning') expect(addresses).toEqual([docsAddressOf(reason)]);
      else expect(addresses.length).toBeLessThanOrEqual(1);
    }
  });

  it('says in the words of condition and log what drifted', () => {
    const [first] = eventsAfter({ seen: ready }, { seen: ready, putRight: drifted });
    expect(first).toEqual({
      regarding: 'Resource',
      type: 'Normal',
      reason: 'DriftCorrected',
      action: 'CorrectDrift',
      note: 'corrected: StatefulSet/prometheus: 1 field',
    });
  });
});

describe('newsOf, of stages that never gate Ready', () => {
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
    ['Reloaded', 'Unknown NotVerified', 'False WaitingForReload', []],
    ['Reloaded', 'False WaitingForReload', 'False ConfigNotPropagated', ['Warning ConfigNotPropagated']],
    ['Reloaded', 'False ReloadNeeded', 'True Succeeded', ['Normal Reloaded']],
  ] as const)('%s: from %s to %s', (...[type, from, to, says]) => {
    const [before, after] = [from, to].map((each) => {
      const [status = '', reason = ''] = each.split(' ');
      return state(type, status, reason);
    });
    if (before === undefined || after === undefined) throw new Error('a row has two states');
    const at = resource([before]);
    const made = plan(snapshot({ ...ready, resource: at }));
    const news = eventsOf({
      report: { resource: at, plan: made, outcomes: [], corrected: [], now: NOW },
      written: [],
      status: { conditions: [after] },
    });
    expect(news.map((each) => `${each.type} ${each.reason}`)).toEqual(says);
  });
});

describe('templateNews', () => {
  const [action] = plan(snapshot({ ...policies, statefulSet: statefulSet() })).actions;
  if (action?.kind !== 'ApplyTemplate') throw new Error(`expected a template write, got ${action?.kind}`);

  it('tells both of a template write that stood', () => {
    expect(short(templateEvents({ kind: 'Written', action, object: undefined }))).toEqual([
      'Resource Normal TemplateWritten',
      'Workload Normal TemplateWritten',
    ]);
  });

  it('tells nothing of one that did not, of a release and of other objects', () => {
    expect(templateEvents({ kind: 'Stale', action })).toEqual([]);
    const release = { ...action, kind: 'ReleaseOwnership', operations: [] } as const;
    expect(templateEvents({ kind: 'Written', action: release, object: undefined })).toEqual([]);
    const target = { ...action.target, kind: 'ConfigMap' };
    expect(templateEvents({ kind: 'Written', action: { ...action, target }, object: undefined })).toEqual([]);
  });
});
