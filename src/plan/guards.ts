// What forbids to touch a workload at all: it is missing, claimed, somebody's, or unprotected without its proxy. Pure.
import type { Container, InboundPolicy, Pod, StatefulSet } from '../api/kubernetes.ts';
import type { PrometheusIstioScrape } from '../api/resource.ts';
import type { Refusal } from './part.ts';
import { proxyOf } from './proxy-container.ts';
import { isOwnedBy, matches } from './selector.ts';
import type { Need, Snapshot } from './snapshot.ts';
import { containerOf } from './wish.ts';

export type Target =
  | { readonly kind: 'found'; readonly statefulSet: StatefulSet; readonly container: Container }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/** The StatefulSet and container to work on, or why there is none for this resource. */
export function findTarget(snapshot: Snapshot): Target {
  const { resource, statefulSet: seen } = snapshot;
  const { name } = resource.spec.workload;
  const older = claimant(snapshot);
  if (older !== undefined) {
    return refuse(
      'TargetClaimed',
      `StatefulSet/${name} is already managed by PrometheusIstioScrape/${older.metadata.name}, which is older: delete one of the two`,
    );
  }
  if (seen.kind === 'unreadable') {
    const message = `StatefulSets cannot be read: ${seen.message}`;
    return { kind: 'refused', refusal: { reason: 'NotAuthorized', message, stalled: false } };
  }
  if (seen.kind === 'absent') {
    const message = `StatefulSet/${name} does not exist in namespace ${resource.metadata.namespace}; it is picked up when it appears`;
    return { kind: 'refused', refusal: { reason: 'WorkloadNotFound', message, stalled: false } };
  }
  const owner = seen.value.metadata.ownerReferences?.find(({ controller }) => controller === true);
  if (owner !== undefined) {
    const where = owner.apiVersion.startsWith('monitoring.coreos.com/')
      ? `set podMetadata.annotations and labels, volumes, volumeMounts and scrapeClasses[].tlsConfig of that ${owner.kind} instead`
      : `change that ${owner.kind} instead`;
    return refuse(
      'OwnedByController',
      `StatefulSet/${name} belongs to ${owner.kind}/${owner.name}, which would undo every change: ${where}`,
    );
  }
  const container = containerOf(resource, seen.value.spec.template);
  if (container.kind === 'refused') return container;
  return { kind: 'found', statefulSet: seen.value, container: container.container };
}

/** The older resource that names the same workload: the oldest wins, by creationTimestamp, then by name. */
function claimant({ resource, resources }: Snapshot): PrometheusIstioScrape | undefined {
  const age = ({ metadata }: PrometheusIstioScrape): string =>
    `${metadata.creationTimestamp ?? ''} ${metadata.name}`;
  return resources
    .filter(
      (other) =>
        other.metadata.name !== resource.metadata.name &&
        other.spec.workload.name === resource.spec.workload.name &&
        age(other) < age(resource),
    )
    .toSorted((a, b) => (age(a) < age(b) ? -1 : 1))[0];
}

export interface InboundGuard {
  readonly refusal: Refusal | undefined;
  readonly needs: readonly Need[];
}

const INBOUND_PORTS = 'traffic.sidecar.istio.io/includeInboundPorts';

/**
 * Turning inbound interception off takes every AuthorizationPolicy and RequestAuthentication off the pods. Where today's
 * pods intercept and such policies reach them, that must be said out loud in `spec.workload.allowUnprotectedInbound`.
 */
export function inboundGuard(snapshot: Snapshot, statefulSet: StatefulSet): InboundGuard {
  const { resource, reads } = snapshot;
  const free = { refusal: undefined, needs: [] };
  const { metadata } = statefulSet.spec.template;
  if (resource.spec.workload.allowUnprotectedInbound || metadata?.annotations?.[INBOUND_PORTS] === '')
    return free;
  if (reads.pods === undefined) return { refusal: undefined, needs: [{ kind: 'Pods' }] };
  if (reads.pods.kind === 'absent') return free;
  if (reads.pods.kind === 'unreadable') {
    const message = `pods cannot be read, so nobody knows whether today's intercept inbound traffic: ${reads.pods.message}`;
    return { refusal: { reason: 'NotAuthorized', message, stalled: false }, needs: [] };
  }
  if (!reads.pods.value.some((pod) => isOwnedBy(pod, statefulSet) && intercepts(pod))) return free;
  const seen = reads.inboundPolicies;
  if (seen === undefined) {
    return {
      refusal: undefined,
      needs: [{ kind: 'InboundPolicies', istioNamespace: resource.spec.istio.namespace }],
    };
  }
  if (seen.kind === 'absent') return free;
  if (seen.kind === 'unreadable') {
    const message = `AuthorizationPolicies and RequestAuthentications cannot be read, and today's pods intercept inbound traffic: ${seen.message}`;
    return { refusal: { reason: 'NotAuthorized', message, stalled: false }, needs: [] };
  }
  const reaching = seen.value.filter((policy) => reaches(policy, metadata?.labels ?? {}));
  if (reaching.length === 0) return free;
  const names = reaching.map(({ kind, metadata: { namespace, name } }) => `${kind} ${namespace}/${name}`);
  return {
    needs: [],
    refusal: {
      reason: 'InboundPolicyWouldBeBypassed',
      message: `today's pods are in the mesh with inbound interception, and turning it off would bypass ${names.join(', ')}: set spec.workload.allowUnprotectedInbound if that is acceptable`,
      stalled: true,
    },
  };
}

function intercepts(pod: Pod): boolean {
  return proxyOf(pod) !== undefined && pod.metadata.annotations?.[INBOUND_PORTS] !== '';
}

function reaches(policy: InboundPolicy, labels: Readonly<Record<string, string>>): boolean {
  return matches(policy.spec?.selector?.matchLabels ?? {}, labels);
}

function refuse(reason: Refusal['reason'], message: string): Target {
  return { kind: 'refused', refusal: { reason, message, stalled: true } };
}
