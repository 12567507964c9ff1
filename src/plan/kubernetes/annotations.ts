// Whether an annotation fits beside the others of its object: the API server counts keys and values of all, in bytes.
import type { KubernetesObject } from '../../api/kubernetes.ts';
import type { Refusal } from '../model/assessment.ts';

/** TotalAnnotationSizeLimitB of apimachinery. */
const BYTES_MAX = 262_144;
/** kubectl keeps the whole object in it, with every client-side apply. */
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** The refusal of a record that an object has no room for; `undefined`: it fits. */
export function recordRefusal(object: KubernetesObject, key: string, value: string): Refusal | undefined {
  const others = Object.entries(object.metadata.annotations ?? {}).filter(([each]) => each !== key);
  const own = bytesOf([key, value]);
  const bytes = others.reduce((sum, each) => sum + bytesOf(each), own);
  if (bytes <= BYTES_MAX) return undefined;
  const largest = others.toSorted((a, b) => bytesOf(b) - bytesOf(a))[0];
  const isOurs = largest === undefined || bytesOf(largest) < own;
  const [name = key] = isOurs ? [] : largest;
  const target = `${object.kind}/${object.metadata.name}`;
  const message = `annotation ${key} of ${target} would keep in ${own} bytes what is there now, but with it the annotations of ${target} would have ${bytes} bytes together, and the API server takes ${BYTES_MAX}: ${fixFor(name, isOurs)}`;
  return { reason: 'RecordTooLarge', message, stalled: true };
}

function fixFor(name: string, isOurs: boolean): string {
  if (isOurs)
    return 'choose fewer jobs in spec.config.jobs, or split the configuration over several ConfigMaps';
  return name === LAST_APPLIED
    ? `the largest other one is ${name}: apply the object with kubectl apply --server-side, and take that annotation out`
    : `make room: the largest other one is ${name}`;
}

function bytesOf([key, value]: readonly [string, string]): number {
  return Buffer.byteLength(key) + Buffer.byteLength(value);
}
