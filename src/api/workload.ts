// The kinds of object that can run a Prometheus for us.
import { KINDS, type ResourceType } from './kinds.ts';
import type { StatefulSet } from './kubernetes.ts';

const WORKLOAD_KINDS = ['StatefulSet'] as const;
export type WorkloadKind = (typeof WORKLOAD_KINDS)[number];

/** Where those kinds live in the API: what is watched. */
export const WORKLOAD_TYPES: readonly ResourceType[] = WORKLOAD_KINDS.map((kind) => KINDS[kind]);

/** As the API server serves it; only plan/workload reads what lies below its template. */
export type WorkloadObject = StatefulSet;

export function isWorkloadKind(kind: string): kind is WorkloadKind {
  return WORKLOAD_KINDS.some((each) => each === kind);
}
