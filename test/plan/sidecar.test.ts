import { describe, expect, it } from 'vitest';
import type { Snapshot } from '../../src/plan/snapshot.ts';
import { egressHosts, planSidecar } from '../../src/plan/sidecar.ts';
import { owned, present, reads, scrape, snapshot, statefulSet } from '../support/builders.ts';

const found = present(true as const);
const absent = { kind: 'absent' } as const;
const forbidden = { kind: 'unreadable', message: 'cannot get services' } as const;
type Services = NonNullable<Snapshot['reads']['services']>;

describe('egressHosts', () => {
  const rows: { name: string; spec?: object; services?: Services; hosts: string[]; needs?: string[] }[] = [
    {
      name: 'asks for istiod, and says the whole namespace until it knows',
      services: {},
      hosts: ['istio-system/*'],
      needs: ['istio-system/istiod'],
    },
    {
      name: 'names istiod if its Service exists',
      services: { istiod: found },
      hosts: ['istio-system/istiod.istio-system.svc.cluster.local'],
    },
    { name: 'says the whole namespace if not', services: { istiod: absent }, hosts: ['istio-system/*'] },
    {
      name: 'says the whole namespace if it may not look: a wrong host would end the renewal',
      services: { istiod: forbidden },
      hosts: ['istio-system/*'],
    },
    {
      name: 'looks in the namespace of spec',
      spec: { istio: { namespace: 'mesh', revision: '' } },
      services: { istiod: found },
      hosts: ['mesh/istiod.mesh.svc.cluster.local'],
    },
    {
      name: 'asks for both names of a revision or tag',
      spec: { istio: { revision: 'canary' } },
      services: {},
      hosts: ['istio-system/*'],
      needs: ['istio-system/istiod-canary', 'istio-system/istiod-revision-tag-canary'],
    },
    {
      name: 'names the istiod of a revision',
      spec: { istio: { revision: '1-30' } },
      services: { 'istiod-1-30': found, 'istiod-revision-tag-1-30': absent },
      hosts: ['istio-system/istiod-1-30.istio-system.svc.cluster.local'],
    },
    {
      name: 'names the Service of a tag',
      spec: { istio: { revision: 'stable' } },
      services: { 'istiod-stable': absent, 'istiod-revision-tag-stable': found },
      hosts: ['istio-system/istiod-revision-tag-stable.istio-system.svc.cluster.local'],
    },
    {
      name: 'counts the revision default as none',
      spec: { istio: { revision: 'default' } },
      services: { istiod: found },
      hosts: ['istio-system/istiod.istio-system.svc.cluster.local'],
    },
    {
      name: 'takes the hosts of spec and asks nothing',
      spec: { sidecar: { egressHosts: ['a/*', 'b/*'] } },
      services: {},
      hosts: ['a/*', 'b/*'],
    },
  ];
  it.each(rows)('$name', ({ spec = {}, services = {}, hosts, needs = [] }) => {
    const egress = egressHosts(snapshot({ resource: scrape(spec), reads: reads({ services }) }));
    expect(egress.hosts).toEqual(hosts);
    expect(
      egress.needs.map((need) => (need.kind === 'Service' ? `${need.namespace}/${need.name}` : need.kind)),
    ).toEqual(needs);
  });
});

describe('planSidecar', () => {
  const judge = (seen: Snapshot['sidecars'], spec = {}) =>
    planSidecar({
      snapshot: snapshot({ resource: scrape(spec), sidecars: seen }),
      statefulSet: statefulSet(),
      tooWide: undefined,
    });

  it('creates ours for these pods only, and lets nothing wait for it', () => {
    expect(judge(present([])).action).toMatchObject({
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

  it('leaves ours where it is right', () => {
    const plan = judge(present([owned('Sidecar')]));
    expect([plan.action, plan.refusal, plan.findings]).toEqual([undefined, undefined, []]);
  });

  it('takes an added ingress out again', () => {
    const { spec } = owned('Sidecar');
    const plan = judge(present([owned('Sidecar', { ...spec, ingress: [] })]));
    expect(plan.action?.kind).toBe('PatchObject');
  });

  it.each([
    {
      name: 'a rival of the same pods',
      labels: { app: 'prometheus' },
      notes: ['Sidecar/hand-made selects the same pods; Istio takes one of the two, not both: delete one'],
    },
    { name: 'one of other pods', labels: { app: 'else' }, notes: [] },
    { name: 'one for the whole namespace', labels: {}, notes: [] },
  ])('notes $name: $notes.length', ({ labels, notes }) => {
    const other = owned(
      'Sidecar',
      { workloadSelector: { labels } },
      { name: 'hand-made', labels: {}, annotations: {} },
    );
    expect(judge(present([owned('Sidecar'), other])).findings.map(({ message }) => message)).toEqual(notes);
  });

  it.each([
    {
      name: 'absent CRD',
      seen: absent,
      refusal: {
        reason: 'IstioNotInstalled',
        message: 'the CRD sidecars.networking.istio.io is not installed; it is looked for again by itself',
        stalled: false,
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
  ])('tells an $name', ({ seen, refusal }) => {
    expect([judge(seen).refusal, judge(seen).action]).toEqual([refusal, undefined]);
  });

  it('asks for no Service when ignored', () => {
    const plan = planSidecar({
      snapshot: snapshot({ resource: scrape({ manage: { sidecar: 'Ignore' } }), reads: {} }),
      statefulSet: statefulSet(),
      tooWide: undefined,
    });
    expect([plan.needs, plan.refusal, plan.action]).toEqual([[], undefined, undefined]);
  });
});
