// The Sidecar part: egress to the control plane only, so that the proxy stays small but keeps a reason to renew.
import { apiVersionOf, crdNameOf, KINDS } from '../../api/kinds.ts';
import type { Sidecar } from '../../api/kubernetes.ts';
import { matches } from '../kubernetes/selector.ts';
import { cannotBeRead, type Refusal } from '../model/assessment.ts';
import { canonicalJson } from '../model/canonical-json.ts';
import { partModeOf } from '../model/desired.ts';
import type { Finding } from '../model/finding.ts';
import { ownedNameOf } from '../model/names.ts';
import { emptyPart, type PartPlan } from '../model/part.ts';
import type { Subject } from '../model/subject.ts';
import { egressHosts, planEgress } from './egress.ts';
import { isOurs, notInstalled, planOwned } from './owned-object.ts';

/** Evaluates the Sidecar. It never gates: without it the proxy only uses more memory. `tooWide`: nothing is created. */
export function planSidecar(subject: Subject, tooWide: Refusal | undefined): PartPlan {
  const { snapshot, workload } = subject;
  const { resource, sidecars: seen } = snapshot;
  const mode = partModeOf(resource, 'sidecar');
  const name = ownedNameOf(resource);
  const base = emptyPart({ name: 'sidecar', mode, target: `Sidecar/${name}` });
  if (mode === 'Ignore') return base;
  if (tooWide !== undefined) return { ...base, refusal: tooWide };
  if (seen.kind === 'unreadable') return { ...base, refusal: cannotBeRead('Sidecars', seen) };
  if (seen.kind === 'absent') return { ...base, refusal: notInstalled(crdNameOf(KINDS.Sidecar)) };
  const own = seen.value.find((sidecar) => sidecar.metadata.name === name);
  const enough = own === undefined ? seen.value.find((sidecar) => doesSuffice(subject, sidecar)) : undefined;
  if (enough !== undefined) {
    const target = `Sidecar/${enough.metadata.name}`;
    const message = `${target} leaves these pods only Istio's own namespace as egress already`;
    return { ...base, findings: [{ code: 'SatisfiedBy', target, message }] };
  }
  const egress = planEgress(snapshot);
  const owned = planOwned(
    resource,
    {
      part: 'sidecar',
      apiVersion: apiVersionOf(KINDS.Sidecar),
      kind: 'Sidecar',
      gates: false,
      purpose: 'that keeps the proxy small: egress to the control plane only',
      spec: {
        workloadSelector: { labels: workload.selector },
        egress: [{ hosts: egressHosts(snapshot).hosts }],
      },
    },
    own,
  );
  return {
    ...base,
    ...owned,
    needs: egress.needs,
    findings: [...rivals(subject, seen.value), ...egress.findings],
  };
}

/** It selects by the very labels of the workload, and its egress is Istio's own namespace or the hosts that ours would have. */
function doesSuffice({ snapshot, workload }: Subject, { spec }: Sidecar): boolean {
  const labels = spec?.workloadSelector?.labels ?? {};
  if (canonicalJson(labels) !== canonicalJson(workload.selector) || Object.keys(labels).length === 0)
    return false;
  const hosts = (spec?.egress ?? []).flatMap((each) => each.hosts ?? []);
  const desired = [`${snapshot.resource.spec.istio.namespace}/*`, ...egressHosts(snapshot).hosts];
  return hosts.length > 0 && hosts.every((host) => desired.includes(host));
}

function rivals({ snapshot, workload }: Subject, sidecars: readonly Sidecar[]): readonly Finding[] {
  return sidecars
    .filter((sidecar) => {
      const labels = sidecar.spec?.workloadSelector?.labels ?? {};
      if (Object.keys(labels).length === 0 || isOurs(sidecar, snapshot.resource)) return false;
      return matches(labels, workload.template.metadata?.labels);
    })
    .map(({ metadata: { name } }) => ({
      code: 'RivalSidecar',
      target: `Sidecar/${name}`,
      message: `Sidecar/${name} selects the same pods; Istio takes one of the two, not both: set spec.manage.sidecar to Ignore and delete ours if there is one, or delete that one`,
    }));
}
