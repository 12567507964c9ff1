// Whom a LabelSelector of the API selects, by the API server's own semantics.
import type { Labels, LabelSelector } from '../../api/kubernetes.ts';
import { matches } from './selector.ts';

/** True if the selector matches the labels; none at all, and an empty one, match everything. NotIn matches an absent key. */
export function selects(selector: LabelSelector | undefined, labels: Labels): boolean {
  if (selector === undefined) return true;
  if (!matches(selector.matchLabels ?? {}, labels)) return false;
  return (selector.matchExpressions ?? []).every(({ key, operator, values = [] }) => {
    const value = labels[key];
    switch (operator) {
      case 'In':
        return value !== undefined && values.includes(value);
      case 'NotIn':
        return value === undefined || !values.includes(value);
      case 'Exists':
        return value !== undefined;
      case 'DoesNotExist':
        return value === undefined;
      default:
        // The API server accepts no other: nothing is known to match.
        return false;
    }
  });
}

/** True for a selector without any requirement, which istiod's own lists never count as a match. */
export function isEmptySelector({ matchLabels = {}, matchExpressions = [] }: LabelSelector): boolean {
  return Object.keys(matchLabels).length === 0 && matchExpressions.length === 0;
}
