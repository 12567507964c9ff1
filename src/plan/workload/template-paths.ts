// Where our fields are in a pod template: every path spelled once, for apply, managedFields and undo alike.
import type { StatefulSet } from '../../api/kubernetes.ts';
import type { PrometheusIstioScrape } from '../../api/resource.ts';
import { revisionOf } from '../model/desired.ts';
import type { FieldPath } from '../model/field-path.ts';

export const TEMPLATE: FieldPath = ['f:spec', 'f:template'];

/** Where our manager's claim on a label of the template stands. */
export function labelPath(key: string): FieldPath {
  return [...TEMPLATE, 'f:metadata', 'f:labels', `f:${key}`];
}

export function byName(name: string): string {
  return `k:{"name":${JSON.stringify(name)}}`;
}

/** `StatefulSet/prometheus`, as status names it. */
export function targetOf(statefulSet: StatefulSet): string {
  return `StatefulSet/${statefulSet.metadata.name}`;
}

/** The labels by which the pods ask for a proxy. */
export function desiredLabels(resource: PrometheusIstioScrape): Readonly<Record<string, string>> {
  const revision = revisionOf(resource);
  return revision === undefined ? { 'sidecar.istio.io/inject': 'true' } : { 'istio.io/rev': revision };
}
