// What forbids to touch a workload at all: it is missing, claimed, somebody's, or unprotected without its proxy. Pure.
import type { InboundPolicy, Pod, StatefulSet } from '../../api/kubernetes.ts';
import { proxyOf } from '../istio-proxy/proxy-container.ts';
import { isOwnedBy, matches } from '../kubernetes/selector.ts';
import type { Refusal } from '../model/part.ts';
import type { Need, Snapshot } from '../model/snapshot.ts';

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
