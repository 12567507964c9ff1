// A label selector of an object as the query of a LIST or WATCH.
import { isMap, listAt, mapAt, textAt } from '../../api/json-map.ts';
import { GROUP } from '../../api/resource.ts';

const MATCHES_NOTHING = `${GROUP}/none,!${GROUP}/none`;

/** A selector that selects nothing, or that we cannot read, becomes one that matches no pod. */
export function selectorQuery(selector: unknown): string {
  if (!isMap(selector)) return MATCHES_NOTHING;
  const parts = Object.entries(mapAt(selector, 'matchLabels'))
    .map(([key, value]) => `${key}=${String(value)}`)
    .concat(listAt(selector, 'matchExpressions').map(ruleQuery));
  // An empty selector would list every pod of the namespace; the API server refuses it for StatefulSets anyway.
  return parts.length === 0 ? MATCHES_NOTHING : parts.sort().join(',');
}

function ruleQuery(rule: unknown): string {
  if (!isMap(rule)) return MATCHES_NOTHING;
  const key = textAt(rule, 'key') ?? '';
  const listed = listAt(rule, 'values').map(String).sort().join(',');
  switch (rule['operator']) {
    case 'In':
      return `${key} in (${listed})`;
    case 'NotIn':
      return `${key} notin (${listed})`;
    case 'Exists':
      return key;
    case 'DoesNotExist':
      return `!${key}`;
    default:
      return MATCHES_NOTHING;
  }
}
