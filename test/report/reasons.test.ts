// Every reason of the list, shown by situations that produce it: snapshot, plan, report. And what kstatus makes of each.
import { load } from 'js-yaml';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CONDITION_REASONS, HALTS, PART_REASONS } from '../../crds/docs/condition-reasons.ts';
import { LASTING_CONDITIONS, TRANSIENT_CONDITIONS } from '../../src/api/conditions.ts';
import { docsAddressOf } from '../../src/api/docs-address.ts';
import type { PrometheusIstioScrapeStatus } from '../../src/api/prometheus-istio-scrape.gen.ts';
import { REASONS, UNDER_WAY } from '../../src/api/reasons.ts';
import type { PrometheusIstioScrape } from '../../src/api/resource.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { statusOf } from '../../src/report/status.ts';
import { scrape } from '../support/scrape.ts';
import { kstatusOf } from '../support/kstatus.ts';
import { SITUATIONS as rows } from './situations/all.ts';
import { asked, reportAfter, type Reconciled } from './world.ts';

interface Shown {
  readonly resource: PrometheusIstioScrape;
  readonly plan: Plan;
  readonly status: PrometheusIstioScrapeStatus;
}

function shown(reconciled: Reconciled): Shown {
  const report = reportAfter(reconciled);
  return { resource: report.resource, plan: report.plan, status: statusOf(report) };
}

/** What the API server gives a new resource before anybody has seen it. */
function bornStatus(): PrometheusIstioScrapeStatus {
  const file = new URL('../../crds/prometheusistioscrapes.meshscrape.dev.yaml', import.meta.url);
  const crd = load(readFileSync(file, 'utf8')) as {
    spec: {
      versions: [
        { schema: { openAPIV3Schema: { properties: { status: { default: PrometheusIstioScrapeStatus } } } } },
      ];
    };
  };
  return crd.spec.versions[0].schema.openAPIV3Schema.properties.status.default;
}

describe('REASONS', () => {
  it('has a situation for each reason that produces it', () => {
    // The API server itself writes it, before any plan: see below.
    const produced = new Set([...rows.map(({ reason }) => reason), 'NotYetSeen']);
    expect(Object.keys(REASONS).filter((reason) => !produced.has(reason))).toEqual([]);
  });

  it.each(rows)('shows $reason on $on where $name', (row) => {
    const made = shown(row);
    const condition = made.status.conditions?.find(({ type }) => type === row.on);
    expect(condition).toMatchObject({ status: row.status, reason: row.reason });
    // Otherwise the situation is half seen, and no reconciliation would report it.
    expect(made.plan.needs).toEqual([]);
  });
});

describe('statusOf, in every situation', () => {
  it.each(rows)('gives all conditions for $reason on $on where $name', (row) => {
    const { status, resource } = shown(row);
    const conditions = status.conditions ?? [];
    const transient = conditions.filter(({ type }) => TRANSIENT_CONDITIONS.some((each) => each === type));
    const lasting = conditions.filter((each) => !transient.includes(each));
    expect(lasting.map(({ type }) => type)).toEqual(LASTING_CONDITIONS);
    // One or none of the two: a resource cannot both go on by itself and need a person.
    expect(transient.length).toBeLessThan(2);
    expect(transient.filter((each) => each.status !== 'True')).toEqual([]);
    const { generation } = resource.metadata;
    expect([status, ...conditions].filter((each) => each.observedGeneration !== generation)).toEqual([]);
  });

  it.each(rows)('gives conditions that agree for $reason on $on where $name', (row) => {
    const conditions = shown(row).status.conditions ?? [];
    const [ready, reconciling, stalled] = ['Ready', 'Reconciling', 'Stalled'].map((type) =>
      conditions.find((each) => each.type === type),
    );
    const waits = ready?.status === 'Unknown';
    expect(reconciling?.reason).toBe(waits ? ready.reason : undefined);
    if (stalled !== undefined) expect(ready).toMatchObject({ status: 'False', reason: stalled.reason });
  });
});

describe('CONDITION_REASONS', () => {
  const pair = (type: string, status: string, reason: string): string => `${type}=${status} ${reason}`;
  const documented = Object.entries(CONDITION_REASONS).flatMap(([type, byStatus]) =>
    Object.entries(byStatus).flatMap(([status, reasons]) =>
      reasons.map((reason) => pair(type, status, reason)),
    ),
  );

  it.each(rows)('holds what is reported for $reason on $on where $name', (row) => {
    const { status, plan: made } = shown(row);
    const reported = (status.conditions ?? [])
      .filter(({ type }) => !TRANSIENT_CONDITIONS.some((each) => each === type))
      // Where nothing was evaluated, all repeat the reason of Ready.
      .filter(({ type }) => made.evaluation !== undefined || type === 'Ready')
      .map(({ type, status: is, reason }) => pair(type, is, reason));
    expect(reported.filter((each) => !documented.includes(each))).toEqual([]);
  });

  it('names no reason of a condition that no situation shows, but for what all parts have in common', () => {
    const reported = new Set(
      rows.flatMap((row) =>
        (shown(row).status.conditions ?? []).map(({ type, status, reason }) => pair(type, status, reason)),
      ),
    );
    const parts = ['MeshPolicyApplied', 'WorkloadWired', 'ConfigRewritten'];
    const common = parts.flatMap((type) =>
      Object.entries(PART_REASONS).flatMap(([status, reasons]) =>
        reasons.map((reason) => pair(type, status, reason)),
      ),
    );
    expect(documented.filter((each) => !reported.has(each) && !common.includes(each))).toEqual([
      'Ready=Unknown NotYetSeen',
    ]);
    expect(common.filter((each) => reported.has(each)).length).toBeGreaterThan(5);
  });

  it('says which reasons keep everything from being evaluated', () => {
    const halts = rows.filter((row) => shown(row).plan.evaluation === undefined).map(({ reason }) => reason);
    expect(new Set(halts)).toEqual(new Set([...HALTS, 'NotAuthorized', 'Terminating']));
  });
});

describe('a reason of Ready that may last', () => {
  it('has at most 20 characters, for kubectl get, but for the names that the contract fixes', () => {
    const reasons = new Set(Object.values(CONDITION_REASONS.Ready).flat());
    const lasting = [...reasons].filter((reason) => !UNDER_WAY.has(reason));
    expect(lasting.length).toBeGreaterThan(20);
    expect(lasting.filter((reason) => reason.length > 20).toSorted()).toEqual([
      'AnnotationNotMergeable',
      'InboundPolicyWouldBeBypassed',
      'InjectionWouldNotHappen',
      'IstioNamespaceNotFound',
      'ProxyContainerInTemplate',
    ]);
  });
});

describe('docsAddressOf, in status', () => {
  it.each(rows)('is named once at most, by Ready, for $reason on $on where $name', (row) => {
    const { status } = shown(row);
    const ready = status.conditions?.find(({ type }) => type === 'Ready');
    const hasStepToTake = ready?.status !== 'True' && !UNDER_WAY.has(ready?.reason ?? '');
    expect(JSON.stringify(status).match(/docs\/[\w./-]+#\w+/g) ?? []).toEqual(
      hasStepToTake ? [docsAddressOf(ready?.reason ?? '')] : [],
    );
    if (hasStepToTake) expect(ready?.message).toMatch(/ \(docs\/troubleshooting[.]md#\w+\)$/);
  });

  it('is named for some and not for others', () => {
    const named = rows.map((row) => JSON.stringify(shown(row).status).includes('docs/'));
    expect(new Set(named)).toEqual(new Set([true, false]));
  });
});

describe('kstatusOf', () => {
  it.each(rows)('says $kstatus for $reason on $on where $name', (row) => {
    const { resource, status } = shown(row);
    expect(kstatusOf({ metadata: resource.metadata, status })).toBe(row.kstatus);
  });

  it('says InProgress for what nobody has seen yet, by the default of the CRD', () => {
    const resource = scrape({}, { status: bornStatus() });
    expect(resource.status?.conditions).toMatchObject([
      { type: 'Ready', status: 'Unknown', reason: 'NotYetSeen' },
    ]);
    expect(kstatusOf(resource)).toBe('InProgress');
    expect(kstatusOf(scrape())).toBe('Current');
  });

  it.each([
    { name: 'is ready', seen: asked({}) },
    { name: 'is stalled', seen: { resource: scrape({ workload: { container: 'none' } }) } },
  ])(
    'says InProgress after an edit of the spec of what $name, and Terminating after its deletion',
    ({ seen }) => {
      const { metadata } = scrape();
      const { status } = shown({ seen });
      expect(kstatusOf({ metadata: { ...metadata, generation: 2 }, status })).toBe('InProgress');
      const deletionTimestamp = '2026-03-01T12:00:00Z';
      expect(kstatusOf({ metadata: { ...metadata, deletionTimestamp }, status })).toBe('Terminating');
    },
  );
});
