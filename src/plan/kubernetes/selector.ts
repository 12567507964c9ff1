// Whom a set of labels reaches.
import type { Labels } from '../../api/kubernetes.ts';

/** True if every label of the selector is set; an empty selector reaches everything. */
export function matches(selector: Labels, labels: Labels | undefined): boolean {
  return Object.entries(selector).every(([key, value]) => labels?.[key] === value);
}
