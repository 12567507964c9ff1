// Reasons and findings without a row: which advice nobody could try on a snapshot, and why.
import type { FindingCode } from '../../../src/api/findings.ts';
import type { ReasonName } from '../../../src/api/reasons.ts';

type Code = ReasonName | FindingCode;

/** Of these a person has nothing to do: all is well, or it goes on by itself. */
export const NOTHING_TO_DO: readonly Code[] = [
  'NotYetSeen',
  'Succeeded',
  'SucceededInPart',
  'WiredOnly',
  'AppliedUnverified',
  'Progressing',
  'ProgressingWithRetry',
  'Terminating',
  'Ignored',
  'Adopted',
  'NoDriftDetected',
  'DriftCorrected',
  'NoConflict',
  'NoLegacySecret',
  'WaitingForMeshPolicy',
  'WaitingForWorkload',
  'WaitingForRollout',
  'WaitingForCertificates',
  'WaitingForReload',
  'TemplateWriteInterval',
  'UpgradePending',
  'InjectAnnotationIgnored',
  'SatisfiedBy',
];

/** Their message repeats another one, or the words of the API server, which are not ours. */
export const NOT_OUR_WORDS: readonly Code[] = [
  'PreflightFailed',
  'WriteRefused',
  'DryRunUnsupported',
  'PodCreationRefused',
  'NotAuthorized',
];

/** Everything else that has no row, each with the why. */
export const EXEMPT: Readonly<Partial<Record<Code, string>>> = {
  OwnedByController: 'what would have to change is in the owner, which is no object of the snapshot',
  Suspended: 'what was ordered by spec is said; to end it is to take the order back',
  PendingChanges: 'what was ordered by spec is said; to end it is to take the order back',
  DriftDetected: 'in Observe the owner changes what status.drift lists; in Enforce it is corrected',
  PodNotScheduled: 'the message has a command that shows what the scheduler says',
  PodNotInjected: 'it states what a pod is; the injection of the next one has rows of its own',
  ProxyCrashLooping: 'the message has the command that shows its log',
  ProxyNotReady: 'the message has what kubelet says',
  PrometheusNotRunning: 'the message has the command that shows its log',
  ConfigNotPropagated: 'it asks what a person has to find out in the pod',
  ReloadNeeded: 'a reload is no change of an object',
  RestartNeeded: 'a restart is no change of an object, and the file is known only in a new pod',
  PoolMissing: 'it asks what a person has to find out in the pod',
  CertificateFailure: 'each cause of a failing target has its fix, in test/plan/verification',
  TargetsDown: 'each cause of a failing target has its fix, in test/plan/verification',
  NotVerified: 'Prometheus could not be asked; what would let it be is outside of the snapshot',
  LegacySecretMounted: 'the mount goes when every job reads the new files: a step of its own',
  LegacySecretExpiring: 'the way is the one that Ready shows',
  LegacySecretExpired: 'the way is the one that Ready shows',
  LegacySecretOfOtherRoot: 'the way is the one that Ready shows',
  RecordUnreadable: 'nobody can bring back what was lost',
  CertificateNotRenewed: 'it asks what a person has to find out in istiod and in the log of istio-proxy',
  PodSecurityUnknown: 'it states what nobody can see; the write goes on',
  ProxyVersionUnknown: 'it asks what a person has to find out about an image',
};
