// The reconciliation of a resource that is being deleted: undo step by step, then let it go. It never hangs: what cannot be
// undone within the limit is said in an Event and left.
import type { PrometheusIstioScrape } from '../api/resource.ts';
import { FINALIZER } from '../api/resource.ts';
import { rfc3339 } from '../api/rfc3339.ts';
import type { EventContent } from '../plan/model/event.ts';
import { keyOfResource } from '../plan/model/names.ts';
import type { Outcome } from '../plan/model/outcome.ts';
import { planUndo, type UndoPlan } from '../plan/undo/undo.ts';
import { explainedEvent } from '../report/event.ts';
import { templateEvents } from '../report/events.ts';
import { applyAll } from './apply.ts';
import type { ReconcileContext, ReconcileResult } from './context.ts';
import { emitEvents } from './emit-events.ts';
import { ReconcileIncomplete } from './incomplete.ts';
import { cachedView } from './observe.ts';
import { planWithReads } from './plan-with-reads.ts';
import { reportTerminating, type TerminatingState } from './terminating.ts';

/** After so long, what is still refused or failing is left. Longer than the wait for a reload. */
const GIVE_UP_MS = 10 * 60_000;
const TRIES_MIN = 5;

/** Config, template, release, and the step that finds nothing left; one to spare. */
const STEPS_MAX = 5;

/** Thrown inside the library's finalizer handling to keep the finalizer; it never leaves this file. */
class UndoPending extends Error {
  readonly retryAfterMs: number;

  constructor(retryAfterMs: number) {
    super('the undo is not done yet');
    this.retryAfterMs = retryAfterMs;
  }
}

/** Ours has gone, or was never needed. */
function keptBy(finalizers: readonly string[]): TerminatingState {
  const message = `nothing is left to undo; finalizers of others keep the resource: ${finalizers.join(', ')}`;
  return { message, isConfigBack: false };
}

/** Undoes what the deletion policy says, then takes the finalizer away. Throws `ReconcileIncomplete` for another try. */
export async function undo(
  resource: PrometheusIstioScrape,
  context: ReconcileContext,
): Promise<ReconcileResult> {
  const gone: ReconcileResult = { requeueAfterMs: undefined, changed: true, configMaps: [] };
  const finalizers = resource.metadata.finalizers ?? [];
  if (!finalizers.includes(FINALIZER)) {
    if (finalizers.length > 0) await reportTerminating(resource, context, keptBy(finalizers));
    return { ...gone, changed: false };
  }
  try {
    await context.finalizer.finish(resource, () => undoAll(resource, context));
    context.undoTries.delete(resource.metadata.uid);
    return gone;
  } catch (error) {
    if (error instanceof UndoPending) return { ...gone, requeueAfterMs: error.retryAfterMs };
    throw error;
  }
}

async function undoAll(resource: PrometheusIstioScrape, context: ReconcileContext): Promise<void> {
  const { cluster, log } = context;
  const emitted = new Set<string>();
  // A later step finds some of the same things again.
  const emitOnce = (events: readonly EventContent[]): Promise<void> => {
    const fresh = events.filter(({ note }) => !emitted.has(note));
    for (const { note } of fresh) emitted.add(note);
    const undone = fresh.map((event) => explainedEvent({ ...event, action: 'Undo', regarding: 'Resource' }));
    return emitEvents(resource, cluster, undone);
  };
  for (let step = 1; step <= STEPS_MAX; step += 1) {
    const view = cachedView(cluster, resource);
    const { plan } = await planWithReads({ context, view, known: {}, reloadAsked: false, plan: planUndo });
    if (plan.waitMs > 0) {
      // A Prometheus that cannot be reloaded is asked again when the wait is over.
      await applyAll(cluster, plan.actions);
      await reportTerminating(resource, context, { ...plan, message: waitingMessage(plan) });
      throw new UndoPending(plan.waitMs);
    }
    if (plan.actions.length === 0) {
      await emitOnce(plan.events);
      return;
    }
    const outcomes = await applyAll(cluster, plan.actions);
    const left = outcomes.filter(({ kind }) => kind !== 'Written');
    await emitEvents(resource, cluster, outcomes.flatMap(templateEvents));
    if (left.length === 0) {
      await emitOnce(plan.events);
      log.info({ changes: outcomes.map(({ action }) => action.reason) }, 'undone');
      continue;
    }
    const [first] = left;
    if (first !== undefined && !isHopeless(resource, context)) {
      const message = failureMessage(resource, first);
      // The failure says more than that its status could not be written either.
      if (message !== undefined)
        await reportTerminating(resource, context, { ...plan, message }).catch(() => undefined);
      throw new ReconcileIncomplete(keyOfResource(resource), first);
    }
    await emitOnce([
      {
        type: 'Warning',
        reason: 'RestoreIncomplete',
        note: `left as it is after ${GIVE_UP_MS / 60_000} minutes: ${left.map(({ action }) => `${action.target.kind}/${action.target.name}`).join(', ')}`,
      },
    ]);
    return;
  }
}

function waitingMessage({ wait, isConfigBack }: UndoPlan): string {
  const done = isConfigBack ? 'the jobs read their old files again; ' : '';
  const until = wait === undefined ? '' : `${wait.message}, until ${rfc3339(wait.untilMs)} at the latest`;
  return `being undone (deletionPolicy Restore): ${done}waits for ${until}; then pod template, Sidecar and PeerAuthentication follow`;
}

/** `undefined`: a lost race says nothing, and is over with the next try. */
function failureMessage({ spec, metadata }: PrometheusIstioScrape, outcome: Outcome): string | undefined {
  if (!('message' in outcome)) return undefined;
  const { kind, name } = outcome.action.target;
  const until = rfc3339(Date.parse(metadata.deletionTimestamp ?? '') + GIVE_UP_MS);
  return `being undone (deletionPolicy ${spec.deletionPolicy}): ${kind}/${name}: ${outcome.message}; it is tried again, and what fails still at ${until} is left`;
}

/**
 * Overdue and tried a few times by this process: a controller that was away for long, or one lost race, gives up nothing.
 */
function isHopeless({ metadata }: PrometheusIstioScrape, { now, undoTries }: ReconcileContext): boolean {
  const tries = (undoTries.get(metadata.uid) ?? 0) + 1;
  undoTries.set(metadata.uid, tries);
  return tries >= TRIES_MIN && now() > Date.parse(metadata.deletionTimestamp ?? '') + GIVE_UP_MS;
}
