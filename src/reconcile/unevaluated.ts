// A first reconciliation that broke off: status says that the controller is there, and what keeps it from evaluating. Later
// ones that break off change nothing: what was evaluated last still holds, and an answer that fails to come says nothing of it.
import type { PrometheusIstioScrape } from '../api/resource.ts';
import { rfc3339 } from '../api/rfc3339.ts';
import { halted } from '../plan/plan.ts';
import { statusOf } from '../report/status.ts';
import type { ReconcileContext } from './context.ts';
import { writeStatus } from './write-status.ts';

/** As the CRD has it from birth: no generation was evaluated, which kstatus takes for InProgress. */
const NEVER_EVALUATED = -1;

/**
 * Writes every condition as Unknown, unless the resource was evaluated before. Once per generation: our own write wakes the
 * resource, and with an error that words itself anew each time that would go round and round.
 */
export async function reportUnevaluated(
  resource: PrometheusIstioScrape,
  error: unknown,
  context: Pick<ReconcileContext, 'cluster' | 'log' | 'now'>,
): Promise<void> {
  const { observedGeneration = NEVER_EVALUATED, conditions = [] } = resource.status ?? {};
  const { generation } = resource.metadata;
  const isReported = conditions.some(
    (each) => each.type === 'Ready' && each.observedGeneration === generation,
  );
  if (observedGeneration !== NEVER_EVALUATED || isReported) return;
  const plan = halted({ reason: 'ProgressingWithRetry', message: sentenceOf(error), stalled: false }, 0);
  const report = { resource, plan, outcomes: [], corrected: [], now: rfc3339(context.now()) };
  const status = { ...statusOf(report), observedGeneration: NEVER_EVALUATED };
  await writeStatus(resource, status, context);
}

/** Errors with a code are meant for people; what a fault of our own says belongs into the log. */
function sentenceOf(error: unknown): string {
  const isMeant = error instanceof Error && 'code' in error;
  return `not evaluated yet: ${isMeant ? error.message : 'an unexpected error, see the log of the controller'}`;
}
