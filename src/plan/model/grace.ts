// How long what another object may still bring is only waited for: deployers fail fast on Stalled, and objects of one
// release arrive in any order.
import type { Snapshot } from './snapshot.ts';

const ARRIVAL_GRACE_MS = 2 * 60_000;

/** Milliseconds that are left of the grace of this generation; 0: it is over. */
export function graceLeftMs({ resource, nowMs }: Pick<Snapshot, 'resource' | 'nowMs'>): number {
  const { status, metadata } = resource;
  const isSeen = status?.observedGeneration === metadata.generation;
  const seenMs = isSeen ? Date.parse(status?.generationSeenTime ?? '') : nowMs;
  // Status of an earlier version does not say since when: then it is long ago.
  return Number.isNaN(seenMs) ? 0 : Math.max(0, Math.min(seenMs, nowMs) + ARRIVAL_GRACE_MS - nowMs);
}
