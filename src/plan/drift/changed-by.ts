// Who changed a field, from managedFields: only what they can prove, with how sure that is.
// A manager's whole set has one time, in whole seconds, and a removal leaves no trace: so no guess goes further.
import type { KubernetesObject, ManagedFieldsEntry } from '../../api/kubernetes.ts';
import type { ChangedBy } from '../../api/prometheus-istio-scrape.gen.ts';
import { hasPath, isOurManager, lastWriteMs } from '../kubernetes/managed-fields.ts';
import type { FieldPath } from '../model/field-path.ts';

/** `ChangedBy` of status, and when that manager wrote last (milliseconds since the epoch), which status does not show. */
export interface Attribution extends ChangedBy {
  readonly atMs?: number;
}

export const UNKNOWN: Attribution = { confidence: 'Unknown' };

/** Names of the API server's own for writers whose name is lost; `unknown` is a client that sent no User-Agent. */
const NAMELESS = new Set(['', 'ancient-changes', 'before-first-apply', 'unknown']);

interface Writer {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly atMs: number;
  readonly ownsPath: boolean;
}

/**
 * Who made the field at `path` what it is now. `manager` is our own: what it wrote last shows what came after.
 *
 * - `Exact`: one foreign manager owns the field, and wrote after us.
 * - `Inferred`: the field is gone or shared, and exactly one manager wrote after us.
 * - `Unknown`: anything else. Writes of one second cannot be ordered, so they prove nothing about a field that is gone.
 */
export function changedBy(object: KubernetesObject, path: FieldPath, manager: string): Attribution {
  const writers = writersOf(object, path);
  const owners = writers.filter(({ ownsPath }) => ownsPath);
  const lastWrite = lastWriteMs(object, manager);
  const [owner, second] = owners;
  if (owner !== undefined && second === undefined) {
    // Never written by us, or given back (a shared ConfigMap): we took the field from all, so its owner came later.
    return owner.atMs >= (lastWrite ?? -Infinity) ? named(owner, 'Exact') : UNKNOWN;
  }
  if (lastWrite === undefined) return UNKNOWN;
  const since = (owners.length > 0 ? owners : writers).filter(({ atMs }) => atMs >= lastWrite);
  const [only, another] = since;
  return only !== undefined && another === undefined && only.atMs > lastWrite
    ? named(only, 'Inferred')
    : UNKNOWN;
}

function named({ manager, operation, atMs }: Writer, confidence: 'Exact' | 'Inferred'): Attribution {
  return NAMELESS.has(manager) ? UNKNOWN : { manager, operation, confidence, atMs };
}

/** Foreign managers, each once: the operation is that of its newest entry. */
function writersOf(object: KubernetesObject, path: FieldPath): readonly Writer[] {
  const writers = new Map<string, Writer>();
  for (const entry of object.metadata.managedFields ?? []) {
    if (entry.subresource !== undefined && entry.subresource !== '') continue;
    const { manager = '' } = entry;
    if (isOurManager(manager)) continue;
    const writer = writerOf(entry, path);
    const known = writers.get(manager);
    const newer = known === undefined || writer.atMs > known.atMs ? writer : known;
    writers.set(manager, { ...newer, ownsPath: writer.ownsPath || known?.ownsPath === true });
  }
  return [...writers.values()];
}

function writerOf(entry: ManagedFieldsEntry, path: FieldPath): Writer {
  const atMs = Date.parse(entry.time ?? '');
  return {
    manager: entry.manager ?? '',
    operation: entry.operation ?? 'Update',
    atMs: Number.isNaN(atMs) ? 0 : atMs,
    ownsPath: hasPath(entry.fieldsV1, path),
  };
}
