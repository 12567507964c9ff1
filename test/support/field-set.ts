// Objects as server-side apply sees them: fields under FieldsV1 paths. Good enough for the bodies that meshscrape applies:
// maps merge, lists of volumes and containers are keyed by name, mounts by mountPath, every other list is one field.
import type { FieldSet } from '../../src/api/kubernetes.ts';

const KEY_OF_LIST: Readonly<Record<string, string>> = {
  volumes: 'name',
  containers: 'name',
  volumeMounts: 'mountPath',
};

export type Tree = Readonly<Record<string, unknown>>;

export function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The key of a list that merges item by item; `undefined` for an atomic one. */
export function listKey(field: string): string | undefined {
  return KEY_OF_LIST[field];
}

/** Fields by path; a path is its segments, joined by a newline. */
function fieldsOf(value: unknown, path: readonly string[] = []): Map<string, string> {
  const field = path.at(-1)?.slice(2) ?? '';
  const key = listKey(field);
  const children: [string, unknown][] =
    Array.isArray(value) && key !== undefined
      ? value.map((item: Tree) => [`k:${JSON.stringify({ [key]: item[key] })}`, item])
      : isTree(value)
        ? Object.entries(value).map(([name, child]) => [`f:${name}`, child])
        : [];
  if (children.length === 0) return new Map([[path.join('\n'), JSON.stringify(value)]]);
  return new Map(children.flatMap(([segment, child]) => [...fieldsOf(child, [...path, segment])]));
}

/** FieldsV1 of a set of paths. */
export function fieldSetOf(paths: Iterable<string>): FieldSet {
  const root: Record<string, unknown> = {};
  for (const path of paths) {
    let at = root;
    for (const segment of path.split('\n')) at = (at[segment] ??= {}) as Record<string, unknown>;
  }
  return root as FieldSet;
}

/** The paths of FieldsV1 again. */
export function pathsOf(fields: FieldSet | undefined, path: readonly string[] = []): readonly string[] {
  const children = Object.entries(fields ?? {});
  if (children.length === 0) return path.length === 0 ? [] : [path.join('\n')];
  return children.flatMap(([segment, child]) => pathsOf(child, [...path, segment]));
}

/** What a manager owns: everything but who the object is and what the server keeps itself. */
export function ownableFields(object: object): Map<string, string> {
  const { metadata, spec, data } = object as { metadata?: Tree; spec?: unknown; data?: unknown };
  const { labels, annotations } = metadata ?? {};
  const own = { metadata: { labels, annotations }, spec, data };
  const fields = fieldsOf(JSON.parse(JSON.stringify(own)));
  fields.delete('f:metadata');
  fields.delete('');
  return fields;
}
