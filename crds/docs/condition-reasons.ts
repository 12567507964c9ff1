// Which reasons each condition can have, by status. test/report/reasons.test.ts compares it with what is reported.
import type { ConditionType } from '../../src/api/conditions.ts';
import type { ReasonName } from '../../src/api/reasons.ts';

type ConditionStatus = 'True' | 'False' | 'Unknown';
export type ReasonsByStatus = Readonly<Partial<Record<ConditionStatus, readonly ReasonName[]>>>;

/** Where the workload itself is refused, nothing is evaluated: then every other condition is Unknown for that reason. */
export const HALTS = [
  'WorkloadNotFound',
  'ContainerNotFound',
  'NotAScraper',
  'OwnedByController',
  'TargetClaimed',
] as const satisfies readonly ReasonName[];

/** What every part can come to, whatever it is. */
export const PART_REASONS = {
  True: ['Succeeded'],
  False: ['Progressing', 'ProgressingWithRetry', 'PendingChanges', 'DriftDetected', 'WriteRefused'],
  Unknown: ['Ignored', 'NotAuthorized'],
} as const satisfies ReasonsByStatus;

const MESH = ['IstioNotInstalled', 'NameTaken', 'RivalFound', 'SelectorTooWide'] as const;
const WORKLOAD = [
  'InboundPolicyWouldBeBypassed',
  'IstioNamespaceNotFound',
  'InjectionWouldNotHappen',
  'PodWouldBeRefused',
  'RecordTooLarge',
  'VolumeNameTaken',
  'MountPathTaken',
  'AnnotationNotMergeable',
  'FieldConflict',
] as const;
const ROLLOUT = [
  'WaitingForCertificates',
  'RolloutOnDelete',
  'RolloutPartitioned',
  'RolloutBlocked',
  'PodCreationRefused',
  'PodNotScheduled',
  'PodNotInjected',
  'WiringIncoherent',
  'ProxyCrashLooping',
  'ProxyNotReady',
  'PrometheusNotRunning',
] as const;
const CONFIG = [
  'ConfigMapNotResolved',
  'ConfigMapNotFound',
  'ConfigMapKeyNotFound',
  'RecordTooLarge',
  'ConfigMapImmutable',
  'KeyInBinaryData',
  'ConfigUnparsable',
  'JobsNotFound',
  'NoJobs',
  'JobsRefused',
] as const;

/** What is wrong with wiring that somebody else made. */
const WIRING = ['AdoptedWiringLost', 'WiringIncoherent', 'ProxyContainerInTemplate'] as const;
/** What another object may still bring: Unknown for two minutes, then False. */
const GRACED = [
  'WorkloadNotFound',
  'IstioNotInstalled',
  'InjectionWouldNotHappen',
  'IstioNamespaceNotFound',
  'ConfigMapNotFound',
  'ConfigMapKeyNotFound',
  'JobsNotFound',
  'NoJobs',
] as const;
/** What holds back every first write. */
const PREFLIGHT = ['PreflightFailed', 'SharedConfigNotWired'] as const;

/** Reconciling and Stalled repeat status and reason of Ready. */
export const CONDITION_REASONS: Readonly<Record<ConditionType, ReasonsByStatus>> = {
  Ready: {
    True: ['Succeeded', 'SucceededInPart', 'WiredOnly', 'AppliedUnverified'],
    False: [
      ...HALTS,
      ...MESH,
      ...WORKLOAD,
      ...WIRING,
      'ProofImpossible',
      ...CONFIG,
      'WriteRefused',
      'PendingChanges',
      'Suspended',
      'DriftDetected',
      'ConfigNotPropagated',
      'ReloadNeeded',
      'RestartNeeded',
      'PoolMissing',
    ],
    Unknown: [
      'NotYetSeen',
      'Progressing',
      'ProgressingWithRetry',
      'NotAuthorized',
      'WaitingForRollout',
      'TemplateWriteInterval',
      ...ROLLOUT,
      'SharedConfigNotWired',
      'IncludedFilesNotSeen',
      ...GRACED,
      'WaitingForReload',
      'Terminating',
    ],
  },
  Reconciling: {},
  Stalled: {},
  MeshPolicyApplied: {
    ...PART_REASONS,
    True: [...PART_REASONS.True, 'Adopted'],
    False: [...PART_REASONS.False, ...MESH, ...PREFLIGHT],
  },
  WorkloadWired: {
    ...PART_REASONS,
    True: [...PART_REASONS.True, 'Adopted'],
    False: [
      ...PART_REASONS.False,
      'WaitingForMeshPolicy',
      'WaitingForRollout',
      'TemplateWriteInterval',
      ...WORKLOAD,
      ...WIRING,
      ...PREFLIGHT,
    ],
  },
  CertificatesReady: {
    True: ['Succeeded'],
    False: ROLLOUT,
    Unknown: ['ProofImpossible', 'NotAuthorized'],
  },
  ConfigRewritten: {
    ...PART_REASONS,
    False: [
      'Terminating',
      ...PART_REASONS.False,
      'WaitingForMeshPolicy',
      'WaitingForWorkload',
      'WaitingForCertificates',
      'SharedConfigNotWired',
      ...CONFIG,
    ],
    Unknown: [...PART_REASONS.Unknown, 'IncludedFilesNotSeen'],
  },
  Reloaded: {
    True: ['Succeeded'],
    False: ['WaitingForReload', 'ConfigNotPropagated', 'ReloadNeeded', 'RestartNeeded'],
    Unknown: ['NotVerified'],
  },
  TargetsUp: {
    True: ['Succeeded'],
    False: ['PoolMissing', 'CertificateFailure', 'TargetsDown'],
    Unknown: ['Progressing', 'WaitingForReload', 'NotVerified'],
  },
  Drifted: { True: ['DriftDetected'], False: ['DriftCorrected', 'NoDriftDetected'] },
  FieldConflict: {
    True: ['FieldConflict'],
    False: ['NoConflict'],
    Unknown: ['Suspended', 'NotAuthorized', 'DryRunUnsupported', 'ProgressingWithRetry'],
  },
  SecretsStale: {
    True: ['LegacySecretMounted', 'LegacySecretExpiring', 'LegacySecretExpired', 'LegacySecretOfOtherRoot'],
    False: ['NoLegacySecret'],
    Unknown: ['NotAuthorized'],
  },
};
