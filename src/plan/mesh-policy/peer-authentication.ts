// The PeerAuthentication part: mode DISABLE for these pods, so that nobody talks mTLS to Prometheus. Pure.
// Among several of one scope Istio takes the oldest, so ours may stand there and do nothing.
import type { PeerAuthentication, StatefulSet } from '../../api/kubernetes.ts';
import type { PrometheusIstioScrape } from '../../api/resource.ts';
import { matches, podSelector } from '../kubernetes/selector.ts';
import { modeOf } from '../model/desired.ts';
import type { Finding } from '../model/finding.ts';
import { ownedNameOf } from '../model/names.ts';
import type { PartPlan, Refusal } from '../model/part.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { planOwned } from './owned-object.ts';

export interface PeerAuthenticationInput {
  readonly snapshot: Snapshot;
  readonly statefulSet: StatefulSet;
  readonly tooWide: Refusal | undefined;
}

/** Judges the PeerAuthentication. Later stages wait for it. */
export function planPeerAuthentication(input: PeerAuthenticationInput): PartPlan {
  const { snapshot, statefulSet, tooWide } = input;
  const { resource, peerAuthentications: seen } = snapshot;
  const mode = modeOf(resource, 'peerAuthentication');
  const base = {
    name: 'peerAuthentication' as const,
    mode,
    target: `PeerAuthentication/${ownedNameOf(resource)}`,
    fields: [],
    action: undefined,
    needs: [],
    findings: [],
  };
  if (mode === 'Ignore') return { ...base, refusal: undefined };
  if (tooWide !== undefined) return { ...base, refusal: tooWide };
  if (seen.kind === 'unreadable') {
    const message = `PeerAuthentications cannot be read: ${seen.message}`;
    return { ...base, refusal: { reason: 'NotAuthorized', message, stalled: false } };
  }
  if (seen.kind === 'absent') {
    const message =
      'the CRD peerauthentications.security.istio.io is not installed; it is looked for again by itself';
    return { ...base, refusal: { reason: 'IstioNotInstalled', message, stalled: false } };
  }
  const rival = olderRival(seen.value, resource, statefulSet);
  if (rival !== undefined && isDisabled(rival)) {
    const target = `PeerAuthentication/${rival.metadata.name}`;
    const finding: Finding = { code: 'SatisfiedBy', target, message: `SatisfiedBy ${target}` };
    return { ...base, refusal: undefined, findings: [finding] };
  }
  const owned = planOwned(
    resource,
    {
      part: 'peerAuthentication',
      apiVersion: 'security.istio.io/v1beta1',
      kind: 'PeerAuthentication',
      gates: true,
      purpose: 'that lets Prometheus be reached without mTLS',
      spec: { selector: { matchLabels: podSelector(statefulSet) }, mtls: { mode: 'DISABLE' } },
    },
    seen.value.find((candidate) => candidate.metadata.name === ownedNameOf(resource)),
  );
  if (rival === undefined) return { ...base, ...owned };
  return { ...base, fields: owned.fields, refusal: owned.refusal ?? rivalRefusal(rival) };
}

/** The oldest other PeerAuthentication that selects these pods, if it is older than ours. */
function olderRival(
  all: readonly PeerAuthentication[],
  resource: PrometheusIstioScrape,
  statefulSet: StatefulSet,
): PeerAuthentication | undefined {
  const name = ownedNameOf(resource);
  const sameScope = all.filter((candidate) => {
    if (candidate.metadata.name === name) return true;
    const labels = candidate.spec?.selector?.matchLabels ?? {};
    const selects = Object.keys(labels).length > 0;
    return selects && matches(labels, statefulSet.spec.template.metadata?.labels);
  });
  const oldest = sameScope.toSorted(byAge)[0];
  return oldest === undefined || oldest.metadata.name === name ? undefined : oldest;
}

function byAge(a: PeerAuthentication, b: PeerAuthentication): number {
  const [left, right] = [a, b].map(({ metadata }) => `${metadata.creationTimestamp ?? ''} ${metadata.name}`);
  return (left ?? '') < (right ?? '') ? -1 : 1;
}

function isDisabled({ spec }: PeerAuthentication): boolean {
  const ports = Object.values(spec?.portLevelMtls ?? {});
  return spec?.mtls?.mode === 'DISABLE' && ports.every(({ mode }) => mode === 'DISABLE');
}

function rivalRefusal({ metadata, spec }: PeerAuthentication): Refusal {
  return {
    reason: 'RivalFound',
    message: `PeerAuthentication/${metadata.name} (mode ${spec?.mtls?.mode ?? 'unset'}) selects the same pods and is older, so Istio takes it and ours would do nothing: delete it or set its mode to DISABLE`,
    stalled: true,
  };
}
