// The PeerAuthentication part: mode DISABLE for these pods, so that nobody talks mTLS to Prometheus.
// Among several of one scope Istio takes the oldest, so ours may exist and do nothing.
import { apiVersionOf, crdNameOf, KINDS } from '../../api/kinds.ts';
import type { PeerAuthentication } from '../../api/kubernetes.ts';
import { matches } from '../kubernetes/selector.ts';
import { cannotBeRead, type Refusal } from '../model/assessment.ts';
import { partModeOf } from '../model/desired.ts';
import { ownedNameOf } from '../model/names.ts';
import { emptyPart, type PartPlan } from '../model/part.ts';
import type { Subject } from '../model/subject.ts';
import { notInstalled, planOwned } from './owned-object.ts';

/** Evaluates the PeerAuthentication. Later stages wait for it. `tooWide`: nothing is created. */
export function planPeerAuthentication(subject: Subject, tooWide: Refusal | undefined): PartPlan {
  const { resource, peerAuthentications: seen } = subject.snapshot;
  const mode = partModeOf(resource, 'peerAuthentication');
  const name = ownedNameOf(resource);
  const base = emptyPart({ name: 'peerAuthentication', mode, target: `PeerAuthentication/${name}` });
  if (mode === 'Ignore') return base;
  if (tooWide !== undefined) return { ...base, refusal: tooWide };
  if (seen.kind === 'unreadable') return { ...base, refusal: cannotBeRead('PeerAuthentications', seen) };
  if (seen.kind === 'absent') {
    return { ...base, refusal: notInstalled(crdNameOf(KINDS.PeerAuthentication)) };
  }
  const rival = olderRival(subject, seen.value);
  if (rival !== undefined && isDisabled(rival)) {
    const target = `PeerAuthentication/${rival.metadata.name}`;
    return {
      ...base,
      findings: [
        { code: 'SatisfiedBy', target, message: `${target} keeps mutual TLS away from these pods already` },
      ],
    };
  }
  const owned = planOwned(
    resource,
    {
      part: 'peerAuthentication',
      apiVersion: apiVersionOf(KINDS.PeerAuthentication),
      kind: 'PeerAuthentication',
      gates: true,
      purpose: 'that lets Prometheus be reached without mTLS',
      spec: { selector: { matchLabels: subject.workload.selector }, mtls: { mode: 'DISABLE' } },
    },
    seen.value.find((candidate) => candidate.metadata.name === name),
  );
  if (rival === undefined) return { ...base, ...owned };
  return { ...base, fields: owned.fields, refusal: owned.refusal ?? rivalRefusal(rival) };
}

/** The oldest other PeerAuthentication that selects these pods, if it is older than ours. */
function olderRival(
  { snapshot, workload }: Subject,
  all: readonly PeerAuthentication[],
): PeerAuthentication | undefined {
  const name = ownedNameOf(snapshot.resource);
  const sameScope = all.filter((candidate) => {
    if (candidate.metadata.name === name) return true;
    const labels = candidate.spec?.selector?.matchLabels ?? {};
    return Object.keys(labels).length > 0 && matches(labels, workload.template.metadata?.labels);
  });
  const oldest = sameScope.toSorted(byAge)[0];
  return oldest === undefined || oldest.metadata.name === name ? undefined : oldest;
}

export function byAge(a: PeerAuthentication, b: PeerAuthentication): number {
  const age = ({ metadata }: PeerAuthentication): string =>
    `${metadata.creationTimestamp ?? ''} ${metadata.name}`;
  return age(a) < age(b) ? -1 : 1;
}

export function isDisabled({ spec }: PeerAuthentication): boolean {
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
