// Entries of managedFields: who owns which field of the pod template.
import type { ManagedFieldsEntry } from '../../src/api/kubernetes.ts';
import { fieldSetOf } from './field-set.ts';
import { WIRED_ANNOTATIONS } from './stateful-set.ts';

const TEMPLATE = 'f:spec\nf:template';
export const VOLUME_FIELDS = `${TEMPLATE}\nf:spec\nf:volumes\nk:{"name":"istio-output-certs"}`;
export const MOUNT_FIELDS = `${TEMPLATE}\nf:spec\nf:containers\nk:{"name":"prometheus"}\nf:volumeMounts\nk:{"mountPath":"/etc/prom-certs"}`;
export const annotationFields = (key: string): string => `${TEMPLATE}\nf:metadata\nf:annotations\nf:${key}`;
export const LABEL_FIELDS = `${TEMPLATE}\nf:metadata\nf:labels\nf:sidecar.istio.io/inject`;
/** Every field of the template that we apply, as FieldsV1 paths joined by newlines. */
export const OUR_FIELDS: readonly string[] = [
  LABEL_FIELDS,
  ...Object.keys(WIRED_ANNOTATIONS).map(annotationFields),
  `${VOLUME_FIELDS}\nf:name`,
  `${VOLUME_FIELDS}\nf:emptyDir\nf:medium`,
  `${MOUNT_FIELDS}\nf:mountPath`,
  `${MOUNT_FIELDS}\nf:name`,
  `${MOUNT_FIELDS}\nf:readOnly`,
];

/** An entry of managedFields. */
export function entry(
  manager: string,
  paths: readonly string[],
  rest: Partial<ManagedFieldsEntry> = {},
): ManagedFieldsEntry {
  return { manager, operation: 'Apply', time: '2026-03-01T11:00:00Z', fieldsV1: fieldSetOf(paths), ...rest };
}
