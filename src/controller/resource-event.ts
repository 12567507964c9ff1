// Our objects and answers in the types of @dot-i/k8s-operator: ResourceEvent and ResourceMeta.
import type { OperatorLogger, ResourceEvent, ResourceMeta } from '@dot-i/k8s-operator';
import library from '@dot-i/k8s-operator';
import type { KubernetesObject } from '../api/kubernetes.ts';
import type { WatchChange } from '../kube/informers/caches.ts';
import { asClientObject } from '../kube/requests/client-object.ts';
import type { ObjectRef } from '../reconcile/cluster.ts';
import type { Logger } from '../reconcile/context.ts';

/** ADDED is what is new to the cache, or of which it is not known what was there before. */
export function resourceEventOf(
  plural: string,
  change: Exclude<WatchChange, { kind: 'state' }>,
): ResourceEvent {
  const { Added, Deleted, Modified } = library.ResourceEventType;
  const event = { meta: metaOf(plural, change.object), object: asClientObject(change.object) };
  if (change.kind === 'deleted') return { ...event, type: Deleted };
  return { ...event, type: change.previous === undefined ? Added : Modified };
}

/** An event to hand to the library's `handleResourceFinalizer`, which changes the object in place. */
export function finalizerEvent(plural: string, object: KubernetesObject): ResourceEvent {
  const { Modified } = library.ResourceEventType;
  return { meta: metaOf(plural, object), object: asClientObject(object), type: Modified };
}

function metaOf(plural: string, object: KubernetesObject): ResourceMeta {
  return library.ResourceMetaImpl.createWithPlural(plural, asClientObject(object));
}

/** The same resource after a write. */
export function metaAfter(meta: ResourceMeta, object: KubernetesObject): ResourceMeta {
  return library.ResourceMetaImpl.createWithId(meta.id, asClientObject(object));
}

export function refOfMeta(meta: ResourceMeta): ObjectRef & { readonly resourceVersion: string } {
  const { apiVersion, kind, namespace = '', name, resourceVersion } = meta;
  return { apiVersion, kind, namespace, name, resourceVersion };
}

/** The library logs plain text. */
export function textLogger(log: Logger): OperatorLogger {
  return {
    debug: (message) => {
      log.debug({}, message);
    },
    info: (message) => {
      log.info({}, message);
    },
    warn: (message) => {
      log.warn({}, message);
    },
    error: (message) => {
      log.error({}, message);
    },
  };
}
