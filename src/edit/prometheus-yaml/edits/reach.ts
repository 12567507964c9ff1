// Which jobs an edit inside a node would reach through anchors. Decides nothing about what to do then.
import type { NodeId } from '../../text/yaml/tree.ts';
import { NONE } from '../../text/yaml/tree.ts';
import type { ConfigReading } from '../jobs/read-config.ts';
import type { TlsField } from '../result.ts';

export interface Asked {
  readonly field: TlsField;
  /** Aliases that the same edit replaces by values of their own. */
  readonly gone: ReadonlySet<NodeId>;
}

/**
 * The list items of all jobs that read `node` through an alias of it or of anything around it; undefined where an
 * alias is used for anything but a job's TLS values, or for another leaf. An empty set: the node is nobody else's.
 */
export function reachOf(config: ConfigReading, node: NodeId, asked: Asked): ReadonlySet<NodeId> | undefined {
  const { tree, aliasUses } = config;
  const reached = new Set<NodeId>();
  const seen = new Set<NodeId>();
  const pending = [node];
  for (let from = pending.pop(); from !== undefined; from = pending.pop()) {
    for (let around = from; around !== NONE && !seen.has(around); around = tree.parent[around] ?? NONE) {
      seen.add(around);
      for (const alias of tree.aliases.get(around) ?? []) {
        if (asked.gone.has(alias)) continue;
        const use = aliasUses.get(alias);
        if (use === undefined || use.mixed) return undefined;
        if (use.field !== undefined && use.field !== asked.field) return undefined;
        for (const item of use.items) reached.add(item);
        pending.push(alias);
      }
    }
  }
  return reached;
}
