// What a write makes of one object: merging, JSON patches, and who owns which field afterwards. The fake cluster's arithmetic.
import { isDeepStrictEqual } from 'node:util';
import type { KubernetesObject, ManagedFieldsEntry } from '../../src/api/kubernetes.ts';
import type { ApplyConflict, JsonPatchOperation } from '../../src/api/write.ts';
import { applyPathOf } from '../../src/plan/kubernetes/managed-fields.ts';
import { fieldSetOf, isTree, listKey, ownableFields, pathsOf, type Tree } from './field-set.ts';

export type Stored = KubernetesObject & Tree;

export interface Writer {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  /** All fields of an apply: it owns them also where it changed nothing. */
  readonly paths?: readonly string[];
}

const EMPTY_IS_ABSENT = new Set(['annotations', 'labels', 'volumes', 'volumeMounts', 'managedFields']);

/** `next` with its managedFields: ownership moves to who changed a field; the generation moves with spec. */
export function managed(
  next: Stored,
  live: Stored | undefined,
  { by, time }: { readonly by: Writer | undefined; readonly time: string },
): Stored {
  const before = live === undefined ? new Map<string, string>() : ownableFields(live);
  const after = ownableFields(next);
  const changed = [...after].filter(([path, value]) => before.get(path) !== value).map(([path]) => path);
  const entries = (next.metadata.managedFields ?? []).flatMap((entry): ManagedFieldsEntry[] => {
    const mine = by !== undefined && entry.manager === by.manager && entry.operation === by.operation;
    const kept = pathsOf(entry.fieldsV1).filter(
      (path) => after.has(path) && (mine || !changed.includes(path)),
    );
    const paths = mine ? (by.paths ?? [...kept, ...changed]) : kept;
    if (paths.length === 0) return [];
    const fieldsV1 = fieldSetOf(paths);
    // Losing a field to another manager does not move the time of an entry.
    const moved = mine && (changed.length > 0 || !isDeepStrictEqual(fieldsV1, entry.fieldsV1));
    return [{ ...entry, ...(moved ? { time } : {}), fieldsV1 }];
  });
  const known = entries.some((entry) => entry.manager === by?.manager && entry.operation === by?.operation);
  const own = by?.paths ?? changed;
  if (by !== undefined && !known && own.length > 0) {
    entries.push({ manager: by.manager, operation: by.operation, time, fieldsV1: fieldSetOf(own) });
  }
  const born = {
    uid: `uid-${next.kind}-${next.metadata.name}`,
    creationTimestamp: time,
    resourceVersion: '',
  };
  const kept = live?.metadata ?? { ...born, ...next.metadata };
  const { uid, creationTimestamp, resourceVersion, generation = 1 } = kept;
  const moves = live !== undefined && !isDeepStrictEqual(live['spec'], prune(next)['spec']);
  return prune({
    ...next,
    metadata: {
      ...next.metadata,
      ...{ uid, creationTimestamp, resourceVersion },
      generation: generation + (moves ? 1 : 0),
      managedFields: entries,
    },
  });
}

function prune(object: object): Stored {
  const isEmpty = (value: unknown): boolean =>
    typeof value === 'object' && Object.keys(value ?? {}).length === 0;
  return JSON.parse(JSON.stringify(object), (key, value: unknown) =>
    EMPTY_IS_ABSENT.has(key) && isEmpty(value) ? undefined : value,
  ) as Stored;
}

/** Fields that another manager owns with another value than the applied one. */
export function conflictsOf(
  live: Stored | undefined,
  body: object,
  manager: string,
): readonly ApplyConflict[] {
  if (live === undefined) return [];
  const now = ownableFields(live);
  const differing = [...ownableFields(body)].flatMap(([path, value]) =>
    now.has(path) && now.get(path) !== value ? [path] : [],
  );
  return (live.metadata.managedFields ?? [])
    .filter((entry) => entry.manager !== manager)
    .flatMap((entry) =>
      pathsOf(entry.fieldsV1)
        .filter((path) => differing.includes(path))
        .map((path) => ({ manager: entry.manager ?? '', path: applyPathOf(path.split('\n')) })),
    );
}

/** Lays an applied body over the live object. */
export function merge(live: unknown, applied: unknown, field = ''): unknown {
  const key = listKey(field);
  if (Array.isArray(live) && Array.isArray(applied) && key !== undefined) {
    const rest = [...(applied as Tree[])];
    const merged = (live as Tree[]).map((item) => {
      const at = rest.findIndex((candidate) => candidate[key] === item[key]);
      return at < 0 ? item : merge(item, rest.splice(at, 1)[0]);
    });
    return [...merged, ...rest];
  }
  if (!isTree(live) || !isTree(applied)) return applied;
  const next = Object.entries(applied)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [name, merge(live[name], value, name)]);
  return { ...live, ...Object.fromEntries(next) };
}

/** Carries out one operation in place; throws for a path that is not there, as the API server refuses it. */
export function patchOne(object: object, operation: JsonPatchOperation): void {
  const segments = operation.path
    .slice(1)
    .split('/')
    .map((each) => each.replaceAll('~1', '/').replaceAll('~0', '~'));
  const last = segments.pop() ?? '';
  const parent = segments.reduce<unknown>(
    (at, each) => (at as Record<string, unknown>)[each],
    object,
  ) as Record<string, unknown>;
  if (operation.op === 'remove' || operation.op === 'replace') {
    if (!(last in parent)) throw new Error(`the patch names a missing path: ${operation.path}`);
  }
  if (operation.op !== 'remove') parent[last] = operation.value;
  else if (Array.isArray(parent)) parent.splice(Number(last), 1);
  else Reflect.deleteProperty(parent, last);
}
