// Who owns a field, from managedFields: what we applied, and how our entries are taken out again.
import type { FieldSet, KubernetesObject, ManagedFieldsEntry } from '../../api/kubernetes.ts';
import { ORIGINAL_TEMPLATE_ANNOTATION, ORIGINAL_TLS_CONFIG_ANNOTATION } from '../../api/resource.ts';
import type { JsonPatchOperation } from '../../api/write.ts';
import type { FieldPath } from '../model/field-path.ts';

/** Owns no more than our records, and only where nobody else owns anything. */
const RECORD_MANAGER = 'meshscrape';

/** The same path as the API server prints it in a conflict: `.spec.volumes[name="x"].emptyDir`. */
export function applyPathOf(path: FieldPath): string {
  return path
    .map((segment) => {
      if (segment.startsWith('f:')) return `.${segment.slice(2)}`;
      return `[${segment.slice(3, -1).replace(/"([^"]+)":/g, '$1=')}]`;
    })
    .join('');
}

/** True if a path, as the API server prints it, is `own` or lies below it. */
export function isFieldAtOrBelow(path: string, own: string): boolean {
  return path === own || path.startsWith(`${own}.`) || path.startsWith(`${own}[`);
}

/** True if `manager` holds the path (or something below it) in an entry of the given operation. */
export function holdsPath(object: KubernetesObject, manager: string, path: FieldPath): boolean {
  return ownEntriesOf(object, manager).some((entry) => hasPath(entry.fieldsV1, path));
}

/** True if a manager other than `manager` owns the path by server-side apply: it is in a manifest of its own. */
export function isAppliedByOthers(object: KubernetesObject, manager: string, path: FieldPath): boolean {
  return (object.metadata.managedFields ?? []).some(
    (entry) => entry.manager !== manager && entry.operation === 'Apply' && hasPath(entry.fieldsV1, path),
  );
}

/** Every name under which this controller writes, for whatever resource. */
export function isOurManager(manager: string): boolean {
  return manager === RECORD_MANAGER || manager === 'meshscrape-status' || manager.startsWith('meshscrape.');
}

/** A record or an entry of ours in managedFields: meshscrape wrote this workload, for this resource or for one before it. */
export function bearsOurMark({ metadata }: KubernetesObject): boolean {
  if (metadata.annotations?.[ORIGINAL_TEMPLATE_ANNOTATION] !== undefined) return true;
  return (metadata.managedFields ?? []).some(({ manager = '' }) => isOurManager(manager));
}

/** The manager, not one of ours, that wrote the object itself last; `undefined`: nobody is known. */
export function lastForeignManager({ metadata }: KubernetesObject): string | undefined {
  const foreign = (metadata.managedFields ?? []).filter(
    ({ manager = '', subresource = '' }) => manager !== '' && subresource === '' && !isOurManager(manager),
  );
  return foreign.toSorted((a, b) => ((a.time ?? '') < (b.time ?? '') ? 1 : -1))[0]?.manager;
}

/** The newest time of our own entries, milliseconds since the epoch: when we last wrote. `undefined`: never. */
export function lastWriteMs(object: KubernetesObject, manager: string): number | undefined {
  const times = ownEntriesOf(object, manager).map((entry) => Date.parse(entry.time ?? ''));
  const known = times.filter((time) => !Number.isNaN(time));
  return known.length === 0 ? undefined : Math.max(...known);
}

/**
 * A JSON patch that takes every entry of `manager` out of managedFields; empty if there is none. Where nobody else has an
 * entry, one for our records alone takes its place, under another name: without any entry the API server would give every
 * field to `before-first-apply` at the owner's next server-side apply, and that would conflict.
 */
export function releaseOperations(object: KubernetesObject, manager: string): readonly JsonPatchOperation[] {
  const entries = object.metadata.managedFields ?? [];
  const ours = entries.flatMap((entry, index) => (isOwn(entry, manager) ? [index] : []));
  if (ours.length === 0) return [];
  if (ours.length === entries.length) {
    // An empty list is taken for a client that knows no managedFields and is ignored; one empty entry resets them.
    const records = recordFields(object);
    const left =
      records === undefined ? {} : { ...entries.at(-1), manager: RECORD_MANAGER, fieldsV1: records };
    return [resourceVersionGuard(object), { op: 'replace', path: '/metadata/managedFields', value: [left] }];
  }
  // The highest index first, so that the lower ones still point where they did.
  const removals = ours.toReversed().map((index) => ({
    op: 'remove' as const,
    path: `/metadata/managedFields/${index}`,
  }));
  return [resourceVersionGuard(object), ...removals];
}

/** `replace` of the resourceVersion: a stale one answers 409 Conflict (a `test` would answer 422 Invalid). */
export function resourceVersionGuard(object: KubernetesObject): JsonPatchOperation {
  return { op: 'replace', path: '/metadata/resourceVersion', value: object.metadata.resourceVersion };
}

/** Escapes one segment of a JSON pointer (RFC 6901). */
export function pointer(segment: string): string {
  return segment.replaceAll('~', '~0').replaceAll('/', '~1');
}

/** The annotations in which we keep what an undo needs, as managedFields name them. */
function recordFields({ metadata }: KubernetesObject): FieldSet | undefined {
  const records = [ORIGINAL_TLS_CONFIG_ANNOTATION, ORIGINAL_TEMPLATE_ANNOTATION].filter(
    (name) => metadata.annotations?.[name] !== undefined,
  );
  if (records.length === 0) return undefined;
  return { 'f:metadata': { 'f:annotations': Object.fromEntries(records.map((name) => [`f:${name}`, {}])) } };
}

function ownEntriesOf(object: KubernetesObject, manager: string): readonly ManagedFieldsEntry[] {
  return (object.metadata.managedFields ?? []).filter((entry) => isOwn(entry, manager));
}

function isOwn(entry: ManagedFieldsEntry, manager: string): boolean {
  return entry.manager === manager && entry.subresource === undefined;
}

/** True if the set holds the path or something below it. */
export function hasPath(fields: FieldSet | undefined, path: FieldPath): boolean {
  let at = fields;
  for (const segment of path) {
    if (at === undefined) return false;
    at = at[segment];
  }
  return at !== undefined;
}
