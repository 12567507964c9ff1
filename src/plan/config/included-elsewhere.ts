// Files of scrape_config_files in other ConfigMaps that the container mounts: their jobs are read and counted, and named where
// they read what nobody renews. Only the ConfigMap of prometheus.yaml is written.
import { namedFiles } from '../../edit/prometheus-yaml/jobs/named-files.ts';
import { matchScrapeConfigFiles } from '../../edit/prometheus-yaml/jobs/scrape-config-files.ts';
import type { NeedingJob, Rewritten } from '../../edit/prometheus-yaml/result.ts';
import { rewrite } from '../../edit/prometheus-yaml/rewrite.ts';
import { withoutTrailingSlash } from '../kubernetes/mounts.ts';
import type { Refusal } from '../model/assessment.ts';
import type { ConfigFile } from '../model/config-file.ts';
import { differs } from '../model/field.ts';
import type { Finding } from '../model/finding.ts';
import { valueOf } from '../model/observed.ts';
import { answerTo, type Need, type NeedOf } from '../model/reads.ts';
import type { Subject } from '../model/subject.ts';
import { keyFindings } from './findings.ts';
import { fileSources } from './legacy-directories.ts';
import { fileNamesOf, keyOfFile, type MountedKeys } from './mounted-keys.ts';
import type { ConfigSource } from './source.ts';

/** Bounds the requests of one reconciliation for a pod template that is absurd. */
const MOUNTS_MAX = 8;

export interface IncludedElsewhere {
  readonly needs: readonly Need[];
  /** Names of the ConfigMaps whose change changes the answer. */
  readonly configMaps: readonly string[];
  /** What the files name. */
  readonly files: readonly ConfigFile[];
  readonly findings: readonly Finding[];
  readonly all: readonly string[];
  readonly needing: readonly NeedingJob[];
  /** Patterns that may still match files that are not seen. */
  readonly unseen: readonly string[];
  /** Why Prometheus goes on reading what nobody renews. */
  readonly refusal: Refusal | undefined;
}

interface MountedConfigMap extends MountedKeys {
  readonly name: string;
  readonly directory: string;
}

/** A file that a pattern matches. */
interface FoundFile {
  readonly mount: MountedConfigMap;
  readonly name: string;
  readonly result: Rewritten;
}

/** `patterns`: those that the ConfigMap of prometheus.yaml does not answer. */
export function includedElsewhere(
  subject: Subject,
  source: ConfigSource,
  patterns: readonly string[],
): IncludedElsewhere {
  const mounted = patterns.length === 0 ? [] : otherConfigMaps(subject, source);
  const needs = mounted.map(({ name }): NeedOf<'ConfigMap'> => ({ kind: 'ConfigMap', name }));
  let unseen = patterns;
  const found: FoundFile[] = [];
  for (const mount of mounted) {
    const configMap = valueOf(answerTo(subject.snapshot.reads, { kind: 'ConfigMap', name: mount.name }));
    if (configMap === undefined) continue;
    const match = matchScrapeConfigFiles(patterns, mount.directory, fileNamesOf(configMap, mount));
    unseen = unseen.filter((pattern) => match.outside.includes(pattern));
    for (const name of match.inside) {
      const result = readKey(subject, mount, configMap.data?.[keyOfFile(mount, name)] ?? '');
      if (result !== undefined) found.push({ mount, name, result });
    }
  }
  return {
    needs: needs.filter((need) => answerTo(subject.snapshot.reads, need) === undefined),
    configMaps: mounted.map(({ name }) => name),
    files: found.flatMap(filesElsewhere),
    findings: found.flatMap(findingsElsewhere),
    all: found.flatMap(({ result }) => result.allJobs).filter((job) => job !== ''),
    needing: found.flatMap(({ result }) => result.needing.map((job) => asItIs(job, result))),
    unseen,
    refusal: found.flatMap((each) => unwrittenRefusal(each, subject.paths.mountPath) ?? [])[0],
  };
}

/** ConfigMaps that the container mounts as directories, but for the one of prometheus.yaml. */
function otherConfigMaps(
  { workload, container }: Subject,
  source: ConfigSource,
): readonly MountedConfigMap[] {
  const volumes = workload.template.spec.volumes ?? [];
  return (container.volumeMounts ?? [])
    .filter(({ subPath = '', subPathExpr }) => subPath === '' && subPathExpr === undefined)
    .flatMap(({ name, mountPath }) => {
      const held = volumes.find((each) => each.name === name)?.configMap;
      if (held?.name === undefined || held.name === source.configMap) return [];
      const items = held.items && Object.fromEntries(held.items.map(({ path, key }) => [path, key]));
      return [{ name: held.name, directory: withoutTrailingSlash(mountPath), items }];
    })
    .slice(0, MOUNTS_MAX);
}

/** `undefined`: it cannot be read, as Prometheus will say itself. */
function readKey(subject: Subject, { directory }: MountedConfigMap, text: string): Rewritten | undefined {
  const result = rewrite(text, {
    jobs: subject.snapshot.resource.spec.config.jobs,
    ...fileSources(subject),
    mountPath: subject.paths.mountPath,
    previousMountPaths: [],
    recorded: {},
    // Prometheus resolves what is relative in an included file against the directory of that file.
    configDirectory: directory,
  });
  return result.kind === 'rewritten' ? result : undefined;
}

/** The edit is made in memory only: a job that it would have to change is not cured. */
function asItIs(job: NeedingJob, result: Rewritten): NeedingJob {
  return { ...job, cured: job.cured && !differingJobs(result).includes(job.job) };
}

function differingJobs({ jobs, skipped }: Rewritten): readonly string[] {
  const wrong = jobs.filter(({ values }) => values.some(differs));
  return [...wrong.map(({ job }) => job), ...skipped.map(({ job }) => job)];
}

function filesElsewhere({ mount, name, result }: FoundFile): readonly ConfigFile[] {
  return namedFiles(result, mount.directory).map(({ path, file }) => ({
    path: `data[${keyOfFile(mount, name)}].${path}`,
    file,
    configMap: mount.name,
  }));
}

/** What a person should know of them, as of the keys that are written. */
function findingsElsewhere({ mount, name, result }: FoundFile): readonly Finding[] {
  return keyFindings(`ConfigMap/${mount.name}`, { key: keyOfFile(mount, name), result });
}

function unwrittenRefusal({ mount, name, result }: FoundFile, mountPath: string): Refusal | undefined {
  const file = `${name} of ConfigMap ${mount.name}`;
  const jobs = [...new Set(differingJobs(result))];
  if (jobs.length === 0) return undefined;
  const message = `${jobs.length === 1 ? 'job' : 'jobs'} ${jobs.slice(0, 5).join(', ')} in ${file}: read what nobody renews, and only the ConfigMap of prometheus.yaml is written. Move them there, or change their files to ${mountPath} yourself`;
  return { reason: 'JobsRefused', message, stalled: true };
}
