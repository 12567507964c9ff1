// One splice of a job's TLS values with what it means: which fields it sets, what it replaces, what is recorded of that.
import { SCALAR_STYLE, type ScalarStyle } from 'js-yaml';
import type { Splice } from '../../text/splice.ts';
import type { NodeId } from '../../text/yaml/tree.ts';
import { NONE } from '../../text/yaml/tree.ts';
import type { ExpectedFields } from '../jobs/expected-values.ts';
import type { JobProblem, JobReading } from '../jobs/job-reading.ts';
import type { RecordKey, TlsField } from '../result.ts';
import { renderPath } from './render.ts';

export interface Edit extends Splice {
  readonly job: JobReading;
  readonly fields: readonly TlsField[];
  /** The node of the old document that the edit replaces. */
  readonly replaces: NodeId | undefined;
  readonly record: readonly { readonly key: RecordKey; readonly original: string | null }[];
}

export function problem(code: JobProblem['code'], node: NodeId | undefined, why: string): JobProblem {
  return { code, node: node ?? NONE, why };
}

export function shared(node: NodeId): JobProblem {
  return problem(
    'SharedByAnchor',
    node,
    'an anchor here is used elsewhere, so that an edit would reach that place too',
  );
}

/** The value that a field should have, in the given style where it can carry it. */
export function renderField(expected: ExpectedFields, field: TlsField, style: ScalarStyle): string {
  const value = expected[field] ?? '';
  return field === 'insecure_skip_verify' ? value : renderPath(value, style);
}

/** `key: value` of each field, plainly. */
export function renderPairs(expected: ExpectedFields, fields: readonly TlsField[]): string[] {
  return fields.map((field) => `${field}: ${renderField(expected, field, SCALAR_STYLE.PLAIN)}`);
}
