// What is worth an Event: the difference between the status before and the one that was written now, and what was put
// right or restarts pods. Pure. Where nothing flipped there is no news; nor are the steps of what is under way, and what is always down.
import type { ConditionType } from '../api/conditions.ts';
import type {
  Condition,
  DriftField,
  PrometheusIstioScrapeStatus,
} from '../api/prometheus-istio-scrape.gen.ts';
import type { ReasonName } from '../api/reasons.ts';
import type { Outcome } from '../plan/outcome.ts';
import type { UndoEvent } from '../plan/undo.ts';
import type { Report } from './conditions.ts';
import { recordDrift } from './drift.ts';
import { summarizeDrift } from './drift-summary.ts';
import { renewalNews } from './renewal.ts';
import { deadlineNews } from './stale-secrets.ts';

/** One transition, for one reader. */
export interface News extends UndoEvent {
  /** Whose `kubectl describe` shows it: the custom resource's, or the StatefulSet's for its owner. */
  readonly regarding: 'Resource' | 'Workload';
  /** What was done or looked at, a verb in CamelCase. */
  readonly action: string;
}

export interface Visit {
  readonly report: Report;
  /** Everything that was written since status was last told. */
  readonly written: readonly Outcome[];
  /** As it stands now, after the write. */
  readonly status: PrometheusIstioScrapeStatus;
}

/** Everything that became news with this status, each once. */
export function newsOf(visit: Visit): readonly News[] {
  const all = [
    ...visit.written.flatMap(templateNews),
    ...driftNews(visit),
    ...conditionNews(visit),
    ...deadlines(visit),
  ];
  const isFirst = (news: News, index: number): boolean =>
    all.findIndex(
      ({ regarding, reason, note }) =>
        regarding === news.regarding && reason === news.reason && note === news.note,
    ) === index;
  return all.filter(isFirst);
}

/** The verbs of conditions; those without one are steps on the way: Ready tells where they lead, or where they stick. */
const ACTIONS: Partial<Readonly<Record<ConditionType, string>>> = {
  ConfigRewritten: 'RewriteConfig',
  Reloaded: 'CheckReload',
  TargetsUp: 'CheckTargets',
  Drifted: 'CheckDrift',
  FieldConflict: 'CheckFields',
  SecretsStale: 'CheckSecrets',
  Ready: 'Reconcile',
};

/** Of the stages that never gate Ready, what a person has to mend: something is always down, and that is no news. */
const ALARMS: ReadonlySet<string> = new Set<ReasonName>([
  'ConfigNotPropagated',
  'ReloadNeeded',
  'RestartNeeded',
  'PoolMissing',
  'CertificateFailure',
]);

/** What passes by itself: a rollout would be an Event for each of its steps. */
const UNDER_WAY: ReadonlySet<string> = new Set<ReasonName>([
  'Progressing',
  'WaitingForMeshPolicy',
  'WaitingForWorkload',
  'WaitingForRollout',
  'WaitingForCertificates',
  'TemplateWriteInterval',
]);

/** What the deadlines or the drift tell better. */
const TOLD_ELSEWHERE: ReadonlySet<string> = new Set<ReasonName>([
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

/** What Ready says and only the owner of the StatefulSet can mend, or has to do. */
const OWNERS: ReadonlySet<string> = new Set<ReasonName>([
  ...STUCK,
  'RolloutOnDelete',
  'RolloutPartitioned',
  'ContainerNotFound',
  'OwnedByController',
  'InboundPolicyWouldBeBypassed',
  'VolumeNameTaken',
  'MountPathTaken',
  'AnnotationNotMergeable',
  'SelectorTooWide',
  'ProofImpossible',
  'ConfigMapNotResolved',
]);

function conditionNews({ report, status }: Visit): readonly News[] {
  const before = new Map(report.resource.status?.conditions?.map((each) => [each.type, each]));
  return Object.entries(ACTIONS).flatMap(([type, action]): readonly News[] => {
    const now = status.conditions?.find((each) => each.type === type);
    const was = before.get(type);
    if (now === undefined || (was?.status === now.status && was.reason === now.reason)) return [];
    if (!isNews(now, was)) return [];
    const event = { action, type: severity(now), reason: reasonOf(now), note: now.message };
    const forOwner = type === 'Ready' && isForOwner(report, now);
    return [
      { ...event, regarding: 'Resource' },
      ...(forOwner ? [{ ...event, regarding: 'Workload' as const }] : []),
    ];
  });
}

/** Of a condition that flipped. */
function isNews(now: Condition, was: Condition | undefined): boolean {
  switch (now.type) {
    case 'Ready':
      return !UNDER_WAY.has(now.reason);
    case 'Drifted':
    case 'FieldConflict':
    case 'SecretsStale':
      if (TOLD_ELSEWHERE.has(now.reason)) return false;
      return now.status === 'True' || (now.status === 'False' && was?.status === 'True');
    case 'Reloaded':
    case 'TargetsUp':
      return ALARMS.has(now.reason) || (now.status === 'True' && ALARMS.has(was?.reason ?? ''));
    default:
      return now.status === 'True' && was?.status !== 'True';
  }
}

/** `Succeeded` says nothing in a list of Events: the condition's own name does. */
function reasonOf({ type, reason }: Condition): string {
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
      return reason === 'LegacySecretOfOtherRoot' ? 'Warning' : 'Normal';
  }
}

function isForOwner({ outcomes }: Report, { reason }: Condition): boolean {
  if (OWNERS.has(reason)) return true;
  const kind = reason === 'FieldConflict' ? 'Conflict' : reason === 'WriteRefused' ? 'Refused' : undefined;
  return outcomes.some((each) => each.kind === kind && each.action.target.kind === 'StatefulSet');
}

/** Drift that is new, and drift that this visit put right, each with who made it. */
function driftNews({ report, status }: Visit): readonly News[] {
  const before = report.resource.status?.drift;
  const records = recordDrift(report);
  const known = new Map(before?.fields.map((field) => [keyOf(field), field.count]));
  const isNew = (field: DriftField): boolean => known.get(keyOf(field)) !== field.count;
  const grew = (status.drift?.detectedTotal ?? 0) > (before?.detectedTotal ?? 0);
  const detected = grew ? records.active.filter(isNew) : [];
  return [
    ...ofDrift(detected, { type: 'Warning', action: 'CheckDrift', reason: 'DriftDetected', prefix: '' }),
    ...ofDrift(records.corrected, {
      type: 'Normal',
      action: 'CorrectDrift',
      reason: 'DriftCorrected',
      prefix: 'put right: ',
    }),
  ];
}

function keyOf({ target, path }: DriftField): string {
  return `${target} ${path}`;
}

function ofDrift(
  fields: readonly DriftField[],
  { prefix, ...event }: Omit<News, 'note' | 'regarding'> & { readonly prefix: string },
): readonly News[] {
  const template = fields.filter(({ target }) => target.startsWith('StatefulSet/'));
  const news = (regarding: News['regarding'], told: readonly DriftField[]): readonly News[] =>
    told.length === 0 ? [] : [{ ...event, regarding, note: `${prefix}${summarizeDrift(told)}` }];
  return [...news('Resource', fields), ...news('Workload', template)];
}

/** What comes to an end in the pods, by a secret that they mount or a certificate of theirs: its owner's business too. */
function deadlines({ report, status }: Visit): readonly News[] {
  const { resource, plan } = report;
  if (plan.judgement === undefined) return [];
  const told = (events: readonly UndoEvent[], action: string): readonly News[] =>
    events.flatMap((event): readonly News[] => [
      { ...event, action, regarding: 'Resource' },
      { ...event, action, regarding: 'Workload' },
    ]);
  return [
    ...told(deadlineNews(resource, plan.judgement, status), 'CheckDeadline'),
    ...told(renewalNews(resource, status), 'CheckRenewal'),
  ];
}

/** A template write that stood: its owner sees pods restart and would not know why. */
export function templateNews(outcome: Outcome): readonly News[] {
  const { action } = outcome;
  if (outcome.kind !== 'Written' || action.target.kind !== 'StatefulSet') return [];
  if (action.kind === 'ReleaseOwnership') return [];
  const event = { type: 'Normal', action: 'WriteTemplate', reason: 'TemplateWritten' } as const;
  const note = `${action.reason}; pods get it when the update strategy of the StatefulSet replaces them`;
  return [
    { ...event, note, regarding: 'Resource' },
    { ...event, note, regarding: 'Workload' },
  ];
}
