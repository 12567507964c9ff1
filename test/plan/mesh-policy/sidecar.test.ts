import { describe, expect, it } from 'vitest';
import { planSidecar } from '../../../src/plan/mesh-policy/sidecar.ts';
import type { Snapshot } from '../../../src/plan/model/snapshot.ts';
import { present } from '../../support/answers.ts';
import { owned } from '../../support/owned-objects.ts';
import { scrape } from '../../support/scrape.ts';
import { subject } from '../../support/snapshot.ts';

const absent = { kind: 'absent' } as const;

describe('planSidecar', () => {
  const evaluate = (seen: Snapshot['sidecars'], spec = {}) =>
    planSidecar(subject({ resource: scrape(spec), sidecars: seen }), undefined);

  it('creates ours for these pods only, and lets nothing wait for it', () => {
    expect(evaluate(present([])).action).toMatchObject({
      kind: 'ApplyOwned',
      stage: 1,
      gates: false,
      body: {
        apiVersion: 'networking.istio.io/v1beta1',
        kind: 'Sidecar',
        spec: {
          workloadSelector: { labels: { app: 'prometheus' } },
          egress: [{ hosts: ['istio-system/*'] }],
        },
      },
    });
  });

  it('leaves ours where it is in sync', () => {
    const plan = evaluate(present([owned('Sidecar')]));
    expect([plan.action, plan.refusal, plan.findings]).toEqual([undefined, undefined, []]);
  });

  const handMade = (labels: object, hosts: readonly string[]) =>
    owned(
      'Sidecar',
      { workloadSelector: { labels }, egress: [{ hosts }] },
      { name: 'hand-made', labels: {}, annotations: {} },
    );
  it.each([
    { name: 'one with the same egress', labels: { app: 'prometheus' }, hosts: ['istio-system/*'], is: true },
    {
      name: 'one with other hosts too',
      labels: { app: 'prometheus' },
      hosts: ['istio-system/*', '*/*'],
      is: false,
    },
    {
      name: 'one that selects more',
      labels: { app: 'prometheus', x: 'y' },
      hosts: ['istio-system/*'],
      is: false,
    },
    { name: 'one without hosts', labels: { app: 'prometheus' }, hosts: [], is: false },
  ])('is satisfied: $is, by $name', ({ labels, hosts, is }) => {
    const plan = evaluate(present([handMade(labels, hosts)]));
    expect([plan.action === undefined, plan.findings.some(({ code }) => code === 'SatisfiedBy')]).toEqual([
      is,
      is,
    ]);
  });

  it('takes an added ingress out again', () => {
    const { spec } = owned('Sidecar');
    const plan = evaluate(present([owned('Sidecar', { ...spec, ingress: [] })]));
    expect(plan.action?.kind).toBe('PatchObject');
  });

  it.each([
    {
      name: 'a rival of the same pods',
      labels: { app: 'prometheus' },
      notes: [
        'Sidecar/hand-made selects the same pods; Istio takes one of the two, not both: set spec.manage.sidecar to Ignore and delete ours if there is one, or delete that one',
      ],
    },
    { name: 'a Sidecar of other pods', labels: { app: 'else' }, notes: [] },
    { name: 'a Sidecar for the whole namespace', labels: {}, notes: [] },
  ])('reports $name $notes.length times', ({ labels, notes }) => {
    const other = owned(
      'Sidecar',
      { workloadSelector: { labels } },
      { name: 'hand-made', labels: {}, annotations: {} },
    );
    expect(evaluate(present([owned('Sidecar'), other])).findings.map(({ message }) => message)).toEqual(
      notes,
    );
  });

  it.each([
    {
      name: 'absent CRD',
      seen: absent,
      refusal: {
        reason: 'IstioNotInstalled',
        message: 'the CRD sidecars.networking.istio.io is not installed; it is looked for again by itself',
        stalled: 'Later',
      },
    },
    {
      name: 'forbidden read',
      seen: { kind: 'unreadable' as const, message: 'cannot list sidecars' },
      refusal: {
        reason: 'NotAuthorized',
        message: 'Sidecars cannot be read: cannot list sidecars',
        stalled: false,
      },
    },
  ])('refuses for an $name', ({ seen, refusal }) => {
    expect([evaluate(seen).refusal, evaluate(seen).action]).toEqual([refusal, undefined]);
  });

  it('asks for no Service where it is ignored', () => {
    const resource = scrape({ manage: { sidecar: 'Ignore' } });
    const plan = planSidecar(subject({ resource, reads: {} }), undefined);
    expect([plan.needs, plan.refusal, plan.action]).toEqual([[], undefined, undefined]);
  });
});
