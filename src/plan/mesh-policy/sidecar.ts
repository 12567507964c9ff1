// The Sidecar part: egress to the control plane only, so that the proxy stays tiny but keeps a reason to renew. Pure.
import type { Sidecar, StatefulSet } from '../../api/kubernetes.ts';
import { matches, podSelector } from '../kubernetes/selector.ts';
import { modeOf } from '../model/desired.ts';
import type { Finding } from '../model/finding.ts';
import { ownedNameOf } from '../model/names.ts';
import type { PartPlan, Refusal } from '../model/part.ts';
import type { Observed, Snapshot } from '../model/snapshot.ts';
import { egressHosts, planEgress } from './egress.ts';
import { isOurs, planOwned } from './owned-object.ts';

export interface SidecarInput {
  readonly snapshot: Snapshot;
  readonly statefulSet: StatefulSet;
  /** From the selector: nothing is created then. */
  readonly tooWide: Refusal | undefined;
}

/** Judges the Sidecar. It never gates: without it the proxy only uses more memory. */
export function planSidecar({ snapshot, statefulSet, tooWide }: SidecarInput): PartPlan {
  const { resource } = snapshot;
  const mode = modeOf(resource, 'sidecar');
  const base = {
    name: 'sidecar' as const,
    mode,
    target: `Sidecar/${ownedNameOf(resource)}`,
    fields: [],
    action: undefined,
    needs: [],
    findings: [],
  };
  if (mode === 'Ignore') return { ...base, refusal: undefined };
  if (tooWide !== undefined) return { ...base, refusal: tooWide };
  if (snapshot.sidecars.kind !== 'present') return { ...base, refusal: missingKind(snapshot.sidecars) };
  const egress = planEgress(snapshot);
  const live = snapshot.sidecars.value.find((sidecar) => sidecar.metadata.name === ownedNameOf(resource));
  const owned = planOwned(
    resource,
    {
      part: 'sidecar',
      apiVersion: 'networking.istio.io/v1beta1',
      kind: 'Sidecar',
      gates: false,
      purpose: 'that keeps the proxy small: egress to the control plane only',
      spec: {
        workloadSelector: { labels: podSelector(statefulSet) },
        egress: [{ hosts: egressHosts(snapshot).hosts }],
      },
    },
    live,
  );
  return {
    ...base,
    ...owned,
    needs: egress.needs,
    findings: [...rivals(snapshot.sidecars.value, snapshot, statefulSet), ...egress.findings],
  };
}

function missingKind(seen: Exclude<Observed<unknown>, { kind: 'present' }>): Refusal {
  if (seen.kind === 'unreadable') {
    return { reason: 'NotAuthorized', message: `Sidecars cannot be read: ${seen.message}`, stalled: false };
  }
  return {
    reason: 'IstioNotInstalled',
    message: 'the CRD sidecars.networking.istio.io is not installed; it is looked for again by itself',
    stalled: false,
  };
}

function rivals(
  sidecars: readonly Sidecar[],
  { resource }: Snapshot,
  statefulSet: StatefulSet,
): readonly Finding[] {
  return sidecars
    .filter((sidecar) => {
      const labels = sidecar.spec?.workloadSelector?.labels;
      if (labels === undefined || Object.keys(labels).length === 0 || isOurs(sidecar, resource)) return false;
      return matches(labels, statefulSet.spec.template.metadata?.labels);
    })
    .map(({ metadata: { name } }) => ({
      code: 'RivalSidecar',
      target: `Sidecar/${name}`,
      message: `Sidecar/${name} selects the same pods; Istio takes one of the two, not both: delete one`,
    }));
}
