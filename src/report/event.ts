// One transition worth an Event, for one reader.
import type { EventContent } from '../plan/model/event.ts';
import { withDocsAddress } from './text.ts';

/** One transition, for one reader. */
export interface ReportedEvent extends EventContent {
  /** Whose `kubectl describe` shows it: the custom resource's, or the workload's for its owner. */
  readonly regarding: 'Resource' | 'Workload';
  /** What was done or looked at, a verb in CamelCase. */
  readonly action: string;
}

/** A warning names what explains it. */
export function explainedEvent(event: ReportedEvent): ReportedEvent {
  return event.type === 'Normal' ? event : { ...event, note: withDocsAddress(event.note, event.reason) };
}
