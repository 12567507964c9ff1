// Drift in one sentence, for the condition, the log line and the Event alike: counts and names, never values.
import type { ChangedBy } from '../api/prometheus-istio-scrape.gen.ts';

/** A drifted field, as far as a summary needs it. */
export interface Drifted {
  readonly target: string;
  readonly changedBy?: ChangedBy;
}

/**
 * One clause per target, in order of appearance: `StatefulSet/prometheus: 2 fields, last by kubectl-edit`. `drifted` is
 * newest first. Who it was is left out where that is not known of the newest change.
 */
export function summarizeDrift(drifted: readonly Drifted[]): string {
  const targets = new Map<string, readonly Drifted[]>();
  for (const each of drifted) targets.set(each.target, [...(targets.get(each.target) ?? []), each]);
  return [...targets]
    .map(
      ([target, fields]) =>
        `${target}: ${fields.length} ${fields.length === 1 ? 'field' : 'fields'}${lastBy(fields[0])}`,
    )
    .join('; ');
}

function lastBy(newest: Drifted | undefined): string {
  const { manager, confidence } = newest?.changedBy ?? {};
  if (manager === undefined) return '';
  return `, last by ${manager}${confidence === 'Inferred' ? ' (inferred)' : ''}`;
}
