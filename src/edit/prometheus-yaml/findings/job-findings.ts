// What a person should know of one scrape job: a scheme that is not https, a server_name, files that cannot work, a
// directory of Istio's files that nobody has called legacy.
import type { NodeId } from '../../text/yaml/tree.ts';
import { NONE } from '../../text/yaml/tree.ts';
import { underDirectories } from '../jobs/paths.ts';
import type { JobReading } from '../jobs/job-reading.ts';
import { offsetOf } from '../jobs/refusals.ts';
import type { ConfigFinding } from '../result.ts';
import { directoryOf, istioFileOf, missingValues, wrongFiles, type FileFault } from './certificate-files.ts';
import type { FindingInput } from './input.ts';

/** Jobs that read Istio's files in a directory that is not listed: neither chosen nor left out by a glob. */
export function unlistedJobs({ config, chosen, request }: FindingInput): readonly JobReading[] {
  const { legacyDirectories, mountPath, previousMountPaths, configDirectory } = request;
  const isListed = underDirectories(
    [...legacyDirectories, mountPath, ...previousMountPaths],
    configDirectory,
  );
  const others = new Set(chosen);
  return config.jobs.filter((job) => {
    const file = istioFileOf(job);
    return file !== undefined && !others.has(job) && !isListed(file);
  });
}

/** The findings of every job that is chosen, and of those that are unlisted. */
export function jobFindings(input: FindingInput, unlisted: readonly JobReading[]): readonly ConfigFinding[] {
  return [
    ...input.chosen.flatMap((job) => aboutChosen(input, job)),
    ...unlisted.flatMap((job) => aboutUnlisted(input, job)),
  ];
}

function aboutChosen(input: FindingInput, job: JobReading): readonly ConfigFinding[] {
  return [
    ...aboutConnection(input, job),
    ...wrongFiles(job, input.request.configDirectory).map((fault) => atField(input, job, fault)),
  ];
}

function aboutUnlisted(input: FindingInput, job: JobReading): readonly ConfigFinding[] {
  const file = istioFileOf(job) ?? '';
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
