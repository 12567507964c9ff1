// A field is one value that we own or would write, beside the live one. Drift and pending are lists of fields.
// Only fields are ever compared: never whole objects, never hashes of inputs.
import type { FieldPath } from './field-path.ts';
import { shortHash } from './names.ts';

export interface Field {
  /** `StatefulSet/prometheus`. */
  readonly target: string;
  /** As a person reads it: `spec.template.spec.volumes[name=istio-output-certs]`. */
  readonly path: string;
  /** `undefined`: it should not be set. */
  readonly expected: string | undefined;
  /** `undefined`: it is not set. */
  readonly actual: string | undefined;
  /** The same place as the API server spells it in a conflict, or `undefined` where no server-side apply is used. */
  readonly applyPath: string | undefined;
  /** The value in managedFields that holds it: a whole text where the field is a part of one. It shows who changed it. */
  readonly fieldPath: FieldPath;
  /** True if it was in sync before with this same expectation, so that a difference is drift. */
  readonly wasInSync: boolean;
}

/** True if the live value differs from the expected one. */
export function differs({ actual, expected }: Pick<Field, 'actual' | 'expected'>): boolean {
  return actual !== expected;
}

/** A short hash of what is expected, for `status.lastInSync`. It does not move when only the live values do. */
export function fingerprint(fields: readonly Field[]): string {
  return shortHash(JSON.stringify(fields.map((field) => [field.target, field.path, field.expected])));
}

const STATUS_PATH_MAX = 256;

/**
 * The path as status spells it: at most 256 printable code points. What is longer or not printable ends in a hash, so
 * that two fields stay two.
 */
export function statusPath({ path }: Pick<Field, 'path'>): string {
  const points = Array.from(path.replace(/\p{C}/gu, '?'));
  if (points.length <= STATUS_PATH_MAX && points.join('') === path) return path;
  return `${points.slice(0, 240).join('')}…#${shortHash(path)}`;
}

/** The word of `status.pending`: what a write would do. */
export function pendingOperation(field: Field): 'Add' | 'Change' | 'Remove' {
  if (field.expected === undefined) return 'Remove';
  return field.actual === undefined ? 'Add' : 'Change';
}

/** The word of `status.drift`: what happened to a field that was in sync. */
export function driftOperation(field: Field): 'Added' | 'Changed' | 'Removed' {
  if (field.expected === undefined) return 'Added';
  return field.actual === undefined ? 'Removed' : 'Changed';
}
