import { describe, expect, it } from 'vitest';
import type { PeerAuthentication } from '../../../src/api/kubernetes.ts';
import { planPeerAuthentication } from '../../../src/plan/mesh-policy/peer-authentication.ts';
import type { Snapshot } from '../../../src/plan/model/snapshot.ts';
import { present } from '../../support/answers.ts';
import { owned } from '../../support/owned-objects.ts';
import { scrape } from '../../support/scrape.ts';
import { subject } from '../../support/snapshot.ts';

const OLDER = '2026-03-01T09:00:00Z';
const YOUNGER = '2026-03-01T11:30:00Z';

function rival(creationTimestamp: string, spec: object = { mtls: { mode: 'STRICT' } }): PeerAuthentication {
  return {
    apiVersion: 'security.istio.io/v1beta1',
    kind: 'PeerAuthentication',
    metadata: {
      name: 'hand-made',
      namespace: 'app-metrics',
      uid: 'r',
      resourceVersion: '1',
      creationTimestamp,
    },
    spec: { selector: { matchLabels: { app: 'prometheus' } }, ...spec },
  };
}

function evaluate(seen: Snapshot['peerAuthentications'], spec = {}) {
  return planPeerAuthentication(subject({ resource: scrape(spec), peerAuthentications: seen }), undefined);
}

describe('planPeerAuthentication', () => {
  const ours = owned('PeerAuthentication');
  const rows: {
    name: string;
    seen: PeerAuthentication[];
    refusal?: string;
    action?: string;
    notes?: string[];
  }[] = [
    { name: 'creates ours where none exists', seen: [], action: 'ApplyOwned' },
    { name: 'leaves ours where it is in sync', seen: [ours] },
    { name: 'refuses beside an older one of the same pods', seen: [rival(OLDER)], refusal: 'RivalFound' },
    {
      name: 'refuses beside an older one also where ours exists',
      seen: [ours, rival(OLDER)],
      refusal: 'RivalFound',
    },
    { name: 'ignores a younger one: Istio takes the oldest', seen: [ours, rival(YOUNGER)] },
    {
      name: 'is satisfied by an older one that is DISABLE',
      seen: [rival(OLDER, { mtls: { mode: 'DISABLE' } })],
      notes: ['PeerAuthentication/hand-made keeps mutual TLS away from these pods already'],
    },
    {
      name: 'is not satisfied by one that enforces mTLS on a port',
      seen: [rival(OLDER, { mtls: { mode: 'DISABLE' }, portLevelMtls: { 9090: { mode: 'STRICT' } } })],
      refusal: 'RivalFound',
    },
    {
      name: 'ignores one for the whole namespace, which ours is narrower than',
      seen: [rival(OLDER, { selector: {} })],
      action: 'ApplyOwned',
    },
    {
      name: 'ignores one that selects other pods',
      seen: [rival(OLDER, { selector: { matchLabels: { app: 'else' } } })],
      action: 'ApplyOwned',
    },
  ];
  it.each(rows)('$name', ({ seen, refusal, action, notes = [] }) => {
    const plan = evaluate(present(seen));
    const messages = plan.findings.map(({ message }) => message);
    expect([plan.refusal?.reason, plan.action?.kind, messages]).toEqual([refusal, action, notes]);
  });

  it('names the rival and the fix', () => {
    expect(evaluate(present([rival(OLDER)])).refusal).toEqual({
      reason: 'RivalFound',
      stalled: true,
      message:
        'PeerAuthentication/hand-made (mode STRICT) selects the same pods and is older, so Istio takes it and ours would do nothing: delete it or set its mode to DISABLE',
    });
  });

  it.each([
    {
      name: 'absent CRD',
      seen: { kind: 'absent' as const },
      refusal: {
        reason: 'IstioNotInstalled',
        message:
          'the CRD peerauthentications.security.istio.io is not installed; it is looked for again by itself',
        stalled: 'Later',
      },
    },
    {
      name: 'forbidden read',
      seen: { kind: 'unreadable' as const, message: 'cannot list peerauthentications' },
      refusal: {
        reason: 'NotAuthorized',
        message: 'PeerAuthentications cannot be read: cannot list peerauthentications',
        stalled: false,
      },
    },
  ])('refuses for an $name', ({ seen, refusal }) => {
    const plan = evaluate(seen);
    expect([plan.refusal, plan.action, plan.fields]).toEqual([refusal, undefined, []]);
  });

  it('evaluates nothing where it is ignored', () => {
    const plan = evaluate(
      { kind: 'unreadable', message: 'no' },
      { manage: { peerAuthentication: 'Ignore' } },
    );
    expect([plan.mode, plan.refusal, plan.action]).toEqual(['Ignore', undefined, undefined]);
  });

  it('creates nothing for a selector that is too wide', () => {
    const tooWide = { reason: 'SelectorTooWide' as const, message: 'too wide', stalled: true };
    const plan = planPeerAuthentication(subject(), tooWide);
    expect([plan.refusal, plan.action]).toEqual([tooWide, undefined]);
  });
});
