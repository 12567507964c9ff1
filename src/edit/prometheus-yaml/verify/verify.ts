// The proof that an edit did what it should and nothing else. It shares no decision with the code that made the edit:
// it parses the new text, requires the same nodes outside, and reads every job again.
import { parseYaml } from '../document/parse.ts';
import { isMergeKey, keyMeaning } from '../document/scalar-meaning.ts';
import type { Splice } from '../../text/splice.ts';
import type { NodeId, Tree } from '../../text/yaml/tree.ts';
import { entriesOf, isMapping, NONE } from '../../text/yaml/tree.ts';
import type { ConfigReading } from '../jobs/read-config.ts';
import { readConfig } from '../jobs/read-config.ts';
import type { JobReading } from '../jobs/job-reading.ts';
import type { TlsField } from '../result.ts';
import { TLS_FIELDS } from '../result.ts';
import { changedNodes } from './changed-nodes.ts';

export interface Claim {
  readonly before: ConfigReading;
  /** The text after the edits. */
  readonly text: string;
  readonly edits: readonly Splice[];
  readonly replaced: ReadonlySet<NodeId>;
  /** Items of the old list whose TLS values may change. */
  readonly open: ReadonlySet<NodeId>;
  /** Whether a field of an open job has the value that it should have. */
  readonly isDesired: (job: JobReading, field: TlsField, value: string | undefined) => boolean;
}

/** `jobs` are items of the old list for which the claim does not hold; empty: it fails as a whole. */
export type Proof =
  | { readonly kind: 'proven' }
  | { readonly kind: 'failed'; readonly why: string; readonly jobs: readonly NodeId[] };

/** Proves that the new text differs in the open jobs' TLS values only, and that those are as desired. */
export function verify(claim: Claim): Proof {
  const parsed = parseYaml(claim.text);
  if (parsed.kind === 'refused') return failed(parsed.refusal.message);
  const changed = changedNodes({
    before: claim.before.tree,
    after: parsed.tree,
    edits: claim.edits,
    replaced: claim.replaced,
  });
  if (changed === undefined) return failed('the text around the edits would be read in another way');
  const read = readConfig(parsed.tree);
  if (read.kind === 'problem') return failed(read.why);
  const after = read.config;
  if (after.jobs.length !== claim.before.jobs.length) return failed('the number of jobs would change');
  const wrong = claim.before.jobs.filter((job, index) => !claimHolds(claim, job, after.jobs[index]));
  if (wrong.length > 0) return failed('the values would not be the expected ones', wrong);
  const gone = contained(claim, claim.before, claim.replaced);
  return gone.kind === 'failed' ? gone : contained(claim, after, changed);
}

function failed(why: string, jobs: readonly JobReading[] = []): Proof {
  return { kind: 'failed', why, jobs: jobs.map((job) => job.item) };
}

function claimHolds(claim: Claim, before: JobReading, after: JobReading | undefined): boolean {
  if (after?.name !== before.name) return false;
  if (after.otherTls !== before.otherTls || after.scheme?.value !== before.scheme?.value) return false;
  const open = claim.open.has(before.item);
  if (after.problem?.code !== before.problem?.code) return false;
  return TLS_FIELDS.every((field) => {
    const value = after.fields[field].value;
    return open ? claim.isDesired(before, field, value) : value === before.fields[field].value;
  });
}

/** All nodes that hold a changed one, directly or through an alias. Anchors come before aliases, so one pass does. */
function spread(tree: Tree, changed: ReadonlySet<NodeId>): Uint8Array {
  const touched = new Uint8Array(tree.events.length);
  const mark = (node: NodeId): void => {
    for (let around = node; around > 0 && touched[around] === 0; around = tree.parent[around] ?? NONE) {
      touched[around] = 1;
    }
  };
  for (const node of changed) mark(node);
  for (const [alias, target] of tree.targets) if (touched[target] === 1) mark(alias);
  return touched;
}

/**
 * Requires that all that hold one of the nodes lie below tls_config (or a merge) of an open job, in a field (or a merge)
 * of it. Asked of both texts: in the new one nothing shows what was taken out.
 */
function contained(claim: Claim, side: ConfigReading, nodes: ReadonlySet<NodeId>): Proof {
  const { tree, list } = side;
  const touched = spread(tree, nodes);
  const isTouched = (node: NodeId): boolean => touched[node] === 1;
  if (tree.root === NONE || !isTouched(tree.root)) return { kind: 'proven' };
  for (const { key, value } of entriesOf(tree, tree.root)) {
    if (isTouched(key) || (isTouched(value) && value !== list))
      return failed('the edit reaches another section');
  }
  const escaped = claim.before.jobs.filter((job, index) => {
    const { item = NONE, mapping = NONE } = side.jobs[index] ?? {};
    if (!isTouched(item)) return false;
    return !claim.open.has(job.item) || mapping !== item || !onlyTls(tree, mapping, isTouched);
  });
  return escaped.length > 0 ? failed('the edit would reach another place', escaped) : { kind: 'proven' };
}

function onlyTls(tree: Tree, job: NodeId, isTouched: (node: NodeId) => boolean): boolean {
  return entriesOf(tree, job).every(({ key, value }) => {
    if (!isTouched(key) && !isTouched(value)) return true;
    if (isMergeKey(tree, key)) return true;
    if (keyMeaning(tree, key) !== 'tls_config') return false;
    return !isMapping(tree, value) || onlyFields(tree, value, isTouched);
  });
}

function onlyFields(tree: Tree, tls: NodeId, isTouched: (node: NodeId) => boolean): boolean {
  const fields: readonly string[] = TLS_FIELDS;
  return entriesOf(tree, tls).every(
    ({ key, value }) =>
      (!isTouched(key) && !isTouched(value)) ||
      isMergeKey(tree, key) ||
      fields.includes(keyMeaning(tree, key) ?? ''),
  );
}
