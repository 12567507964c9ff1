// Which of two objects of one resource is newer, by `metadata.resourceVersion`.
import type { KubernetesObject } from '../../api/kubernetes.ts';

/** Below zero if `a` is older. Decimal strings of any length: no number type holds every one. */
export function compareVersions(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : Number(a > b);
}

export function isNewer(object: KubernetesObject, than: KubernetesObject): boolean {
  return compareVersions(object.metadata.resourceVersion, than.metadata.resourceVersion) > 0;
}
