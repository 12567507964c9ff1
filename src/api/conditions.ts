// The condition types, in the order in which status shows them, and what `True` means of each.

/** Present only while True, as kstatus asks. */
export const TRANSIENT_CONDITIONS = ['Reconciling', 'Stalled'] as const;

/** Always present, with True, False or Unknown. */
export const LASTING_CONDITIONS = [
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
] as const;

export type ConditionType = (typeof TRANSIENT_CONDITIONS)[number] | (typeof LASTING_CONDITIONS)[number];

/** What `True` means; the spec page of docs/ is made from it. */
export const CONDITION_MEANINGS: Readonly<Record<ConditionType, string>> = {
  Ready:
    'Every managed part is in sync, the rollout is complete, every chosen job reads the new files as far as is known.',
  Reconciling: 'Something is on its way or waited for. Present only while True.',
  Stalled: 'Only a person can go on. Present only while True.',
  MeshPolicyApplied: 'The PeerAuthentication is effective and the Sidecar exists; a rival is named.',
  WorkloadWired: 'The pod template holds every label, annotation, volume and mount that is needed.',
  CertificatesReady: 'Every pod has the volume, a ready istio-proxy and a running Prometheus.',
  ConfigRewritten: 'Every chosen job names the new files.',
  Reloaded: 'Every replica serves the rewritten configuration. While it is False, Ready is not True.',
  TargetsUp:
    'Every replica scrapes every rewritten pool, none fails for a certificate. Gates Ready only by PoolMissing.',
  Drifted: 'Something that was in sync differs now.',
  FieldConflict: 'Another manager holds a field that is needed.',
  SecretsStale: 'A legacy secret is mounted in the template or in a running pod, or a job reads one.',
};
