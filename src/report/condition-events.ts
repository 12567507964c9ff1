// Which flip of a condition is worth an Event, of what severity, and for whom.
// None is worth one: the steps of what is under way, what is always down, what deadlines or drift report better.
import type { ConditionType } from '../api/conditions.ts';
import type { Condition, PrometheusIstioScrapeStatus } from '../api/prometheus-istio-scrape.gen.ts';
import { UNDER_WAY, type ReasonName } from '../api/reasons.ts';
import { isWorkloadKind } from '../api/workload.ts';
import type { ReportedEvent } from './event.ts';
import type { Report } from './report.ts';

/** The verbs of conditions; those without one are steps on the way: Ready shows where they lead, or where they stick. */
const ACTIONS: Partial<Readonly<Record<ConditionType, string>>> = {
  ConfigRewritten: 'RewriteConfig',
  Reloaded: 'CheckReload',
  TargetsUp: 'CheckTargets',
  Drifted: 'CheckDrift',
  FieldConflict: 'CheckFields',
  SecretsStale: 'CheckSecrets',
  Ready: 'Reconcile',
};

/** Of stages 5 and 6, what a person has to fix: something is always down, and that is no Event. */
const ALARMS: ReadonlySet<string> = new Set<ReasonName>([
  'ConfigNotPropagated',
  'ReloadNeeded',
  'RestartNeeded',
  'PoolMissing',
  'CertificateFailure',
]);

/** Reasons of SecretsStale that are a warning: nobody renews what is used there. */
const STALE_WARNINGS: ReadonlySet<string> = new Set<ReasonName>([
  'LegacySecretMounted',
  'LegacySecretOfOtherRoot',
]);

/** What the deadlines or the drift report better. */
const REPORTED_ELSEWHERE: ReadonlySet<string> = new Set<ReasonName>([
  'DriftDetected',
  'DriftCorrected',
  'LegacySecretExpiring',
  'LegacySecretExpired',
]);

/** Pods that do not come up, or that nobody replaces, after long enough to say so. */
const STUCK: readonly ReasonName[] = [
  'RolloutBlocked',
  'PodCreationRefused',
  'PodNotScheduled',
  'PodNotInjected',
  'ProxyCrashLooping',
  'ProxyNotReady',
  'PrometheusNotRunning',
];

/** Reasons of Ready that are a warning although Ready is Unknown. */
const WARNINGS: ReadonlySet<string> = new Set<ReasonName>([...STUCK, 'NotAuthorized']);

/** What Ready says and only the owner of the workload can fix, or has to do. */
const OWNERS: ReadonlySet<string> = new Set<ReasonName>([
  ...STUCK,
  'RolloutOnDelete',
  'RolloutPartitioned',
  'ContainerNotFound',
  'NotAScraper',
  'OwnedByController',
  'InboundPolicyWouldBeBypassed',
  'VolumeNameTaken',
  'MountPathTaken',
  'AnnotationNotMergeable',
  'SelectorTooWide',
  'ProofImpossible',
  'ConfigMapNotResolved',
  'ReloadNeeded',
  'RestartNeeded',
]);

/** The conditions that flipped with this status, where that is worth an Event. */
export function conditionEvents(
  report: Report,
  status: PrometheusIstioScrapeStatus,
): readonly ReportedEvent[] {
  const before = new Map(report.resource.status?.conditions?.map((each) => [each.type, each]));
  return Object.entries(ACTIONS).flatMap(([type, action]): readonly ReportedEvent[] => {
    const now = status.conditions?.find((each) => each.type === type);
    const was = before.get(type);
    if (now === undefined || (was?.status === now.status && was.reason === now.reason)) return [];
    if (!isWorthAnEvent(now, was)) return [];
    const event = { action, type: severity(now), reason: eventReason(now), note: now.message };
    const forOwner = type === 'Ready' && isForOwner(report, now);
    return [
      { ...event, regarding: 'Resource' },
      ...(forOwner ? [{ ...event, regarding: 'Workload' as const }] : []),
    ];
  });
}

/** Of a condition that flipped. */
function isWorthAnEvent(now: Condition, was: Condition | undefined): boolean {
  switch (now.type) {
    case 'Ready':
      return !UNDER_WAY.has(now.reason);
    case 'Drifted':
    case 'FieldConflict':
    case 'SecretsStale':
      if (REPORTED_ELSEWHERE.has(now.reason)) return false;
      return now.status === 'True' || (now.status === 'False' && was?.status === 'True');
    case 'Reloaded':
    case 'TargetsUp':
      return ALARMS.has(now.reason) || (now.status === 'True' && ALARMS.has(was?.reason ?? ''));
    default:
      return now.status === 'True' && was?.status !== 'True';
  }
}

/** `Succeeded` says nothing in a list of Events: the condition's own name does. */
function eventReason({ type, reason }: Condition): string {
  return reason === 'Succeeded' ? type : reason;
}

function severity({ type, status, reason }: Condition): 'Normal' | 'Warning' {
  if (ALARMS.has(reason)) return 'Warning';
  switch (type) {
    case 'Ready':
      if (WARNINGS.has(reason)) return 'Warning';
      return status !== 'False' || reason === 'Suspended' || reason === 'PendingChanges'
        ? 'Normal'
        : 'Warning';
    case 'FieldConflict':
      return status === 'True' ? 'Warning' : 'Normal';
    default:
      return STALE_WARNINGS.has(reason) ? 'Warning' : 'Normal';
  }
}

function isForOwner({ outcomes }: Report, { reason }: Condition): boolean {
  if (OWNERS.has(reason)) return true;
  const kind = reason === 'FieldConflict' ? 'Conflict' : reason === 'WriteRefused' ? 'Refused' : undefined;
  return outcomes.some((each) => each.kind === kind && isWorkloadKind(each.action.target.kind));
}
