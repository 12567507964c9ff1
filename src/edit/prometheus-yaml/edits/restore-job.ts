// The edits that give one job its recorded originals back, as far as its values are still ours.
import { EVENT_ID } from 'js-yaml';
import { endOf, spanOf } from '../../text/yaml/span.ts';
import type { Entry, NodeId, Tree } from '../../text/yaml/tree.ts';
import { entriesOf, eventOf, isMapping } from '../../text/yaml/tree.ts';
import { booleanMeaning, isMergeKey, keyMeaning, stringMeaning } from '../document/scalar-meaning.ts';
import type { JobReading } from '../jobs/job-reading.ts';
import type { RecordedJob, TlsField } from '../result.ts';
import { TLS_FIELDS } from '../result.ts';
import type { RestoreEdit } from './remove-entries.ts';
import { removeEntries } from './remove-entries.ts';

export interface RestoredJob {
  readonly edits: readonly RestoreEdit[];
  /** What is left because somebody changed it since. */
  readonly left: readonly string[];
}

export interface Recorded {
  readonly originals: RecordedJob;
  readonly isOurs: (field: TlsField, value: string | undefined) => boolean;
}

/** Plans the edits of one job. */
export function restoreJob(tree: Tree, job: JobReading, recorded: Recorded): RestoredJob {
  const tls = job.ownTls;
  const { originals, isOurs } = recorded;
  if (tls === undefined) return { edits: [], left: Object.keys(originals) };
  const whole = originals.tls_config;
  if (whole === undefined) return restoreFields(tree, tls.value, recorded);
  return restoreWhole(tree, job, { tls, original: whole, isOurs });
}

function restoreFields(tree: Tree, mapping: NodeId, { originals, isOurs }: Recorded): RestoredJob {
  const edits: RestoreEdit[] = [];
  const left: string[] = [];
  const added: Entry[] = [];
  for (const field of TLS_FIELDS) {
    const original = originals[field];
    if (original === undefined) continue;
    const entry = ownEntry(tree, mapping, field);
    if (isOriginal(tree, entry, original)) continue;
    if (entry === undefined || !isOurs(field, tlsValueOf(tree, field, entry.value))) left.push(field);
    else if (original === null) added.push(entry);
    else {
      const edit = restoreValue(tree, entry, original);
      if (edit === undefined) left.push(field);
      else edits.push(edit);
    }
  }
  const removed = removeOwn(tree, mapping, added);
  left.push(...removed.staying.map(({ key }) => keyMeaning(tree, key) ?? ''));
  return { edits: [...edits, ...removed.edits], left };
}

interface Removed {
  readonly edits: readonly RestoreEdit[];
  /** Entries that cannot be taken out for sure. */
  readonly staying: readonly Entry[];
}

function removeOwn(tree: Tree, mapping: NodeId, entries: readonly Entry[]): Removed {
  const edits = removeEntries(tree, mapping, entries);
  const gone = new Set(edits.flatMap(({ removes }) => removes));
  return { edits, staying: entries.filter(({ key }) => !gone.has(key)) };
}

function tlsValueOf(tree: Tree, field: TlsField, node: NodeId): string | undefined {
  const meaning = field === 'insecure_skip_verify' ? booleanMeaning(tree, node) : stringMeaning(tree, node);
  return meaning.kind === 'value' ? String(meaning.value) : undefined;
}

/** Somebody, or another resource's undo, brought it back already. */
function isOriginal(tree: Tree, entry: Entry | undefined, original: string | null): boolean {
  return entry === undefined ? original === null : writtenText(tree, entry.value) === original;
}

function writtenText(tree: Tree, node: NodeId): string | undefined {
  const span = spanOf(tree, node);
  return span && tree.source.slice(span.start, span.end);
}

function ownEntry(tree: Tree, mapping: NodeId, key: string): Entry | undefined {
  if (!isMapping(tree, mapping)) return undefined;
  return entriesOf(tree, mapping).find((entry) => keyMeaning(tree, entry.key) === key);
}

/** An original of '' was an empty value: the blank that was put after its colon goes too. */
function restoreValue(tree: Tree, { value }: Entry, original: string): RestoreEdit | undefined {
  const span = spanOf(tree, value);
  if (span === undefined) return undefined;
  const start = span.start - blankBefore(tree, span.start, original);
  return { start, end: span.end, text: original, removes: [value] };
}

function blankBefore(tree: Tree, at: number, original: string): number {
  return original === '' && tree.source.charAt(at - 1) === ' ' ? 1 : 0;
}

interface Whole {
  readonly tls: Entry;
  readonly original: string | null;
  readonly isOurs: Recorded['isOurs'];
}

/** The tls_config was ours as a whole, in place of an alias or of nothing. */
function restoreWhole(tree: Tree, job: JobReading, { tls, original, isOurs }: Whole): RestoredJob {
  const nothing = { edits: [], left: ['tls_config'] };
  if (!isMapping(tree, tls.value)) return nothing;
  const entries = entriesOf(tree, tls.value);
  const ours = entries.filter((entry) =>
    TLS_FIELDS.some(
      (field) => keyMeaning(tree, entry.key) === field && isOurs(field, tlsValueOf(tree, field, entry.value)),
    ),
  );
  if (ours.length === 0) return nothing;
  const isUntouched = entries.every((entry) => ours.includes(entry) || isOurMerge(tree, entry, original));
  const event = eventOf(tree, tls.value);
  const end = endOf(tree, tls.value);
  if (isUntouched && original !== null && end !== undefined && event.type === EVENT_ID.MAPPING) {
    const start = event.start - blankBefore(tree, event.start, original);
    return { edits: [{ start, end, text: original, removes: [tls.value] }], left: [] };
  }
  const { edits, staying } =
    isUntouched && original === null ? removeOwn(tree, job.mapping, [tls]) : removeOwn(tree, tls.value, ours);
  return { edits, left: staying.length === 0 ? [] : ['tls_config'] };
}

/** The merge of the alias that was replaced, which the replacement still holds. */
function isOurMerge(tree: Tree, entry: Entry, original: string | null): boolean {
  return isMergeKey(tree, entry.key) && writtenText(tree, entry.value) === original;
}
