// Puts the recorded originals back into prometheus.yaml and drops this resource's record.
import type { ConfigMap } from '../../api/kubernetes.ts';
import type { PrometheusIstioScrape } from '../../api/resource.ts';
import { restore } from '../../edit/prometheus-yaml/restore.ts';
import { patchConfigMap, releaseConfigMap } from '../config/edit.ts';
import { othersOf, recordsText, storedRecords, type ConfigRecords } from '../config/record.ts';
import type { EventContent } from '../model/event.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { UndoStep } from './step.ts';

export interface UndoConfigStep extends UndoStep {
  /** Keys whose text changes, with the originals in it. */
  readonly texts: Readonly<Record<string, string>>;
}

/** The patch that restores the jobs of one resource; those that another one needs too are left to the last one. */
export function undoConfig(
  { resource, resources }: Snapshot,
  configMap: ConfigMap | undefined,
): UndoConfigStep {
  if (configMap === undefined) return { action: undefined, events: [], texts: {} };
  const { name } = resource.metadata;
  const { records, lost } = storedRecords(configMap);
  const own = records[name];
  const staying = stayingRecords(records, resources);
  if (own === undefined) {
    const events = lost ? [left(`the record in ConfigMap ${configMap.metadata.name} cannot be read`)] : [];
    return { action: releaseConfigMap(resource, configMap), events, texts: {} };
  }
  const texts: Record<string, string> = {};
  const events: EventContent[] = [];
  for (const [key, record] of Object.entries(own)) {
    const before = configMap.data?.[key];
    if (before === undefined) {
      events.push(left(`key ${key} of ConfigMap ${configMap.metadata.name} is gone`));
      continue;
    }
    const needed = new Set(othersOf(staying, name, key).flatMap(({ jobs }) => Object.keys(jobs)));
    const jobs = Object.entries(record.jobs).filter(([job]) => !needed.has(job));
    const result = restore(before, { ...record, jobs: Object.fromEntries(jobs) });
    if (result.kind === 'refused') {
      events.push(left(`${key} cannot be edited: ${result.refusal.message}`));
      continue;
    }
    if (result.text !== before) texts[key] = result.text;
    events.push(...result.skipped.map(({ job, message }) => left(`job ${job}: ${message}`)));
  }
  const action = patchConfigMap(resource, configMap, {
    texts,
    annotation: recordsText(records, name, undefined),
    reason: `Put the original tls_config back into ConfigMap ${configMap.metadata.name}`,
  });
  return { action, events, texts };
}

/** A resource that is gone, or goes as well, needs no job. */
function stayingRecords(records: ConfigRecords, resources: readonly PrometheusIstioScrape[]): ConfigRecords {
  const staying = new Set(
    resources
      .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
      .map(({ metadata: { name } }) => name),
  );
  return Object.fromEntries(Object.entries(records).filter(([name]) => staying.has(name)));
}

function left(what: string): EventContent {
  return { type: 'Warning', reason: 'RestoreIncomplete', note: `left as it is: ${what}` };
}
