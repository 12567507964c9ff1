// The names that meshscrape gives to what it makes, and under which it writes.
import { createHash } from 'node:crypto';
import type { PrometheusIstioScrape } from '../../api/resource.ts';

const FIELD_MANAGER_MAX = 128;

/** The field manager of one resource, `meshscrape.<namespace>.<name>`; too long a name is cut and hashed. */
export function fieldManagerOf(resource: PrometheusIstioScrape): string {
  const full = `meshscrape.${resource.metadata.namespace}.${resource.metadata.name}`;
  if (full.length <= FIELD_MANAGER_MAX) return full;
  return `${full.slice(0, FIELD_MANAGER_MAX - 13)}.${shortHash(full)}`;
}

/** The name of the Sidecar and of the PeerAuthentication that we create. */
export function ownedNameOf(resource: PrometheusIstioScrape): string {
  return `meshscrape-${resource.metadata.name}`;
}

/** `namespace/name`, the key of the work queue. */
export function keyOfResource(resource: PrometheusIstioScrape): string {
  return `${resource.metadata.namespace}/${resource.metadata.name}`;
}

/** Twelve hex digits of SHA-256: enough to keep two texts apart, short enough for status. */
export function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
