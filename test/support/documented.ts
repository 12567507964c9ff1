// Whether the documentation knows an Event: its reason is in a table, and a warning ends with the address of that reason.
import { CONDITION_MEANINGS } from '../../src/api/conditions.ts';
import { docsAddressOf } from '../../src/api/docs-address.ts';
import { EVENT_REASONS } from '../../src/api/event-reasons.ts';
import { FINDINGS } from '../../src/api/findings.ts';
import { REASONS } from '../../src/api/reasons.ts';
import type { ClusterEvent } from '../../src/reconcile/cluster.ts';

const EXPLAINED = new Set([REASONS, EVENT_REASONS, FINDINGS].flatMap((each) => Object.keys(each)));

/** Throws for an Event that a reader could not find. Beside reasons, an Event may be named after a condition. */
export function assertDocumented({ type, reason, note }: ClusterEvent): void {
  if (type === 'Normal' && reason in CONDITION_MEANINGS) return;
  if (!EXPLAINED.has(reason))
    throw new Error(`an Event has the reason ${reason}, which docs/ does not explain`);
  if (type === 'Warning' && !note.endsWith(`(${docsAddressOf(reason)})`))
    throw new Error(`the warning ${reason} does not end with its address: ${note}`);
}
