// The scrape jobs of a whole document, who shares what through aliases, and the scrape_config_files patterns.
import { hasPlainTag, isMergeKey, isNull, keyMeaning, stringMeaning } from '../document/scalar-meaning.ts';
import type { NodeId, Tree } from '../../text/yaml/tree.ts';
import { childrenOf, entriesOf, isMapping, isSequence, NONE, resolve } from '../../text/yaml/tree.ts';
import type { FileRefusalCode, TlsField } from '../result.ts';
import type { JobReading, ReadContext } from './job-reading.ts';
import { readJob } from './read-job.ts';

export interface ConfigReading {
  readonly tree: Tree;
  readonly jobs: readonly JobReading[];
  /** Of each alias that leads to TLS values: the jobs (by item) that read through it, and the field if it is a value. */
  readonly aliasUses: ReadonlyMap<NodeId, AliasUse>;
  readonly scrapeConfigFiles: readonly string[];
  /** The value of the root's scrape_configs, NONE where there is none. */
  readonly list: NodeId;
}

interface AliasUse {
  readonly items: Set<NodeId>;
  /** An alias has one key, so it is the value of one field for all who read it. */
  readonly field: TlsField | undefined;
}

export type ConfigRead =
  | { readonly kind: 'config'; readonly config: ConfigReading }
  | { readonly kind: 'problem'; readonly code: FileRefusalCode; readonly node: NodeId; readonly why: string };

/** Reads the document as a prometheus.yaml or as a file of `scrape_config_files`. */
export function readConfig(tree: Tree): ConfigRead {
  const root = readRoot(tree);
  if (root.kind === 'problem') return root;
  const aliasUses = new Map<NodeId, AliasUse>();
  const context: ReadContext = {
    tree,
    budget: 4 * tree.events.length + 100_000,
    onAlias: (alias, item, field) => {
      const use = aliasUses.get(alias);
      if (use === undefined) aliasUses.set(alias, { items: new Set([item]), field });
      else use.items.add(item);
    },
  };
  const jobs: JobReading[] = [];
  for (const item of root.list === NONE ? [] : childrenOf(tree, root.list)) {
    jobs.push(readJob(context, item));
    if (context.budget < 0) {
      return { kind: 'problem', code: 'TooManyAliases', node: item, why: 'merges expand to too many values' };
    }
  }
  return {
    kind: 'config',
    config: { tree, jobs, aliasUses, scrapeConfigFiles: root.files, list: root.list },
  };
}

type Root =
  | { readonly kind: 'root'; readonly list: NodeId; readonly files: readonly string[] }
  | Extract<ConfigRead, { readonly kind: 'problem' }>;

function readRoot(tree: Tree): Root {
  const problem = (code: FileRefusalCode, node: NodeId, why: string): Root => ({
    kind: 'problem',
    code,
    node,
    why,
  });
  if (tree.root === NONE || isNull(tree, tree.root)) return { kind: 'root', list: NONE, files: [] };
  if (!isMapping(tree, tree.root) || !hasPlainTag(tree, tree.root)) {
    return problem('UnexpectedShape', tree.root, 'the document is no mapping');
  }
  let list = NONE;
  let files: readonly string[] = [];
  const seen = new Set<string>();
  for (const { key, value } of entriesOf(tree, tree.root)) {
    if (isMergeKey(tree, key))
      return problem('UnexpectedShape', key, 'there is a merge key at the top level');
    const name = keyMeaning(tree, key);
    if (name === undefined) return problem('UnexpectedShape', key, 'a key at the top level is no text');
    if (seen.has(name))
      return problem('DuplicateKey', key, `the key ${name} is given twice at the top level`);
    seen.add(name);
    const target = resolve(tree, value);
    if (name === 'scrape_config_files') files = readStrings(tree, target);
    if (name !== 'scrape_configs' || isNull(tree, value)) continue;
    if (target !== value || !isSequence(tree, target) || !hasPlainTag(tree, target)) {
      return problem('UnexpectedShape', value, 'scrape_configs is no list');
    }
    list = target;
  }
  return { kind: 'root', list, files };
}

function readStrings(tree: Tree, list: NodeId): readonly string[] {
  if (!isSequence(tree, list)) return [];
  return childrenOf(tree, list).flatMap((item) => {
    const meaning = stringMeaning(tree, item);
    return meaning.kind === 'value' ? [meaning.value] : [];
  });
}
