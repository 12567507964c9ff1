// What a person should know and is not ours to change: of each job (job-findings.ts), and stale paths anywhere else.
import type { ScalarEvent } from 'js-yaml';
import { EVENT_ID } from 'js-yaml';

import { keyMeaning, stringMeaning } from '../document/scalar-meaning.ts';
import type { NodeId, Tree } from '../../text/yaml/tree.ts';
import { childrenOf, entriesOf, isMapping, isSequence, NONE } from '../../text/yaml/tree.ts';
import { mountFinder } from '../jobs/mounts.ts';
import { absolutePath, legacyTest } from '../jobs/paths.ts';
import type { ConfigReading } from '../jobs/read-config.ts';
import { offsetOf } from '../jobs/refusals.ts';
import type { ConfigFinding, RewriteRequest } from '../result.ts';
import type { FindingInput } from './input.ts';
import { jobFindings } from './job-findings.ts';

/** A person reads the first few; with the cap a list of ten thousand stale rule files stays linear. */
const MAX_STALE_PATHS = 200;

/** Keys whose values Prometheus opens as files: `ca_file`, `credentials_file`, `files`, `rule_files` and their like. */
const FILE_KEY = /(?:^|_)files?$/;

/** All findings, in the order of the text. */
export function findings(input: FindingInput): readonly ConfigFinding[] {
  const found = [...jobFindings(input), ...stalePaths(input)];
  return found.toSorted((a, b) => a.line - b.line || a.column - b.column);
}

function stalePaths(input: FindingInput): readonly ConfigFinding[] {
  const { tree } = input.config;
  const isStale = staleTest(input.request);
  const found: ConfigFinding[] = [];
  const scopes = jobScopes(input.config);
  for (let node = 0; node < tree.events.length && found.length < MAX_STALE_PATHS; node += 1) {
    const event = tree.events[node];
    if (event?.type !== EVENT_ID.SCALAR || event.valueStart < 0 || !mayBePath(tree, event)) continue;
    if (input.settled.has(node)) continue;
    const meaning = stringMeaning(tree, node);
    if (meaning.kind !== 'value' || !isStale(meaning.value)) continue;
    const path = pathOf(tree, node, scopes);
    if (path === undefined) continue;
    found.push({
      code: 'StalePath',
      path: path.text,
      job: path.job,
      value: meaning.value,
      message: `${path.text} names ${meaning.value}, in a legacy directory; it is not edited, so that mount must stay.`,
      ...input.locate(offsetOf(tree, node)),
    });
  }
  return found;
}

/** Whether a file lies where Citadel's secrets were mounted; another owner's volume there is nothing to warn of. */
function staleTest(request: RewriteRequest): (value: string) => boolean {
  const { mounts = [], configDirectory } = request;
  const isListed = legacyTest(request);
  const mountOf = mountFinder(mounts);
  if (mounts.length === 0) return isListed;
  return (value) => {
    const source = mountOf(absolutePath(value, configDirectory) ?? '')?.source ?? 'EmptyDir';
    return source === 'Citadel' || (source === 'EmptyDir' && isListed(value));
  };
}

/** Cheap first: most scalars hold no slash. */
function mayBePath({ source }: Tree, event: ScalarEvent): boolean {
  if (!event.fast) return true;
  for (let at = event.valueStart; at < event.valueEnd; at += 1) if (source.charCodeAt(at) === 47) return true;
  return false;
}

function jobScopes(config: ConfigReading): ReadonlyMap<NodeId, string> {
  return new Map(config.jobs.map((job) => [job.item, job.name]));
}

/** `remote_write[0].tls_config.ca_file`; undefined where no key on the way says that the value is a file. */
function pathOf(
  tree: Tree,
  node: NodeId,
  scopes: ReadonlyMap<NodeId, string>,
): { readonly text: string; readonly job: string | undefined } | undefined {
  const parts: string[] = [];
  let job: string | undefined;
  let isFile = false;
  for (
    let at = node, around = tree.parent[at] ?? NONE;
    around !== NONE;
    at = around, around = tree.parent[at] ?? NONE
  ) {
    if (isSequence(tree, around)) {
      job ??= scopes.get(at);
      parts.unshift(`[${scopes.get(at) ?? String(childrenOf(tree, around).indexOf(at))}]`);
    } else if (isMapping(tree, around)) {
      const entry = entriesOf(tree, around).find(({ value }) => value === at);
      if (entry === undefined) return undefined;
      const key = keyMeaning(tree, entry.key) ?? '?';
      isFile ||= FILE_KEY.test(key);
      parts.unshift(`.${key}`);
    }
  }
  return isFile ? { text: parts.join('').replace(/^\./, ''), job } : undefined;
}
