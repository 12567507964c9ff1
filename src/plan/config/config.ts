// The config part: which ConfigMap key, which jobs, which of their values differ, and the one patch that corrects them.
// The text itself is edited by src/edit/prometheus-yaml; when to write is decided by stage.ts.
import type { ConfigMap } from '../../api/kubernetes.ts';
import type { SkippedJob } from '../../edit/prometheus-yaml/result.ts';
import { cannotBeRead, type Refusal } from '../model/assessment.ts';
import type { ConfigFile } from '../model/config-file.ts';
import { partModeOf } from '../model/desired.ts';
import { differs, fingerprint } from '../model/field.ts';
import { emptyPart, type PartPlan } from '../model/part.ts';
import { answerTo, type NeedOf } from '../model/reads.ts';
import type { Subject } from '../model/subject.ts';
import { editConfigMap, releaseConfigMap } from './edit.ts';
import { evaluateChoice, type JobCounts } from './job-choice.ts';
import { evaluateKeys } from './keys.ts';
import { configMapNotFound, keyNotFound } from './not-found.ts';
import { datedRecords, newJobs, NOTHING_SCRAPED, type ScrapedBefore } from './record-times.ts';
import { keyRecordOf, recordsText, storedRecords, type KeyRecords } from './record.ts';
import { resolveConfigSource, type ConfigSource } from './source.ts';
import { writeRefusal } from './write-refusal.ts';

export interface ConfigPlan extends PartPlan {
  /** `undefined`: not resolved. */
  readonly source: ConfigSource | undefined;
  /** Jobs that carry the desired values once the action is done. */
  readonly rewrittenJobs: readonly string[];
  readonly skippedJobs: readonly SkippedJob[];
  /** Jobs that the action would rewrite and record for the first time. */
  readonly newJobs: readonly string[];
  /** The ConfigMap holds a record of this resource. */
  readonly isRecorded: boolean;
  /** When the jobs were first pointed at the new files; NaN: not known. */
  readonly rewrittenMs: number;
  /** Jobs of `rewrittenJobs` that are in files of scrape_config_files, which Prometheus does not show. */
  readonly includedJobs: readonly string[];
  /** When the last of them was first pointed at the new files; NaN: not by us, or not known. */
  readonly includedMs: number;
  /** Files that the configuration names as it is now. */
  readonly files: readonly ConfigFile[];
  /** Other ConfigMaps whose files scrape_config_files may name. */
  readonly includedConfigMaps: readonly string[];
  /** `undefined`: it could not be read. */
  readonly jobs: JobCounts | undefined;
}

/** Evaluates prometheus.yaml job by job. */
export function planConfig(subject: Subject, scraped: ScrapedBefore = NOTHING_SCRAPED): ConfigPlan {
  const { snapshot, workload, container } = subject;
  const { resource, reads } = snapshot;
  const mode = partModeOf(resource, 'config');
  const base: ConfigPlan = {
    ...emptyPart({ name: 'config', mode, target: 'ConfigMap' }),
    source: undefined,
    rewrittenJobs: [],
    skippedJobs: [],
    newJobs: [],
    isRecorded: false,
    rewrittenMs: NaN,
    includedJobs: [],
    includedMs: NaN,
    files: [],
    includedConfigMaps: [],
    jobs: undefined,
  };
  if (mode === 'Ignore') return base;
  const source = resolveConfigSource(workload.template.spec, container, resource.spec.config.configMap);
  if (source.kind === 'unresolved') {
    return { ...base, refusal: { reason: source.reason, message: source.message, stalled: true } };
  }
  const named = { ...base, source, target: `ConfigMap/${source.configMap}` };
  const need: NeedOf<'ConfigMap'> = { kind: 'ConfigMap', name: source.configMap };
  const seen = answerTo(reads, need);
  if (seen === undefined) return { ...named, needs: [need] };
  if (seen.kind === 'unreadable') {
    return { ...named, refusal: cannotBeRead(`ConfigMap ${source.configMap}`, seen) };
  }
  if (seen.kind === 'absent') return { ...named, ...configMapNotFound(subject, source) };
  const refusal = keyRefusal(seen.value, source.key);
  if (refusal !== undefined) return { ...named, refusal };
  return { ...named, ...planKeys({ subject, source, scraped }, seen.value) };
}

/** Why the key of a ConfigMap cannot be edited at all, if so. */
function keyRefusal(configMap: ConfigMap, key: string): Refusal | undefined {
  const { name } = configMap.metadata;
  if (configMap.data?.[key] === undefined) {
    if (configMap.binaryData?.[key] !== undefined) {
      const message = `key ${key} of ConfigMap ${name} is in binaryData: move it to data`;
      return { reason: 'KeyInBinaryData', message, stalled: true };
    }
    return keyNotFound(configMap, key);
  }
  return undefined;
}

type KeysPlan = Pick<
  ConfigPlan,
  | 'fields'
  | 'refusal'
  | 'action'
  | 'findings'
  | 'rewrittenJobs'
  | 'skippedJobs'
  | 'newJobs'
  | 'isRecorded'
  | 'rewrittenMs'
  | 'includedJobs'
  | 'includedMs'
  | 'files'
  | 'includedConfigMaps'
  | 'jobs'
  | 'needs'
>;

interface Resolved {
  readonly subject: Subject;
  readonly source: ConfigSource;
  readonly scraped: ScrapedBefore;
}

function planKeys({ subject, source, scraped }: Resolved, configMap: ConfigMap): KeysPlan {
  const evaluated = evaluateKeys(subject, source, configMap);
  if (evaluated.kind === 'refused') {
    return {
      fields: [],
      refusal: evaluated.refusal,
      action: undefined,
      findings: [],
      rewrittenJobs: [],
      skippedJobs: [],
      newJobs: [],
      isRecorded: storedRecords(configMap).records[subject.snapshot.resource.metadata.name] !== undefined,
      rewrittenMs: NaN,
      includedJobs: [],
      includedMs: NaN,
      files: [],
      includedConfigMaps: [],
      jobs: undefined,
      needs: [],
    };
  }
  const { resource, nowMs } = subject.snapshot;
  const { name } = resource.metadata;
  const ownRecords = datedRecords(evaluated, { resource: name, nowMs, scraped });
  const seenInSync = resource.status?.lastInSync?.config === fingerprint(evaluated.fields);
  const fields = evaluated.fields.map((field) => ({ ...field, wasInSync: field.wasInSync || seenInSync }));
  const choice = evaluateChoice(evaluated.seenJobs);
  const target = `ConfigMap/${configMap.metadata.name}`;
  const plan = {
    fields,
    findings: [...evaluated.findings, ...choice.findings.map((finding) => ({ ...finding, target }))],
    skippedJobs: evaluated.skipped,
    newJobs: newJobs(evaluated, name),
    isRecorded: evaluated.storedRecords[name] !== undefined,
    rewrittenMs: Date.parse(keyRecordOf(evaluated.storedRecords, name, source.key).rewrittenAt ?? ''),
    includedJobs: evaluated.includedJobs,
    includedMs: includedSince(evaluated.storedRecords[name] ?? {}, source.key),
    files: evaluated.files,
    includedConfigMaps: evaluated.elsewhere.configMaps,
    jobs: choice.counts,
    needs: evaluated.elsewhere.needs,
  };
  if (choice.refusal !== undefined) {
    // A name of ours that an interrupted edit left goes all the same: it is no write to the text.
    const action = releaseConfigMap(resource, configMap);
    return { ...plan, refusal: choice.refusal, action, rewrittenJobs: [], newJobs: [] };
  }
  const action = editConfigMap(resource, configMap, { ...evaluated, ownRecords });
  const record = recordsText(evaluated.storedRecords, name, ownRecords);
  const refusal = writeRefusal(configMap, { fields, action, record });
  if (refusal !== undefined) {
    // What nothing will rewrite is no reason to begin.
    const differing = (job: string): boolean =>
      fields.some((field) => differs(field) && field.path.includes(`.scrape_configs[${job}].`));
    const inSync = evaluated.rewrittenJobs.filter((job) => !differing(job));
    return { ...plan, refusal, action: undefined, rewrittenJobs: inSync, newJobs: [] };
  }
  const { rewrittenJobs, skipped } = evaluated;
  return { ...plan, refusal: jobsRefusal(skipped) ?? evaluated.elsewhere.refusal, action, rewrittenJobs };
}

function includedSince(records: KeyRecords, main: string): number {
  const times = Object.entries(records)
    .filter(([key]) => key !== main)
    .flatMap(([, { rewrittenAt }]) => (rewrittenAt === undefined ? [] : [Date.parse(rewrittenAt)]));
  return times.length === 0 ? NaN : Math.max(...times);
}

function jobsRefusal(skipped: readonly SkippedJob[]): Refusal | undefined {
  const first = skipped[0];
  if (first === undefined) return undefined;
  const more = skipped.length === 1 ? '' : ` (and ${skipped.length - 1} more, see status.config.skippedJobs)`;
  return {
    reason: 'JobsRefused',
    message: `job ${first.job}, line ${first.line}: ${first.message} ${first.fix}${more}`,
    stalled: true,
  };
}
