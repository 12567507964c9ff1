// Waiting without sleeping: a list, then its watch, until a predicate holds or the time is over.
// `follow` is the one loop that survives closed watches and expired versions; the kubelet stand-in uses it too.
import { setTimeout as delay } from 'node:timers/promises';

import type { KubeObject } from './kube-object.ts';
import type { ListOptions, ListPredicate, ListWatch, WaitOptions, WatchEvent } from './requests.ts';

/** Only what never comes takes so long: less than a test has, so that the error says what was waited for. */
const DEADLINE_MS = 90_000;

/** Every object of a collection by uid, again after each change. Ends when `signal` does. Throws what a list throws. */
export async function* follow(
  api: ListWatch,
  collection: string,
  options: ListOptions & { readonly signal: AbortSignal },
): AsyncGenerator<ReadonlyMap<string, KubeObject>, void> {
  const { signal, ...selectors } = options;
  while (!signal.aborted) {
    const { items, metadata } = await api.list(collection, selectors);
    const objects = new Map(items.map((item) => [item.metadata.uid ?? '', item]));
    yield objects;
    const watch = api.watch(collection, { ...options, resourceVersion: metadata.resourceVersion });
    try {
      for await (const event of watch) {
        if (event.type === 'ERROR') break;
        record(objects, event);
        yield objects;
      }
    } catch {
      // A watch ends for many reasons; the list above shows whether the server is still there.
      await delay(100);
    }
  }
}

function record(objects: Map<string, KubeObject>, { type, object }: WatchEvent): void {
  const uid = object.metadata.uid ?? '';
  if (type === 'DELETED') objects.delete(uid);
  else if (type !== 'BOOKMARK') objects.set(uid, object);
}

export async function waitForList(
  api: ListWatch,
  predicate: ListPredicate,
  options: WaitOptions & { readonly collection: string },
): Promise<KubeObject[]> {
  const { collection, timeoutMs = DEADLINE_MS, what = collection, ...selectors } = options;
  const signal = AbortSignal.timeout(timeoutMs);
  let last: KubeObject[] = [];
  let cause: unknown;
  for await (const objects of follow(api, collection, { ...selectors, signal })) {
    last = [...objects.values()];
    try {
      if (predicate(last)) return last;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
  }
  const seen = JSON.stringify(last.map(withoutNoise)).slice(0, 4000);
  const reason = cause instanceof Error ? `\n${cause.message}` : '';
  throw new Error(`waited ${timeoutMs} ms in vain for ${what}${reason}\nlast seen: ${seen}`, { cause });
}

function withoutNoise(object: KubeObject): KubeObject {
  const metadata = { ...object.metadata };
  delete metadata.managedFields;
  return { ...object, metadata };
}
