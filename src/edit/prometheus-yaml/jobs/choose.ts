// Which jobs are chosen: those that read Istio's files or ours, narrowed by globs, and those that are named. What each of
// them should hold is in expected-values.ts.
import type { FileField, RewriteRequest } from '../result.ts';
import { FILE_FIELDS } from '../result.ts';
import { expectedOfJob, expectedValues, type JobExpectation } from './expected-values.ts';
import { matchesGlob } from './glob.ts';
import { fileSorter, isIstios, readsIstio, type JobFiles } from './job-files.ts';
import type { JobProblem, JobReading } from './job-reading.ts';

export interface EvaluatedJob extends JobExpectation {
  readonly job: JobReading;
  readonly files: JobFiles;
  readonly chosen: boolean;
  /** It reads Istio's files, old or new ones, or is chosen for another reason. */
  readonly needs: boolean;
  /** Files of other owners that give way to ours, because config.jobs names the job. */
  readonly replaced: readonly FileField[];
  /** It reads files that do not exist, is not chosen, and config.jobs does not leave it out. */
  readonly refused: boolean;
}

/** Whether an entry of `config.jobs` is a glob, which only narrows; any other is the name of a job. */
function isGlob(entry: string): boolean {
  return /[*?]/.test(entry);
}

/** Evaluates every job of a file; see `config.jobs` in docs/design/contract.md. */
export function evaluateJobs(jobs: readonly JobReading[], request: RewriteRequest): readonly EvaluatedJob[] {
  const recorded = new Map(Object.entries(request.recorded));
  const globs = request.jobs.filter(isGlob);
  const names = new Set(request.jobs.filter((entry) => !isGlob(entry)));
  const values = expectedValues(request.mountPath);
  const filesOf = fileSorter(request);
  return jobs.map((job) => {
    const files = filesOf(job);
    const isNamed = names.has(job.name);
    const known = recorded.get(job.name);
    const isLeftOut =
      request.jobs.length > 0 && !isNamed && !globs.some((glob) => matchesGlob(glob, job.name));
    const reads = readsIstio(files);
    const chosen = !isLeftOut && (known !== undefined || reads || (isNamed && job.hasTls));
    const expectation = expectedOfJob(values, { job, files, isNamed, recorded: known });
    const gives = (field: FileField): boolean =>
      expectation.expected[field] !== undefined && files[field] !== 'Unset' && !isIstios(files, field);
    const replaced = chosen && known === undefined ? FILE_FIELDS.filter(gives) : [];
    const absent = absentFile({ job, files, expected: chosen ? expectation.expected : {} });
    return {
      ...expectation,
      problem: expectation.problem ?? absent,
      job,
      files,
      chosen,
      needs: chosen || reads || absent !== undefined,
      replaced,
      refused: absent !== undefined && !chosen && !isLeftOut,
    };
  });
}

/** A file that does not exist and that is not ours to set. */
function absentFile({
  job,
  files,
  expected,
}: Pick<EvaluatedJob, 'job' | 'files' | 'expected'>): JobProblem | undefined {
  for (const field of FILE_FIELDS) {
    if (expected[field] !== undefined) continue;
    const { value = '', site } = job.fields[field];
    if (files[field] === 'Nowhere') {
      const why = `its ${field} is ${value}, the container mounts nothing there, and that directory is not listed as legacy`;
      return { code: 'NothingMounted', node: site, why };
    }
    if (files[field] === 'NeverWritten') {
      const why = `its ${field} is ${value}, and istio-proxy writes root-cert.pem, cert-chain.pem and key.pem there, nothing else`;
      return { code: 'FileNeverWritten', node: site, why };
    }
  }
  return undefined;
}
