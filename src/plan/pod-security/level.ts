// Which profile of Pod Security the labels of a namespace enforce, and since when at the latest.
import { POD_SECURITY_ENFORCE } from '../../api/pod-security-names.ts';
import type { KubernetesObject, Labels } from '../../api/kubernetes.ts';
import { hasPath } from '../kubernetes/managed-fields.ts';

export type Level = 'privileged' | 'baseline' | 'restricted';

/** Without the label the cluster's default holds, which no label shows. What the API server does not know it takes for restricted. */
export function levelOf(labels: Labels): Level {
  const value = labels[POD_SECURITY_ENFORCE] ?? 'privileged';
  return value === 'privileged' || value === 'baseline' ? value : 'restricted';
}

/** When the label was written last, milliseconds since the epoch; its manager may have written something else since. */
export function labelledMs({ metadata }: KubernetesObject): number | undefined {
  const path = ['f:metadata', 'f:labels', `f:${POD_SECURITY_ENFORCE}`];
  const times = (metadata.managedFields ?? [])
    .filter(({ fieldsV1 }) => hasPath(fieldsV1, path))
    .map(({ time }) => Date.parse(time ?? ''));
  const latest = Math.max(...times);
  return Number.isFinite(latest) ? latest : undefined;
}
