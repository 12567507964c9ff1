// What a chosen job's four fields should be, which of them are ours to set, and when a value counts as that.
import { withoutTrailingSlashes } from '../../text/paths.ts';
import type { FileField, RecordedJob, TlsField } from '../result.ts';
import { FILE_FIELDS } from '../result.ts';
import { bearsIstioName } from './istio-files.ts';
import { isIstios, type JobFiles } from './job-files.ts';
import type { JobProblem, JobReading } from './job-reading.ts';
import { absolutePath } from './paths.ts';

export type Expected = Readonly<Record<TlsField, string>>;

/** The fields that are to be set in one job; every other stays as it is. */
export type ExpectedFields = Readonly<Partial<Expected>>;

/** The names under which istio-proxy writes its certificates into OUTPUT_CERTS. */
export function expectedValues(mountPath: string): Expected {
  const directory = withoutTrailingSlashes(mountPath);
  return {
    ca_file: `${directory}/root-cert.pem`,
    cert_file: `${directory}/cert-chain.pem`,
    key_file: `${directory}/key.pem`,
    insecure_skip_verify: 'true',
  };
}

export interface JobExpectation {
  readonly expected: ExpectedFields;
  /** A certificate and a key of two owners: one cannot move without the other. */
  readonly problem: JobProblem | undefined;
}

interface SortedJob {
  readonly job: JobReading;
  readonly files: JobFiles;
  /** `config.jobs` names it: what is called like Istio's files moves too, whichever volume holds it. */
  readonly isNamed: boolean;
  /** What was replaced in it before. */
  readonly recorded: RecordedJob | undefined;
}

/**
 * What a job should hold, once it is chosen. Where it reads Istio's files each of the three moves only if it is Istio's, or
 * was ours before. One that reads none of them is chosen by its name or by the record, and gets all four.
 */
export function expectedOfJob(values: Expected, sorted: SortedJob): JobExpectation {
  const { job, files } = sorted;
  const set = FILE_FIELDS.filter((field) => files[field] !== 'Unset');
  const staying = set.filter((field) => !moves(field, sorted));
  if (staying.length === 0 || staying.length === set.length) return { expected: values, problem: undefined };
  const certificate = staying.includes('ca_file') ? [] : (['ca_file', 'insecure_skip_verify'] as const);
  const [stays, both] = staying.filter((field) => field !== 'ca_file');
  const pair = stays === undefined ? (['cert_file', 'key_file'] as const) : [];
  const fields: readonly TlsField[] = [...certificate, ...pair];
  const isSplit = stays !== undefined && both === undefined && set.includes(otherOf(stays));
  return {
    expected: Object.fromEntries(fields.map((field) => [field, values[field]])),
    problem: isSplit ? splitPair(job, stays) : undefined,
  };
}

function moves(field: FileField, { job, files, isNamed, recorded }: SortedJob): boolean {
  if (isIstios(files, field) || recorded?.[field] !== undefined) return true;
  return isNamed && files[field] === 'Foreign' && bearsIstioName(job.fields[field].value ?? '');
}

function otherOf(field: FileField): FileField {
  return field === 'cert_file' ? 'key_file' : 'cert_file';
}

function splitPair(job: JobReading, stays: FileField): JobProblem {
  const { value = '', site } = job.fields[stays];
  const why = `its ${otherOf(stays)} is Istio's and its ${stays}, ${value}, is not, so one would move without the other`;
  return { code: 'SplitPair', node: site, why };
}

/** Whether Prometheus would use the expected file; a relative path is joined with the configuration's directory. */
export function isExpected(
  expected: string,
  value: string | undefined,
  configDirectory: string | undefined,
): boolean {
  if (value === undefined) return false;
  if (value === expected) return true;
  return (
    configDirectory !== undefined &&
    !value.startsWith('/') &&
    absolutePath(value, configDirectory) === expected
  );
}
