// Whether the selector of Sidecar and PeerAuthentication would reach pods of another workload.
import type { Pod } from '../../api/kubernetes.ts';
import { isOwnedBy } from '../kubernetes/owner.ts';
import { matches } from '../kubernetes/selector.ts';
import type { Refusal } from '../model/assessment.ts';
import type { Workload } from '../model/workload.ts';

/** Everything that the selector might reach by mistake. */
export interface Neighbours {
  readonly workloads: readonly Workload[];
  /** Those that the selector matches, whoever owns them. */
  readonly pods: readonly Pod[];
}

/** A refusal if the selector is empty or reaches another workload's template or pods. */
export function selectorRefusal(workload: Workload, { workloads, pods }: Neighbours): Refusal | undefined {
  const { selector, object, kind } = workload;
  const text = Object.entries(selector)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
  if (text === '') return tooWide(`the ${kind} has no spec.selector.matchLabels`);
  const other = workloads.find(({ template }) => matches(selector, template.metadata?.labels));
  if (other !== undefined) return tooWide(`${text} also selects pods of ${other.target}`);
  const foreign = pods.find((pod) => !isOwnedBy(pod, object.metadata));
  return foreign === undefined ? undefined : tooWide(`${text} also selects Pod/${foreign.metadata.name}`);
}

function tooWide(what: string): Refusal {
  return {
    reason: 'SelectorTooWide',
    message: `${what}: a Sidecar and a PeerAuthentication made from it would reach another workload's pods, so neither is created; give the pods a label of their own`,
    stalled: true,
  };
}
