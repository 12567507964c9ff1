// Plan, read what the plan needs, and plan again, until it needs nothing more.
import type { Need, Reads } from '../plan/model/reads.ts';
import type { CachedView, Snapshot } from '../plan/model/snapshot.ts';
import type { ReconcileContext } from './context.ts';
import { fulfil } from './observe.ts';

/** The longest chain of reads that a plan asks for: pods, then ConfigMap, then everybody's pods. */
const READS_MAX = 6;

interface Planning<T extends { readonly needs: readonly Need[] }> {
  readonly context: ReconcileContext;
  readonly view: CachedView;
  /** What was read already. */
  readonly known: Reads;
  readonly reloadAsked: boolean;
  readonly plan: (snapshot: Snapshot) => T;
}

/** The plan that was made from every read that it needs, and those reads. */
export async function planWithReads<T extends { readonly needs: readonly Need[] }>({
  context,
  view,
  known,
  reloadAsked,
  plan,
}: Planning<T>): Promise<{ readonly plan: T; readonly reads: Reads }> {
  const { now, templateWriteIntervalMs } = context;
  let reads = known;
  for (let tries = 1; ; tries += 1) {
    const made = plan({ ...view, reads, reloadAsked, nowMs: now(), templateWriteIntervalMs });
    if (made.needs.length === 0 || tries > READS_MAX) return { plan: made, reads };
    reads = await fulfil(context, view, { reads, needs: made.needs });
  }
}
