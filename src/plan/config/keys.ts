// The keys of a ConfigMap that hold scrape configs, each edited as text: prometheus.yaml and the files that it includes.
import type { ConfigMap } from '../../api/kubernetes.ts';
import type { PrometheusIstioScrape } from '../../api/resource.ts';
import { namedFiles } from '../../edit/prometheus-yaml/jobs/named-files.ts';
import { matchScrapeConfigFiles } from '../../edit/prometheus-yaml/jobs/scrape-config-files.ts';
import { EMPTY_RECORD, mergeRecord } from '../../edit/prometheus-yaml/record/record.ts';
import type { ConfigRecord, Rewritten, SkippedJob } from '../../edit/prometheus-yaml/result.ts';
import { rewrite } from '../../edit/prometheus-yaml/rewrite.ts';
import type { Refusal } from '../model/assessment.ts';
import type { ConfigFile } from '../model/config-file.ts';
import type { Field } from '../model/field.ts';
import type { Finding } from '../model/finding.ts';
import type { Subject } from '../model/subject.ts';
import { configFindings } from './findings.ts';
import { includedElsewhere, type IncludedElsewhere } from './included-elsewhere.ts';
import type { SeenJobs } from './job-choice.ts';
import { fileSources } from './legacy-directories.ts';
import { fileNamesOf, keyOfFile } from './mounted-keys.ts';
import { keyRecordOf, othersOf, storedRecords, type ConfigRecords } from './record.ts';
import type { ConfigSource } from './source.ts';

export interface EvaluatedKeys {
  readonly kind: 'evaluated';
  readonly fields: readonly Field[];
  /** New text by key; only keys whose text changes. */
  readonly texts: Readonly<Record<string, string>>;
  /** Records of this resource after the edit, by key. */
  readonly ownRecords: Readonly<Record<string, ConfigRecord>>;
  readonly storedRecords: ConfigRecords;
  readonly rewrittenJobs: readonly string[];
  /** Those of them that are in included files. */
  readonly includedJobs: readonly string[];
  readonly skipped: readonly SkippedJob[];
  readonly findings: readonly Finding[];
  /** What the texts named before the edit. */
  readonly files: readonly ConfigFile[];
  readonly seenJobs: SeenJobs;
  /** Files of other ConfigMaps, which are read only. */
  readonly elsewhere: IncludedElsewhere;
}

interface EvaluatedKey {
  readonly key: string;
  readonly before: string;
  readonly stored: ConfigRecord;
  /** What other resources on this ConfigMap recorded of the key. */
  readonly others: readonly ConfigRecord[];
  readonly result: Rewritten;
}

/** Edits every key in memory. Only an unparsable main file is refused whole; an included file that is refused is a finding. */
export function evaluateKeys(
  subject: Subject,
  source: ConfigSource,
  configMap: ConfigMap,
): EvaluatedKeys | { readonly kind: 'refused'; readonly refusal: Refusal } {
  const { records, lost } = storedRecords(configMap);
  const { mountPath } = subject.paths;
  const evaluate = (key: string): EvaluatedKey | Refusal =>
    evaluateKey(subject, source, { configMap, records, key });
  const main = evaluate(source.key);
  if ('reason' in main) return { kind: 'refused', refusal: main };
  const files = matchScrapeConfigFiles(
    main.result.scrapeConfigFiles,
    source.directory,
    fileNamesOf(configMap, source),
  );
  const included = files.inside
    .map((file) => keyOfFile(source, file))
    .filter((key) => key !== source.key)
    .map(evaluate);
  const keys = [main, ...included.filter((each): each is EvaluatedKey => !('reason' in each))];
  const refusals = included.filter((each): each is Refusal => 'reason' in each);
  const elsewhere = includedElsewhere(subject, source, files.outside);
  return {
    kind: 'evaluated',
    fields: keys.flatMap((key) => jobFields(configMap, key, mountPath)),
    texts: Object.fromEntries(
      keys.filter((key) => key.result.text !== key.before).map((key) => [key.key, key.result.text]),
    ),
    ownRecords: Object.fromEntries(
      keys
        .map((evaluated) => [evaluated.key, recordAfter(evaluated, mountPath)] as const)
        .filter(([, record]) => Object.keys(record.jobs).length > 0),
    ),
    storedRecords: records,
    rewrittenJobs: keys.flatMap(({ result }) => result.rewrittenJobs),
    includedJobs: keys.slice(1).flatMap(({ result }) => result.rewrittenJobs),
    skipped: keys.flatMap(({ result }) => result.skipped),
    files: [...keys.flatMap((key) => filesOfKey(key, source)), ...elsewhere.files],
    seenJobs: {
      patterns: subject.snapshot.resource.spec.config.jobs,
      all: [...keys.flatMap(({ result }) => result.allJobs).filter((job) => job !== ''), ...elsewhere.all],
      needing: [...keys.flatMap(({ result }) => result.needing), ...elsewhere.needing],
      begun: keys.some(({ stored }) => Object.keys(stored.jobs).length > 0),
      unseen: elsewhere.unseen,
      unread: refusals,
      key: source.key,
      mountPath,
      legacyDirectories: subject.snapshot.resource.spec.config.legacyDirectories,
    },
    findings: [
      ...configFindings(configMap, { keys, refusals, outside: elsewhere.unseen, lost }),
      ...elsewhere.findings,
    ],
    elsewhere,
  };
}

function filesOfKey({ key, result }: EvaluatedKey, source: ConfigSource): readonly ConfigFile[] {
  const within = key === source.key ? '' : `data[${key}].`;
  return namedFiles(result, source.directory).map(({ path, file }) => ({ path: `${within}${path}`, file }));
}

/** A job that another resource moved to our files before us is ours too: its originals are kept for both. */
function recordAfter({ stored, others, result }: EvaluatedKey, mountPath: string): ConfigRecord {
  const own = mergeRecord(stored, result.record);
  const alike = others.filter(({ mountPaths }) => mountPaths[0] === mountPath);
  const shared = alike.flatMap(({ jobs }) =>
    Object.entries(jobs).filter(([job]) => result.rewrittenJobs.includes(job)),
  );
  if (shared.length === 0) return own;
  const directories = alike.flatMap(({ legacyDirectories = [] }) => legacyDirectories);
  return {
    ...mergeRecord(own, { ...EMPTY_RECORD, legacyDirectories: directories }),
    mountPaths: own.mountPaths.length === 0 ? [mountPath] : own.mountPaths,
    jobs: { ...Object.fromEntries(shared), ...own.jobs },
  };
}

interface KeyOf {
  readonly configMap: ConfigMap;
  readonly records: ConfigRecords;
  readonly key: string;
}

function evaluateKey(
  subject: Subject,
  source: ConfigSource,
  { configMap, records, key }: KeyOf,
): EvaluatedKey | Refusal {
  const { resource } = subject.snapshot;
  const before = configMap.data?.[key] ?? '';
  const stored = keyRecordOf(records, resource.metadata.name, key);
  const { mountPath } = subject.paths;
  const result = rewrite(before, {
    jobs: resource.spec.config.jobs,
    ...fileSources(subject, stored.legacyDirectories),
    mountPath,
    previousMountPaths: previousMountPaths(resource, stored).filter((path) => path !== mountPath),
    recorded: stored.jobs,
    configDirectory: source.directory,
  });
  if (result.kind === 'rewritten')
    return { key, before, stored, others: othersOf(records, resource.metadata.name, key), result };
  const { code, message, fix, line, column } = result.refusal;
  return {
    reason: 'ConfigUnparsable',
    message: `${key} line ${line} column ${column}: ${message} (${code}) ${fix}`,
    stalled: true,
  };
}

/** Where this resource pointed jobs before, and where wiring that was adopted had its files. */
function previousMountPaths(
  { status }: PrometheusIstioScrape,
  { mountPaths }: ConfigRecord,
): readonly string[] {
  const { adopted = false, mountPath, previousMountPaths: moved = [] } = status?.certificates ?? {};
  return [...new Set([...mountPaths, ...moved, ...(adopted && mountPath !== undefined ? [mountPath] : [])])];
}

function jobFields(
  configMap: ConfigMap,
  { key, stored, result }: EvaluatedKey,
  mountPath: string,
): readonly Field[] {
  const skipped = new Set(result.skipped.map(({ job }) => job));
  return result.jobs
    .filter(({ job }) => !skipped.has(job))
    .flatMap(({ job, values }) =>
      values.map(({ path, expected, actual }) => ({
        target: `ConfigMap/${configMap.metadata.name}`,
        path: `data[${key}].${path}`,
        expected,
        actual,
        applyPath: undefined,
        fieldPath: ['f:data', `f:${key}`],
        // A job in the record was rewritten by us; it was in sync with these values if this mount path was the last.
        wasInSync: stored.jobs[job] !== undefined && stored.mountPaths[0] === mountPath,
      })),
    );
}
