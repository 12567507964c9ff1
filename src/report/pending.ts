// status.pending, within the CRD's bounds: where not all fit, every target keeps its first changes, and prometheus.yaml's
// go in before the others'. `pendingCount` says how many there are.
import type { PendingChange } from '../api/prometheus-istio-scrape.gen.ts';
import { pendingOperation, statusPath } from '../plan/model/field.ts';
import type { Plan } from '../plan/plan.ts';
import { clip, VALUE_MAX } from './text.ts';

const PENDING_MAX = 20;
/** Bytes of JSON, since a status holds more than this. */
const PENDING_BYTES = 5_000;

type Pending = Plan['pending'][number];

/** In the order of the plan; chosen one of each target after the other, until no more fit. */
export function pendingChanges({
  pending,
  evaluation,
}: Pick<Plan, 'pending' | 'evaluation'>): readonly PendingChange[] {
  const kept = new Map<Pending, PendingChange>();
  let bytes = 0;
  for (const each of inTurn(pending, evaluation?.parts.config.target).slice(0, PENDING_MAX)) {
    const change = changeOf(each);
    bytes += Buffer.byteLength(JSON.stringify(change));
    if (bytes > PENDING_BYTES) break;
    kept.set(each, change);
  }
  return pending.flatMap((each) => kept.get(each) ?? []);
}

function changeOf({ field, waitingFor }: Pending): PendingChange {
  return {
    target: field.target,
    path: statusPath(field),
    operation: pendingOperation(field),
    ...(field.expected === undefined ? {} : { expected: clip(field.expected, VALUE_MAX) }),
    waitingFor,
  };
}

/** The first of each target, then the second of each, and so on; `first` is the target that comes first in each turn. */
function inTurn(pending: readonly Pending[], first: string | undefined): readonly Pending[] {
  const byTarget = [...Map.groupBy(pending, ({ field }) => field.target)];
  const targets = byTarget.toSorted(([a], [b]) => Number(b === first) - Number(a === first));
  const turns = Math.max(0, ...targets.map(([, own]) => own.length));
  return Array.from({ length: turns }, (_, turn) => targets.flatMap(([, own]) => own[turn] ?? [])).flat();
}
