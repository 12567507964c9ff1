// What a person should know of one scrape job: a scheme that is not https, a server_name, files that cannot work, a
// directory of Istio's files that nobody has called legacy, files of another owner.
import type { NodeId } from '../../text/yaml/tree.ts';
import { NONE } from '../../text/yaml/tree.ts';
import type { EvaluatedJob } from '../jobs/choose.ts';
import { readsIstio } from '../jobs/job-files.ts';
import type { JobReading } from '../jobs/job-reading.ts';
import { offsetOf } from '../jobs/refusals.ts';
import type { ConfigFinding, FileField } from '../result.ts';
import { FILE_FIELDS } from '../result.ts';
import { directoryOf, missingValues, wrongFiles, type FileFault } from './certificate-files.ts';
import type { FindingInput } from './input.ts';

/** The findings of every job that is chosen, of those that are unlisted, and of files of other owners. */
export function jobFindings(input: FindingInput): readonly ConfigFinding[] {
  return input.jobs.flatMap((evaluated) => [
    ...(evaluated.chosen ? aboutChosen(input, evaluated) : aboutUnlisted(input, evaluated)),
    ...aboutOtherOwners(input, evaluated),
  ]);
}

function aboutChosen(input: FindingInput, { job, replaced }: EvaluatedJob): readonly ConfigFinding[] {
  return [
    ...aboutConnection(input, job),
    ...wrongFiles(job, input.request.configDirectory).map((fault) => atField(input, job, fault)),
    ...(input.done.has(job) ? aboutReplaced(input, job, replaced) : []),
  ];
}

/** Of a job that reads Istio's files in a directory that is not listed, and nothing else of Istio's. */
function aboutUnlisted(input: FindingInput, { job, files }: EvaluatedJob): readonly ConfigFinding[] {
  const field = FILE_FIELDS.find((each) => files[each] === 'Unlisted' || files[each] === 'Nowhere');
  if (field === undefined || readsIstio(files)) return [];
  const file = job.fields[field].value ?? '';
  const directory = directoryOf(file, input.request.configDirectory);
  const at = job.ownTls?.key ?? job.item;
  const message = `Job ${job.name} reads Istio's certificates in ${directory}, which is not listed as a legacy directory, so it is left as it is.`;
  const path = `scrape_configs[${job.name}].tls_config`;
  return [
    located(input, job, { code: 'DirectoryNotListed', path, value: file, message, node: at }),
    ...aboutConnection(input, job),
    ...[...wrongFiles(job, input.request.configDirectory), ...missingValues(job)].map((fault) =>
      atField(input, job, fault),
    ),
  ];
}

/** What config.jobs orders by naming the job: said while it is new. */
function aboutReplaced(
  input: FindingInput,
  job: JobReading,
  replaced: readonly FileField[],
): readonly ConfigFinding[] {
  const [field] = replaced;
  if (field === undefined) return [];
  const list = replaced.map((each) => `${each} ${job.fields[each].value ?? ''}`).join(', ');
  const message = `config.jobs names this job, so files that are not Istio's are replaced: ${list}.`;
  return [
    atField(input, job, { code: 'FilesReplaced', field, value: job.fields[field].value ?? '', message }),
  ];
}

function aboutOtherOwners(
  input: FindingInput,
  { job, files, chosen, expected }: EvaluatedJob,
): readonly ConfigFinding[] {
  const staying = FILE_FIELDS.filter(
    (each) => files[each] === 'Foreign' && (!chosen || expected[each] === undefined),
  );
  const [field] = staying;
  if (field === undefined) return [];
  const list = staying.map((each) => `${each} ${job.fields[each].value ?? ''}`).join(', ');
  const order = chosen ? '' : " Name the job in config.jobs to have it read the mesh's certificates.";
  const message = `${list}: held by a volume that is no secret of Citadel, so left as it is.${order}`;
  return [
    atField(input, job, {
      code: 'FilesOfAnotherSource',
      field,
      value: job.fields[field].value ?? '',
      message,
    }),
  ];
}

function aboutConnection(input: FindingInput, job: JobReading): readonly ConfigFinding[] {
  const found: ConfigFinding[] = [];
  if (job.scheme?.value !== 'https') {
    const value = job.scheme?.value ?? 'http';
    const message = `The scheme of job ${job.name} is ${value}: unless relabelling sets it, its tls_config is not used.`;
    const path = `scrape_configs[${job.name}].scheme`;
    const node = job.scheme?.node ?? job.item;
    found.push(located(input, job, { code: 'SchemeNotHttps', path, value, message, node }));
  }
  if (job.serverName !== undefined) {
    const { value, node } = job.serverName;
    const message = `Job ${job.name} sets server_name; Istio's certificates carry no such name.`;
    const path = `scrape_configs[${job.name}].tls_config.server_name`;
    found.push(located(input, job, { code: 'ServerNameSet', path, value, message, node }));
  }
  return found;
}

function atField(input: FindingInput, job: JobReading, fault: FileFault): ConfigFinding {
  const { site } = job.fields[fault.field];
  const node = site === NONE ? (job.ownTls?.key ?? job.item) : site;
  const { code, value } = fault;
  const path = `scrape_configs[${job.name}].tls_config.${fault.field}`;
  return located(input, job, { code, path, value, message: `Job ${job.name}: ${fault.message}`, node });
}

function located(
  input: FindingInput,
  job: JobReading,
  {
    node,
    ...finding
  }: Pick<ConfigFinding, 'code' | 'path' | 'value' | 'message'> & { readonly node: NodeId },
): ConfigFinding {
  return { ...finding, job: job.name, ...input.locate(offsetOf(input.config.tree, node)) };
}
