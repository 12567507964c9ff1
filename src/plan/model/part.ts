// The four parts that a resource manages, each judged on its own into the same shape. plan.ts sets them in order.
import type { ReasonName } from '../../api/reasons.ts';
import type { Action } from './action.ts';
import type { Finding } from './finding.ts';
import type { Field } from './field.ts';
import { differs } from './field.ts';
import type { Need } from './snapshot.ts';

export const PART_NAMES = ['peerAuthentication', 'sidecar', 'workload', 'config'] as const;
export type PartName = (typeof PART_NAMES)[number];

/** What may be done about a part: the strictest of `mode`, `suspend` and `manage`. */
export type PartMode = 'Enforce' | 'Observe' | 'Ignore';

/** Why something cannot be made true. */
export interface Refusal {
  readonly reason: ReasonName;
  /** One or two sentences: what was found, what is accepted, how to mend. */
  readonly message: string;
  /** True: no event of ours will mend it, a person must. False: it is waited for. */
  readonly stalled: boolean;
}

export interface PartPlan {
  readonly name: PartName;
  readonly mode: PartMode;
  /** `StatefulSet/prometheus`; what the leaves' targets say. */
  readonly target: string;
  readonly fields: readonly Field[];
  /** Why the part is not, or not wholly, made true; an action may exist all the same. */
  readonly refusal: Refusal | undefined;
  /** What would put right every leaf that may be put right. */
  readonly action: Action | undefined;
  /** Reads without which this part cannot be judged. */
  readonly needs: readonly Need[];
  /** Worth telling, changes nothing. */
  readonly findings: readonly Finding[];
}

/** True if the part was judged and nothing is left to do or to refuse. */
export function isInSync(part: PartPlan): boolean {
  return part.needs.length === 0 && part.refusal === undefined && !part.fields.some(differs);
}

/** True if later stages may count on the part: in sync, or none of our business. */
export function isSatisfied(part: PartPlan): boolean {
  return part.mode === 'Ignore' || isInSync(part);
}
