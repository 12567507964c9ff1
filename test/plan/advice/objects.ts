// The objects of a snapshot by name, to see which of them a change touches; and how far a change reaches.
import { isDeepStrictEqual } from 'node:util';
import type { KubernetesObject } from '../../../src/api/kubernetes.ts';
import { itemsOf, valueOf, type Observed } from '../../../src/plan/model/observed.ts';
import type { Snapshot } from '../../../src/plan/model/snapshot.ts';
import { NAMESPACE } from '../../support/scrape.ts';

type Objects = ReadonlyMap<string, unknown>;

/** Names of objects that differ between two snapshots, those that only one of them has too. */
export function changedObjects(before: Snapshot, after: Snapshot): readonly string[] {
  const [was, is] = [objectsOf(before), objectsOf(after)];
  const names = new Set([...was.keys(), ...is.keys()]);
  return [...names].filter((name) => !isDeepStrictEqual(was.get(name), is.get(name))).toSorted();
}

function objectsOf(seen: Snapshot): Objects {
  const found = new Map<string, unknown>();
  const add = (kind: string, all: readonly KubernetesObject[]): void => {
    for (const object of all) found.set(`${kind}/${object.metadata.name}`, object);
  };
  const list = (kind: string, observed: Observed<readonly KubernetesObject[]>): void => {
    found.set(`CustomResourceDefinition/${kind}`, observed.kind);
    add(kind, itemsOf(observed));
  };
  add('PrometheusIstioScrape', [...seen.resources, seen.resource]);
  add('StatefulSet', seen.workloads);
  add('StatefulSet', [valueOf(seen.workload) ?? []].flat());
  list('Sidecar', seen.sidecars);
  list('PeerAuthentication', seen.peerAuthentications);
  for (const [kind, answers] of Object.entries(seen.reads)) {
    for (const [key, answer] of Object.entries(answers)) addAnswer(found, { kind, key, answer });
  }
  return found;
}

const OWN_NAMESPACE = `Namespace/${NAMESPACE}`;

/** One object may answer several needs. */
function listed(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}

interface Answered {
  readonly kind: string;
  readonly key: string;
  readonly answer: unknown;
}

function addAnswer(found: Map<string, unknown>, { kind, key, answer }: Answered): void {
  const named = JSON.parse(key) as { readonly name?: string; readonly namespace?: string };
  const objects = answer as Observed<readonly KubernetesObject[]>;
  switch (kind) {
    case 'Pods':
    case 'PodsOfNamespace':
      for (const each of itemsOf(objects)) found.set(`Pod/${each.metadata.name}`, each);
      return;
    case 'WebhookConfigurations':
      for (const each of itemsOf(objects))
        found.set(`MutatingWebhookConfiguration/${each.metadata.name}`, each);
      return;
    case 'NamespaceLabels':
    case 'OwnNamespace':
      found.set(OWN_NAMESPACE, [...listed(found.get(OWN_NAMESPACE)), answer]);
      return;
    case 'Namespace':
      found.set(`Namespace/${named.namespace ?? ''}`, answer);
      return;
    case 'ConfigMap':
      found.set(`ConfigMap/${named.name ?? ''}`, answer);
      return;
    default:
      found.set(`${kind} ${key}`, answer);
  }
}

/** From the least effect on others to the most. */
const REACHES = ['Resource', 'Template', 'Takeover', 'ConfigMap', 'Object', 'Namespace', 'Cluster'] as const;

/** How far a change reaches: a rank in the order in which a message names what helps. */
export function reachOf(before: Snapshot, after: Snapshot): number {
  const reaches = changedObjects(before, after).map((name) => reachOfObject(name, before, after));
  return Math.max(-1, ...reaches.map((reach) => REACHES.indexOf(reach)));
}

function reachOfObject(name: string, before: Snapshot, after: Snapshot): (typeof REACHES)[number] {
  const kind = name.split(/[/ ]/, 1)[0] ?? '';
  if (name === 'PrometheusIstioScrape/prometheus') return takesOver(before, after) ? 'Takeover' : 'Resource';
  if (name === 'StatefulSet/prometheus') return 'Template';
  if (kind === 'ConfigMap') return 'ConfigMap';
  if (name === OWN_NAMESPACE) return 'Namespace';
  const own = ['PrometheusIstioScrape', 'StatefulSet', 'Sidecar', 'PeerAuthentication', 'Pod'];
  return own.includes(kind) ? 'Object' : 'Cluster';
}

/** Settings of the spec by which something is taken from somebody else. */
function takesOver({ resource: { spec: was } }: Snapshot, { resource: { spec } }: Snapshot): boolean {
  return (
    (spec.conflictPolicy === 'Force' && was.conflictPolicy !== 'Force') ||
    (spec.manage.workload === 'Enforce' && was.manage.workload !== 'Enforce') ||
    (spec.workload.allowUnprotectedInbound && !was.workload.allowUnprotectedInbound)
  );
}
