// Legacy set-ups that other projects have published, rebuilt from their facts: test/fixtures/peers, one directory each.
import { readdirSync, readFileSync } from 'node:fs';
import { load } from 'js-yaml';

import type { StatefulSet } from '../../src/api/kubernetes.ts';

const DIRECTORY = new URL('../fixtures/peers/', import.meta.url);

export interface Peer {
  readonly name: string;
  readonly config: string;
  /** The StatefulSet as its owner would apply it. */
  readonly workload: Pick<StatefulSet, 'apiVersion' | 'kind' | 'spec'> & {
    readonly metadata: { readonly name: string };
  };
  /** What `meshscrape rewrite --check` says: findings as `line: code`. */
  readonly check: { readonly exit: number; readonly says: readonly string[] };
  /** Codes in status.findings, of the configuration first. */
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

export const PEERS: readonly Peer[] = readdirSync(DIRECTORY).map(read);
