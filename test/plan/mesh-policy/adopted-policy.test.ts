import { describe, expect, it } from 'vitest';

import type { PeerAuthentication } from '../../../src/api/kubernetes.ts';
import { adoptedPolicyFindings } from '../../../src/plan/mesh-policy/adopted-policy.ts';
import { present } from '../../support/answers.ts';
import { handWired } from '../../support/hand-wiring.ts';
import { owned } from '../../support/owned-objects.ts';
import { subject, type SnapshotOptions } from '../../support/snapshot.ts';

const OFF = { 'traffic.sidecar.istio.io/includeInboundPorts': '' };
const policy = (name: string, mode: string, labels?: object): PeerAuthentication =>
  owned(
    'PeerAuthentication',
    { ...(labels === undefined ? {} : { selector: { matchLabels: labels } }), mtls: { mode } },
    // The later in the alphabet, the older.
    {
      name,
      creationTimestamp: `20${(0x7a - name.charCodeAt(0) + 10).toString()}-01-01T00:00:00Z`,
      labels: {},
      annotations: {},
    },
  );
const MINE = { app: 'prometheus' };

describe('adoptedPolicyFindings', () => {
  const off = handWired({ options: { annotations: OFF } });
  const rows: { name: string; seen: SnapshotOptions; want: readonly string[] }[] = [
    { name: 'pods that take inbound traffic', seen: { statefulSet: handWired() }, want: [] },
    { name: 'no policy at all', seen: {}, want: ['PeerAuthenticationMissing StatefulSet/prometheus'] },
    {
      name: 'no CRD of it',
      seen: { peerAuthentications: { kind: 'absent' } },
      want: ['PeerAuthenticationMissing StatefulSet/prometheus'],
    },
    {
      name: 'policies that may not be read',
      seen: { peerAuthentications: { kind: 'unreadable', message: 'no' } },
      want: [],
    },
    {
      name: 'a policy for these pods',
      seen: { peerAuthentications: present([policy('a', 'DISABLE', MINE)]) },
      want: ['SatisfiedBy PeerAuthentication/a'],
    },
    {
      name: 'a policy for the namespace',
      seen: { peerAuthentications: present([policy('ns', 'DISABLE')]) },
      want: ['SatisfiedBy PeerAuthentication/ns'],
    },
    {
      name: 'a policy for these pods beside another for the namespace',
      seen: { peerAuthentications: present([policy('ns', 'DISABLE'), policy('a', 'STRICT', MINE)]) },
      want: ['PeerAuthenticationMissing StatefulSet/prometheus'],
    },
    {
      name: 'the older of two',
      seen: {
        peerAuthentications: present([policy('a', 'DISABLE', MINE), policy('b', 'STRICT', MINE)]),
      },
      want: ['PeerAuthenticationMissing StatefulSet/prometheus'],
    },
    {
      name: 'a policy for other pods',
      seen: { peerAuthentications: present([policy('a', 'DISABLE', { app: 'other' })]) },
      want: ['PeerAuthenticationMissing StatefulSet/prometheus'],
    },
    {
      name: 'the label that does the same',
      seen: {
        statefulSet: handWired({
          options: { annotations: OFF, labels: { 'security.istio.io/tlsMode': 'disabled' } },
        }),
      },
      want: [],
    },
  ];
  it.each(rows)('says $want for $name', ({ seen, want }) => {
    const found = adoptedPolicyFindings(subject({ statefulSet: off, ...seen }));
    expect(found.map(({ code, target }) => `${code} ${target}`)).toEqual(want);
  });

  it('spells the policy that is missing', () => {
    expect(adoptedPolicyFindings(subject({ statefulSet: off }))[0]?.message).toContain(
      '{"selector":{"matchLabels":{"app":"prometheus"}},"mtls":{"mode":"DISABLE"}}',
    );
  });
});
