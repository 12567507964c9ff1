// What is worth an Event: the difference between the status before and the one that was written now, and what was put
// right or restarts pods. Pure. Where nothing flipped there is no news; which flip of a condition is one, condition-news.ts says.
import type { DriftField, PrometheusIstioScrapeStatus } from '../api/prometheus-istio-scrape.gen.ts';
import { isUnresolved } from '../plan/drift/drift.ts';
import type { EventContent } from '../plan/model/event.ts';
import type { Outcome } from '../plan/model/outcome.ts';
import { conditionEvents } from './condition-events.ts';
import { summarizeDrift } from './drift-summary.ts';
import { recordDrift } from './drift.ts';
import type { ReportedEvent } from './event.ts';
import { renewalEvents } from './renewal.ts';
import type { Report } from './report.ts';
import { deadlineEvents } from './stale-secrets.ts';

export interface Visit {
  readonly report: Report;
  /** Everything that was written since status was last told. */
  readonly written: readonly Outcome[];
  /** As it stands now, after the write. */
  readonly status: PrometheusIstioScrapeStatus;
}

/** Everything that became news with this status, each once. */
export function eventsOf(visit: Visit): readonly ReportedEvent[] {
  const all = [
    ...visit.written.flatMap(templateEvents),
    ...driftEvents(visit),
    ...conditionEvents(visit.report, visit.status),
    ...deadlines(visit),
  ];
  const isFirst = (news: ReportedEvent, index: number): boolean =>
    all.findIndex(
      ({ regarding, reason, note }) =>
        regarding === news.regarding && reason === news.reason && note === news.note,
    ) === index;
  return all.filter(isFirst);
}

/** Drift that is new, and drift that this visit put right, each with who made it. */
function driftEvents({ report }: Visit): readonly ReportedEvent[] {
  const { detected, corrected } = recordDrift(report);
  return [
    ...ofDrift(detected.filter(isUnresolved), {
      type: 'Warning',
      action: 'CheckDrift',
      reason: 'DriftDetected',
      prefix: '',
    }),
    ...ofDrift(corrected, {
      type: 'Normal',
      action: 'CorrectDrift',
      reason: 'DriftCorrected',
      prefix: 'put right: ',
    }),
  ];
}

function ofDrift(
  fields: readonly DriftField[],
  { prefix, ...event }: Omit<ReportedEvent, 'note' | 'regarding'> & { readonly prefix: string },
): readonly ReportedEvent[] {
  const template = fields.filter(({ target }) => target.startsWith('StatefulSet/'));
  const news = (
    regarding: ReportedEvent['regarding'],
    told: readonly DriftField[],
  ): readonly ReportedEvent[] =>
    told.length === 0 ? [] : [{ ...event, regarding, note: `${prefix}${summarizeDrift(told)}` }];
  return [...news('Resource', fields), ...news('Workload', template)];
}

/** What comes to an end in the pods, by a secret that they mount or a certificate of theirs: its owner's business too. */
function deadlines({ report, status }: Visit): readonly ReportedEvent[] {
  const { resource, plan } = report;
  if (plan.evaluation === undefined) return [];
  const told = (events: readonly EventContent[], action: string): readonly ReportedEvent[] =>
    events.flatMap((event): readonly ReportedEvent[] => [
      { ...event, action, regarding: 'Resource' },
      { ...event, action, regarding: 'Workload' },
    ]);
  return [
    ...told(deadlineEvents(resource, plan.evaluation, status), 'CheckDeadline'),
    ...told(renewalEvents(resource, status), 'CheckRenewal'),
  ];
}

/** A template write that stood: its owner sees pods restart and would not know why. */
export function templateEvents(outcome: Outcome): readonly ReportedEvent[] {
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
