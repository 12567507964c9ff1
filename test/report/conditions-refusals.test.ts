import { describe, expect, it } from 'vitest';
import { conditionsOf } from '../../src/report/conditions.ts';
import { present } from '../support/answers.ts';
import { podOf } from '../support/pod.ts';
import { scrape } from '../support/scrape.ts';
import { statefulSet, wired } from '../support/stateful-set.ts';
import { REWRITTEN_YAML } from '../support/world.ts';
import {
  ABSENT,
  UNREADABLE,
  configured,
  legacy,
  policies,
  ready,
  reportAfter,
  rolled,
  seenLongAgo,
  saidBy,
  type Reconciled,
} from './world.ts';

interface Row extends Reconciled {
  readonly name: string;
  /** `undefined`: the condition is not there. */
  readonly says: Readonly<Record<string, string | undefined>>;
}

const rows: readonly Row[] = [
  {
    name: 'there is no StatefulSet',
    seen: { ...seenLongAgo, statefulSet: ABSENT },
    says: {
      Ready: 'False WorkloadNotFound',
      Stalled: 'True WorkloadNotFound',
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
    name: 'StatefulSets may not be read',
    seen: { statefulSet: UNREADABLE },
    says: { Ready: 'Unknown NotAuthorized', Stalled: undefined, WorkloadWired: 'Unknown NotAuthorized' },
  },
  {
    name: 'an older resource claims the workload',
    seen: {
      resources: [scrape({}, { metadata: { name: 'a', creationTimestamp: '2020-01-01T00:00:00Z' } })],
    },
    says: { Ready: 'False TargetClaimed', Stalled: 'True TargetClaimed' },
  },
  {
    name: 'the volume name is taken',
    seen: {
      ...policies,
      statefulSet: statefulSet({ volumes: [{ name: 'istio-output-certs', secret: {} }] }),
      ...legacy,
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
    name: 'the CRD of Sidecars is not installed',
    seen: { ...ready, ...seenLongAgo, sidecars: ABSENT },
    says: {
      Ready: 'False IstioNotInstalled',
      Stalled: 'True IstioNotInstalled',
      MeshPolicyApplied: 'False IstioNotInstalled',
      WorkloadWired: 'True Succeeded',
    },
  },
  {
    name: 'Sidecars may not be read',
    seen: { ...ready, sidecars: UNREADABLE },
    says: { Ready: 'Unknown NotAuthorized', MeshPolicyApplied: 'Unknown NotAuthorized' },
  },
  {
    name: 'PeerAuthentications may not be read',
    seen: { ...ready, peerAuthentications: UNREADABLE },
    says: { Ready: 'Unknown NotAuthorized', MeshPolicyApplied: 'Unknown NotAuthorized' },
  },
  {
    name: 'the Sidecar is ignored',
    seen: { ...ready, sidecars: ABSENT, resource: scrape({ manage: { sidecar: 'Ignore' } }) },
    says: { Ready: 'True AppliedUnverified', MeshPolicyApplied: 'True Succeeded' },
  },
  {
    name: 'the PeerAuthentication is ignored',
    seen: {
      ...ready,
      peerAuthentications: ABSENT,
      resource: scrape({ manage: { peerAuthentication: 'Ignore' } }),
    },
    says: { Ready: 'True AppliedUnverified', MeshPolicyApplied: 'Unknown Ignored' },
  },
  {
    name: 'the workload is ignored',
    seen: { ...ready, resource: scrape({ manage: { workload: 'Ignore' } }) },
    says: { Ready: 'True AppliedUnverified', WorkloadWired: 'Unknown Ignored' },
  },
  {
    name: 'pods may not be read',
    seen: { ...ready, reads: { ...ready.reads, pods: UNREADABLE } },
    says: { Ready: 'Unknown NotAuthorized', CertificatesReady: 'Unknown NotAuthorized' },
  },
  {
    name: 'the ConfigMap is missing',
    seen: { ...rolled(wired(), { configMaps: { prometheus: ABSENT } }), ...seenLongAgo },
    says: {
      Ready: 'False ConfigMapNotFound',
      Stalled: 'True ConfigMapNotFound',
      ConfigRewritten: 'False ConfigMapNotFound',
    },
  },
  {
    name: 'the ConfigMap may not be read',
    seen: rolled(wired(), { configMaps: { prometheus: UNREADABLE } }),
    says: { Ready: 'Unknown NotAuthorized', ConfigRewritten: 'Unknown NotAuthorized' },
  },
  {
    name: 'the file cannot be parsed',
    seen: configured('a: ['),
    says: {
      Ready: 'False ConfigUnparsable',
      Stalled: 'True ConfigUnparsable',
      ConfigRewritten: 'False ConfigUnparsable',
    },
  },
  {
    name: 'the proxy is older than 1.12',
    seen: rolled(wired(), { pods: [podOf(wired(), { proxyImage: 'istio/proxyv2:1.9.5' })] }),
    says: {
      Ready: 'False ProofImpossible',
      Stalled: 'True ProofImpossible',
      CertificatesReady: 'Unknown ProofImpossible',
    },
  },
  {
    name: 'a pod of another workload has no certificates',
    seen: rolled(wired(), {
      podsOfNamespace: present([podOf(statefulSet({ metadata: { name: 'twin', uid: 't' } }))]),
    }),
    says: {
      Ready: 'Unknown SharedConfigNotWired',
      Reconciling: 'True SharedConfigNotWired',
      ConfigRewritten: 'False SharedConfigNotWired',
    },
  },
  {
    name: 'one job of several is refused',
    seen: configured(
      `${REWRITTEN_YAML}- job_name: inline\n  tls_config:\n    ca: |\n      PEM\n    cert_file: /etc/certs/cert-chain.pem\n    key_file: /etc/certs/key.pem\n`,
    ),
    says: { Ready: 'False JobsRefused', Stalled: 'True JobsRefused', ConfigRewritten: 'False JobsRefused' },
  },
];

describe('conditionsOf', () => {
  it.each(rows)('says what is refused or not known where $name', ({ says, ...reconciled }) => {
    const all = saidBy(conditionsOf(reportAfter(reconciled)));
    expect(Object.fromEntries(Object.keys(says).map((type) => [type, all[type]]))).toEqual(says);
  });
});
