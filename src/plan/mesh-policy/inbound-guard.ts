// Whether turning inbound interception off would take policies off pods that rely on them.
import { INCLUDE_INBOUND_PORTS } from '../../api/istio-names.ts';
import type { InboundPolicy, Labels, Pod } from '../../api/kubernetes.ts';
import { proxyOf } from '../istio-proxy/proxy-container.ts';
import { matches } from '../kubernetes/selector.ts';
import { cannotBeRead, NOTHING, type Assessment } from '../model/assessment.ts';
import { partModeOf } from '../model/desired.ts';
import { whyMissing } from '../model/observed.ts';
import { answerTo, type NeedOf } from '../model/reads.ts';
import type { Subject } from '../model/subject.ts';

/**
 * Turning inbound interception off takes every AuthorizationPolicy and RequestAuthentication off the pods. Where today's
 * pods intercept and such policies reach them, that must be said out loud in `spec.workload.allowUnprotectedInbound`.
 */
export function inboundGuard({ snapshot, workload }: Subject): Assessment {
  const { resource, reads } = snapshot;
  const { metadata } = workload.template;
  const isTouched = (['workload', 'peerAuthentication'] as const).some(
    (part) => partModeOf(resource, part) !== 'Ignore',
  );
  if (!isTouched) return NOTHING;
  if (resource.spec.workload.allowUnprotectedInbound || metadata?.annotations?.[INCLUDE_INBOUND_PORTS] === '')
    return NOTHING;
  const { pods } = workload;
  if (pods === undefined) return { ...NOTHING, needs: [{ kind: 'Pods' }] };
  if (pods.kind !== 'present') {
    const soWhat = ", so nobody knows whether today's intercept inbound traffic";
    return { ...NOTHING, refusal: cannotBeRead('pods', { message: whyMissing(pods) }, soWhat) };
  }
  if (!pods.value.some(intercepts)) return NOTHING;
  const need: NeedOf<'InboundPolicies'> = {
    kind: 'InboundPolicies',
    istioNamespace: resource.spec.istio.namespace,
  };
  const seen = answerTo(reads, need);
  if (seen === undefined) return { ...NOTHING, needs: [need] };
  if (seen.kind === 'absent') return NOTHING;
  if (seen.kind === 'unreadable') {
    const soWhat = ", and today's pods intercept inbound traffic";
    const what = 'AuthorizationPolicies and RequestAuthentications';
    return { ...NOTHING, refusal: cannotBeRead(what, seen, soWhat) };
  }
  const reaching = seen.value.filter((policy) => reaches(policy, metadata?.labels ?? {}));
  if (reaching.length === 0) return NOTHING;
  const names = reaching.map(({ kind, metadata: { namespace, name } }) => `${kind} ${namespace}/${name}`);
  const message = `today's pods are in the mesh with inbound interception, and turning it off would bypass ${names.join(', ')}: set spec.workload.allowUnprotectedInbound if that is acceptable`;
  return { ...NOTHING, refusal: { reason: 'InboundPolicyWouldBeBypassed', message, stalled: true } };
}

function intercepts(pod: Pod): boolean {
  return proxyOf(pod) !== undefined && pod.metadata.annotations?.[INCLUDE_INBOUND_PORTS] !== '';
}

function reaches(policy: InboundPolicy, labels: Labels): boolean {
  return matches(policy.spec?.selector?.matchLabels ?? {}, labels);
}
