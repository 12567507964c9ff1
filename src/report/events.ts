// What is worth an Event: the difference between the status before and the one that was written now, and what was corrected
// or restarts pods. Where nothing flipped there is none; which flip of a condition is worth one, condition-events.ts says.
import type { DriftField, PrometheusIstioScrapeStatus } from '../api/prometheus-istio-scrape.gen.ts';
import { isWorkloadKind } from '../api/workload.ts';
import { isUnresolved } from '../plan/drift/drift.ts';
import type { EventContent } from '../plan/model/event.ts';
import type { Outcome } from '../plan/model/outcome.ts';
import { conditionEvents } from './condition-events.ts';
import { summarizeDrift } from './drift-summary.ts';
import { recordDrift } from './drift.ts';
import { explainedEvent, type ReportedEvent } from './event.ts';
import { isPerson } from './person.ts';
import { renewalEvents } from './renewal.ts';
import type { Report } from './report.ts';
import { deadlineEvents } from './stale-secrets.ts';

export interface Reported {
  readonly report: Report;
  /** Everything that was written since status was last reported. */
  readonly written: readonly Outcome[];
  /** As it is now, after the write. */
  readonly status: PrometheusIstioScrapeStatus;
}

/** Everything that became worth an Event with this status, each once. */
export function eventsOf(reported: Reported): readonly ReportedEvent[] {
  const all = [
    ...reported.written.flatMap(templateEvents),
    ...driftEvents(reported),
    ...conditionEvents(reported.report, reported.status),
    ...deadlines(reported),
  ].map(explainedEvent);
  const isFirst = (event: ReportedEvent, index: number): boolean =>
    all.findIndex(
      ({ regarding, reason, note }) =>
        regarding === event.regarding && reason === event.reason && note === event.note,
    ) === index;
  return all.filter(isFirst);
}

/** Drift that is new, and drift that was corrected, each with who made it. */
function driftEvents({ report }: Reported): readonly ReportedEvent[] {
  const { detected, corrected } = recordDrift(report);
  return [
    ...ofDrift(detected.filter(isUnresolved), {
      severity: () => 'Warning',
      action: 'CheckDrift',
      reason: 'DriftDetected',
      prefix: '',
    }),
    ...ofDrift(corrected, {
      severity: (fields) =>
        fields.some(({ changedBy }) => changedBy !== undefined && isPerson(changedBy)) ? 'Warning' : 'Normal',
      action: 'CorrectDrift',
      reason: 'DriftCorrected',
      prefix: 'corrected: ',
    }),
  ];
}

interface DriftReport extends Omit<ReportedEvent, 'note' | 'regarding' | 'type'> {
  readonly severity: (fields: readonly DriftField[]) => ReportedEvent['type'];
  readonly prefix: string;
}

function ofDrift(
  fields: readonly DriftField[],
  { severity, prefix, ...event }: DriftReport,
): readonly ReportedEvent[] {
  const template = fields.filter(({ target }) => isWorkloadKind(target.split('/')[0] ?? ''));
  const about = (
    regarding: ReportedEvent['regarding'],
    drifted: readonly DriftField[],
  ): readonly ReportedEvent[] =>
    drifted.length === 0
      ? []
      : [{ ...event, type: severity(drifted), regarding, note: `${prefix}${summarizeDrift(drifted)}` }];
  return [...about('Resource', fields), ...about('Workload', template)];
}

/** What comes to an end in the pods, by a secret that they mount or a certificate of theirs: its owner's business too. */
function deadlines({ report, status }: Reported): readonly ReportedEvent[] {
  const { resource, plan } = report;
  if (plan.evaluation === undefined) return [];
  const both = (events: readonly EventContent[], action: string): readonly ReportedEvent[] =>
    events.flatMap((event): readonly ReportedEvent[] => [
      { ...event, action, regarding: 'Resource' },
      { ...event, action, regarding: 'Workload' },
    ]);
  return [
    ...both(deadlineEvents(resource, plan.evaluation, status), 'CheckDeadline'),
    ...both(renewalEvents(resource, status), 'CheckRenewal'),
  ];
}

/** A template write that succeeded: its owner sees pods restart and would not know why. */
export function templateEvents(outcome: Outcome): readonly ReportedEvent[] {
  const { action } = outcome;
  if (outcome.kind !== 'Written' || !isWorkloadKind(action.target.kind)) return [];
  if (action.kind === 'ReleaseOwnership') return [];
  const event = { type: 'Normal', action: 'WriteTemplate', reason: 'TemplateWritten' } as const;
  const note = `${action.reason}; pods get it when the update strategy of the ${action.target.kind} replaces them`;
  return [
    { ...event, note, regarding: 'Resource' },
    { ...event, note, regarding: 'Workload' },
  ];
}
