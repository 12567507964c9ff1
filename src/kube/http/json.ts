// Raw JSON of the API server to our narrow types: the one place that asserts a type, after checking what we rely on.
// Every field that came stays in the object: typed clients drop what they do not know.
import { isMap, listAt, textAt } from '../../api/json-map.ts';
import type { KubernetesObject } from '../../api/kubernetes.ts';

/** The value of a JSON text; `undefined` if it is not JSON (a proxy's error page, a cut answer). */
export function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}

/** True for an object with the metadata that a cache needs. */
export function isKubernetesObject(value: unknown): value is KubernetesObject {
  if (!isMap(value) || !isMap(value['metadata'])) return false;
  return (
    textAt(value['metadata'], 'name') !== undefined &&
    textAt(value['metadata'], 'resourceVersion') !== undefined
  );
}

/** The object under the narrow type of its kind. The API server validated it against the schema of that kind. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller names the kind it asked for
export function asKind<T extends KubernetesObject>(object: KubernetesObject): T {
  // eslint-disable-next-line @typescript-eslint/consistent-type-assertions -- the parser at the edge
  return object as T;
}

interface ListPage {
  readonly items: readonly KubernetesObject[];
  readonly resourceVersion: string;
  /** Token for the next page; empty on the last one. */
  readonly next: string;
}

/**
 * One page of a LIST. Items of built-in kinds come without apiVersion and kind: they are filled in from the list's own.
 * `undefined`: not a list.
 */
export function parseList(body: string): ListPage | undefined {
  const list = parseJson(body);
  if (!isMap(list) || !isMap(list['metadata'])) return undefined;
  const resourceVersion = textAt(list['metadata'], 'resourceVersion');
  if (resourceVersion === undefined) return undefined;
  const apiVersion = textAt(list, 'apiVersion') ?? '';
  const kind = (textAt(list, 'kind') ?? '').replace(/List$/, '');
  return {
    items: listAt(list, 'items')
      .filter(isKubernetesObject)
      .map((item) => Object.assign({ apiVersion, kind }, item)),
    resourceVersion,
    next: textAt(list['metadata'], 'continue') ?? '',
  };
}
