// The four parts that a resource manages, each evaluated into the same shape. plan.ts sets them in order.
import type { Action } from './action.ts';
import type { Assessment } from './assessment.ts';
import { differs, type Field } from './field.ts';

export const PART_NAMES = ['peerAuthentication', 'sidecar', 'workload', 'config'] as const;
export type PartName = (typeof PART_NAMES)[number];

/** What may be done about a part: the strictest of `mode`, `suspend` and `manage`. */
export type PartMode = 'Enforce' | 'Observe' | 'Ignore';

/** `refusal`: why the part is not, or not wholly, made true; an action may exist all the same. */
export interface PartPlan extends Assessment {
  readonly name: PartName;
  readonly mode: PartMode;
  /** `StatefulSet/prometheus`; the target of each of its fields. */
  readonly target: string;
  readonly fields: readonly Field[];
  /** What would correct every field that may be corrected. */
  readonly action: Action | undefined;
  /** Wiring of somebody else makes the part true: how, in a sentence. */
  readonly adopted?: string;
}

/** A part of which nothing is known yet, and nothing is to be done. */
export function emptyPart({ name, mode, target }: Pick<PartPlan, 'name' | 'mode' | 'target'>): PartPlan {
  return { name, mode, target, fields: [], action: undefined, needs: [], findings: [] };
}

/** True if the part was evaluated and nothing is left to do or to refuse. */
export function isInSync(part: PartPlan): boolean {
  return part.needs.length === 0 && part.refusal === undefined && !part.fields.some(differs);
}

/** True if later stages may count on the part: in sync, or none of our business. */
export function isSatisfied(part: PartPlan): boolean {
  return part.mode === 'Ignore' || isInSync(part);
}
