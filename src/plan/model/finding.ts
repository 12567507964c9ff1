// Something that a person should know and that changes nothing: no gate, no condition's status.
import type { FindingCode } from '../../api/findings.ts';

export interface Finding {
  readonly code: FindingCode;
  /** The object that it is about: `StatefulSet/prometheus`. */
  readonly target: string;
  /** One or two sentences: what was found and the fix. No clock reading and no counter, or status never rests. */
  readonly message: string;
}
