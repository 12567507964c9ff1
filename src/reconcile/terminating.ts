// What status says while a resource is being deleted: what is undone, what that waits for, and until when. The same world
// gives the same status: a deadline is a fixed time.
import { isDeepStrictEqual } from 'node:util';
import type { PrometheusIstioScrape } from '../api/resource.ts';
import { rfc3339 } from '../api/rfc3339.ts';
import { halted } from '../plan/plan.ts';
import { statusOf } from '../report/status.ts';
import type { ReconcileContext } from './context.ts';
import { writeStatus } from './write-status.ts';

export interface TerminatingState {
  readonly message: string;
  readonly isConfigBack: boolean;
}

/** Writes it if it differs. A status that is refused stops no undo. */
export async function reportTerminating(
  resource: PrometheusIstioScrape,
  context: Pick<ReconcileContext, 'cluster' | 'log' | 'now'>,
  { message, isConfigBack }: TerminatingState,
): Promise<void> {
  const plan = halted({ reason: 'Terminating', message, stalled: false }, 0);
  const report = { resource, plan, outcomes: [], corrected: [], isConfigBack, now: rfc3339(context.now()) };
  const status = statusOf(report);
  if (!isDeepStrictEqual(status, resource.status)) await writeStatus(resource, status, context);
}
