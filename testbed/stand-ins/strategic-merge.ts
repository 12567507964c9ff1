// The strategic merge patch of a pod, as Kubernetes' own library makes it: maps are merged, lists of named things by their
// key, every other list is replaced, and null takes a field away. It knows the fields of pods and no directives.
export type Fields = Readonly<Record<string, unknown>>;

const MERGE_KEYS: Readonly<Record<string, string>> = {
  containers: 'name',
  initContainers: 'name',
  volumes: 'name',
  imagePullSecrets: 'name',
  env: 'name',
  volumeMounts: 'mountPath',
  ports: 'containerPort',
};

/** The patch laid over the original. Two sources of one volume, or two handlers of one probe, both stay. */
export function strategicMerge(original: Fields, patch: Fields): Fields {
  const merged = new Map(Object.entries(original));
  for (const [field, value] of Object.entries(patch)) {
    const before = merged.get(field);
    const key = MERGE_KEYS[field];
    if (value === undefined) continue;
    if (value === null) merged.delete(field);
    else if (isFields(before) && isFields(value)) merged.set(field, strategicMerge(before, value));
    else if (key !== undefined && isList(before) && isList(value))
      merged.set(field, mergeLists(before, value, key));
    else merged.set(field, value);
  }
  return Object.fromEntries(merged);
}

/** Items of one key become one, the first of the original: a second one of that key stays as it is. */
function mergeLists(original: readonly Fields[], patch: readonly Fields[], key: string): Fields[] {
  const merged = [...original];
  for (const item of patch) {
    const index = positionOf(item, merged, key);
    if (index < 0) merged.push(item);
    else merged[index] = strategicMerge(merged[index] ?? {}, item);
  }
  const isPatched = (item: Fields): boolean => positionOf(item, patch, key) >= 0;
  const patched = merged.filter(isPatched);
  patched.sort((a, b) => positionOf(a, patch, key) - positionOf(b, patch, key));
  const own = merged.filter((item) => !isPatched(item));
  return inOrder(own, patched, (item) => positionOf(item, original, key));
}

/** What is the original's own goes before the next of the patch only where the original had it before that. */
function inOrder(own: Fields[], patched: Fields[], place: (item: Fields) => number): Fields[] {
  const ordered: Fields[] = [];
  for (let [left, right] = [own[0], patched[0]]; left !== undefined && right !== undefined;) {
    const isBefore = place(right) >= 0 && place(left) < place(right);
    ordered.push(isBefore ? left : right);
    (isBefore ? own : patched).shift();
    [left, right] = [own[0], patched[0]];
  }
  return [...ordered, ...own, ...patched];
}

function positionOf(item: Fields, list: readonly Fields[], key: string): number {
  return list.findIndex((other) => other[key] === item[key]);
}

function isList(value: unknown): value is readonly Fields[] {
  return Array.isArray(value);
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
