// One row of the table: a world, what is said in it, and every advice of that message with the change that follows it.
import type { FindingCode } from '../../../src/api/findings.ts';
import type { ReasonName } from '../../../src/api/reasons.ts';
import type { SnapshotOptions } from '../../support/snapshot.ts';
import type { Change } from './changes.ts';

export interface Advice {
  /** The words of the message that give it. */
  readonly words: string;
  /** A string: why no change of this snapshot can follow it. */
  readonly change: Change | string;
  /** The findings that say what was ordered with it, nearly always one. */
  readonly brings?: FindingCode | readonly FindingCode[];
}

export interface AdviceRow {
  readonly code: ReasonName | FindingCode;
  /** The world, in words. */
  readonly name: string;
  readonly seen: SnapshotOptions;
  /** In the order of the message. */
  readonly advice: readonly [Advice, ...Advice[]];
}
