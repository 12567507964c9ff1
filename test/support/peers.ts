// Legacy set-ups that other projects have published, rebuilt from their facts: test/fixtures/peers, one directory each.
import { load } from 'js-yaml';
import { readdirSync, readFileSync } from 'node:fs';

import type { StatefulSet } from '../../src/api/kubernetes.ts';
import type { KubeObject } from '../../testbed/api/kube-object.ts';

const DIRECTORY = new URL('../fixtures/peers/', import.meta.url);

export interface Peer {
  readonly name: string;
  readonly config: string;
  /** The workload as its owner would apply it: a StatefulSet, or another kind with such a template. */
  readonly workload: Pick<StatefulSet, 'apiVersion' | 'spec'> & {
    readonly kind: string;
    readonly metadata: { readonly name: string };
  };
  /** What `meshscrape rewrite --check` says: findings as `line: code`. Exit 2: it is no prometheus.yaml. */
  readonly check: { readonly exit: number; readonly says: readonly string[] };
  /** Part of what promtool says against the configuration as it was published. */
  readonly promtool?: string;
  /** Codes in status.findings of Observe, of the configuration first. */
  readonly findings: readonly string[];
  /** Ready in Observe; where unset it is only known to be False. */
  readonly observed?: Verdict;
  readonly enforced: Outcome & {
    /** Paths of the template's own values that are other ones then: merged annotations. */
    readonly changed: readonly string[];
    readonly rewritten: boolean;
    /** The wiring is its owner's: the template stays as it is, and no policy is created. */
    readonly adopted?: boolean;
  };
  /** The spec that gets on from there. */
  readonly fix?: Outcome & { readonly spec: object };
}

/** The condition Ready. */
interface Verdict {
  readonly ready: { readonly status: string; readonly reason: string };
  /** Part of its message. */
  readonly says: string;
}

/** What becomes of a resource. */
export interface Outcome extends Verdict {
  readonly findings: readonly string[];
}

function read(name: string): Peer {
  const file = (path: string): string => readFileSync(new URL(`${name}/${path}`, DIRECTORY), 'utf8');
  return {
    ...(JSON.parse(file('case.json')) as Omit<Peer, 'name' | 'config' | 'workload'>),
    name,
    config: file('prometheus.yaml'),
    workload: load(file('workload.yaml')) as Peer['workload'],
  };
}

/** What a peer's owner would create. */
export function objectsOf({ name, config, workload }: Peer, namespace: string): readonly KubeObject[] {
  const data = { 'prometheus.yaml': config };
  return [
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, data },
    { ...workload, metadata: { ...workload.metadata, namespace } },
  ];
}

export const PEERS: readonly Peer[] = readdirSync(DIRECTORY).map(read);

/** Those whose file is a prometheus.yaml, of whatever quality. */
export const REWRITABLE: readonly Peer[] = PEERS.filter(({ check }) => check.exit !== 2);

/** The lines of a prometheus.yaml that no rewrite may touch. */
export function linesBesideTls(text: string): readonly string[] {
  return text
    .split('\n')
    .filter((line) => !/^ {4}(?:(?:ca|cert|key)_file|insecure_skip_verify): /.test(line));
}
