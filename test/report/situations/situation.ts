// What a situation is: something that can be seen, and the reason that it is to produce.
import type { ConditionType } from '../../../src/api/conditions.ts';
import type { ReasonName } from '../../../src/api/reasons.ts';
import type { Kstatus } from '../../support/kstatus.ts';
import type { Reconciled } from '../world.ts';

export interface Situation extends Reconciled {
  readonly name: string;
  /** The condition that carries the reason, and its status. */
  readonly on: ConditionType;
  readonly status: 'True' | 'False' | 'Unknown';
  /** Of the whole resource. */
  readonly kstatus: Kstatus;
}

/** By the reason that each of them produces. */
export type Situations = Readonly<Partial<Record<ReasonName, readonly Situation[]>>>;
