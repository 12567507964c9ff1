// Whether an annotation fits beside the others of its object: the API server counts keys and values of all, in bytes.
import type { KubernetesObject } from '../../api/kubernetes.ts';
import type { Refusal } from '../model/assessment.ts';

/** TotalAnnotationSizeLimitB of apimachinery. */
const BYTES_MAX = 262_144;
/** kubectl keeps the whole object in it, with every client-side apply. */
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

export interface RecordAnnotation {
  readonly key: string;
  readonly value: string;
  /** What a person does where it is the record itself that takes the room. */
  readonly shrink: string;
}

/** The refusal of a record that an object has no room for; `undefined`: it fits. */
export function recordRefusal(object: KubernetesObject, record: RecordAnnotation): Refusal | undefined {
  const { key, value } = record;
  const others = Object.entries(object.metadata.annotations ?? {}).filter(([each]) => each !== key);
  const own = bytesOf([key, value]);
  const bytes = others.reduce((sum, each) => sum + bytesOf(each), own);
  if (bytes <= BYTES_MAX) return undefined;
  const largest = others.toSorted((a, b) => bytesOf(b) - bytesOf(a))[0];
  const fix = largest === undefined || bytesOf(largest) < own ? record.shrink : roomFor(largest[0]);
  const target = `${object.kind}/${object.metadata.name}`;
  const message = `annotation ${key} of ${target} would keep in ${own} bytes what is there now, but with it the annotations of ${target} would have ${bytes} bytes together, and the API server takes ${BYTES_MAX}: ${fix}`;
  return { reason: 'RecordTooLarge', message, stalled: true };
}

function roomFor(largest: string): string {
  return largest === LAST_APPLIED
    ? `take annotation ${largest} out, and from then on apply the object with kubectl apply --server-side`
    : `make room among them: the largest other one is ${largest}`;
}

function bytesOf([key, value]: readonly [string, string]): number {
  return Buffer.byteLength(key) + Buffer.byteLength(value);
}
