// What a reflector asks for: the LIST and the WATCH of one resource, with the time limits of each.
import type { ResourceType } from '../../api/kinds.ts';
import type { RequestSubject } from '../http/kube-error.ts';
import { cacheName, collectionPath } from '../http/resource-path.ts';
import type { ListRequest } from './list-objects.ts';
import type { WatchRequest } from './watch-session.ts';

export interface ReflectedResource {
  readonly type: ResourceType;
  /** All namespaces if not given. */
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  /** Ask for `PartialObjectMetadata`: names and versions, no bodies. */
  readonly metadataOnly?: boolean | undefined;
}

const META = 'g=meta.k8s.io;v=v1';
const SHORTEST_WATCH_S = 300;
const SILENCE_MS = 100_000;
const HEADERS_MS = 30_000;
const SUSPECT_HEADERS_MS = 5_000;

export function listRequest(resource: ReflectedResource, signal: AbortSignal): ListRequest {
  return {
    subject: requestSubject('list', resource),
    path: collectionPath(resource.type, resource.namespace),
    accept: acceptOf(resource, 'PartialObjectMetadataList'),
    labelSelector: resource.labelSelector,
    signal,
  };
}

interface WatchStart {
  readonly fromVersion: string;
  /** The last watch on this connection fell silent: find out quickly whether it is dead. */
  readonly isSuspect: boolean;
  /** In [0, 1): spreads the ends of watches that began together. */
  readonly random: number;
  readonly signal: AbortSignal;
}

export function watchRequest(resource: ReflectedResource, start: WatchStart): WatchRequest {
  return {
    subject: requestSubject('watch', resource),
    path: collectionPath(resource.type, resource.namespace),
    accept: acceptOf(resource, 'PartialObjectMetadata'),
    labelSelector: resource.labelSelector,
    fromVersion: start.fromVersion,
    timeoutSeconds: Math.round(SHORTEST_WATCH_S * (1 + start.random)),
    headersTimeoutMs: start.isSuspect ? SUSPECT_HEADERS_MS : HEADERS_MS,
    silenceMs: SILENCE_MS,
    signal: start.signal,
  };
}

function requestSubject(verb: string, { type, namespace }: ReflectedResource): RequestSubject {
  return { verb, kind: cacheName(type), namespace };
}

function acceptOf({ metadataOnly }: ReflectedResource, kind: string): string {
  return metadataOnly === true ? `application/json;as=${kind};${META}` : 'application/json';
}
