// The one shape of every concern: what it still has to read, what a person should know, and what it refuses.
import type { ReasonName } from '../../api/reasons.ts';
import type { Finding } from './finding.ts';
import type { Need } from './reads.ts';

/** Why something cannot be made true. */
export interface Refusal {
  readonly reason: ReasonName;
  /** One or two sentences: what was found, what is accepted, the fix. */
  readonly message: string;
  /** True: a person has to act. False: it is waited for. `'Later'`: another object may still bring it; after a grace a person has to act. */
  readonly stalled: boolean | 'Later';
}

export interface Assessment {
  /** Reads without which the concern cannot be evaluated. */
  readonly needs: readonly Need[];
  /** What a person should know; changes nothing. */
  readonly findings: readonly Finding[];
  readonly refusal?: Refusal | undefined;
  /** Milliseconds until time alone makes it worth evaluating again. */
  readonly retryAfterMs?: number | undefined;
}

/** Nothing to read, to know or to refuse. */
export const NOTHING: Assessment = { needs: [], findings: [], refusal: undefined, retryAfterMs: undefined };

/** What was forbidden to read, in the API server's own words; `soWhat`: what nobody knows for that reason. */
export function cannotBeRead(what: string, { message }: { readonly message: string }, soWhat = ''): Refusal {
  return { reason: 'NotAuthorized', message: `${what} cannot be read${soWhat}: ${message}`, stalled: false };
}
