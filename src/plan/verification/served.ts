// Stage 5, replica by replica: does this Prometheus serve the new paths, the old ones, or can nobody know?
import type { Pod } from '../../api/kubernetes.ts';
import { rewrite } from '../../edit/prometheus-yaml/rewrite.ts';
import type { ConfigPlan } from '../config/config.ts';
import { fileSources } from '../config/legacy-directories.ts';
import { differs } from '../model/field.ts';
import type { PrometheusEndpoint, PrometheusSeen } from '../model/prometheus-seen.ts';
import { answerTo, type NeedOf } from '../model/reads.ts';
import type { Subject } from '../model/subject.ts';
import { askOf, endpointOf } from './prometheus-endpoint.ts';
import { reloadMethod } from './reload.ts';

export interface ProofSubject extends Subject {
  readonly config: ConfigPlan;
}

export type AnsweredPrometheus = PrometheusSeen & { readonly kind: 'answered' };

export type Replica =
  | { readonly kind: 'Unasked'; readonly need: NeedOf<'Prometheus'> }
  | {
      readonly kind: 'Serves';
      readonly endpoint: PrometheusEndpoint;
      readonly seen: AnsweredPrometheus;
    }
  | OldReplica
  | { readonly kind: 'Unknown'; readonly message: string };

/** It is known not to serve the new paths. */
export interface OldReplica {
  readonly kind: 'Old';
  readonly pod: string;
  /** `undefined`: it cannot be asked, and is older than the file that it mounts by subPath. */
  readonly endpoint: PrometheusEndpoint | undefined;
  /** It knows the new paths, and could not load them. */
  readonly loadFailed: boolean;
}

/** What one pod serves. */
export function replicaOf(subject: ProofSubject, pod: Pod): Replica {
  const { name } = pod.metadata;
  const unknown = (message: string): Replica =>
    isOlderThanFile(subject, pod)
      ? { kind: 'Old', pod: name, endpoint: undefined, loadFailed: false }
      : { kind: 'Unknown', message };
  const result = endpointOf(pod, subject.container);
  if (result.kind === 'unknown') return unknown(`${name}: ${result.message}`);
  const { endpoint } = result;
  const need = askOf(endpoint);
  const seen = answerTo(subject.snapshot.reads, need);
  if (seen === undefined) return { kind: 'Unasked', need };
  if (seen.kind === 'silent') {
    return unknown(`${name} cannot be asked at ${endpoint.url}: ${seen.message}`);
  }
  const isNew = namesNewFiles(subject, seen.config);
  const old: Replica = { kind: 'Old', pod: name, endpoint, loadFailed: isNew && !seen.reloadSucceeded };
  if (!isNew || !seen.reloadSucceeded) return old;
  switch (hasLoadedIncluded(subject, seen)) {
    case true:
      return { kind: 'Serves', endpoint, seen };
    case false:
      return old;
    case undefined:
      return unknown(`${name} does not say when it has loaded the files of scrape_config_files`);
  }
}

/** A kubelet needs up to two minutes to carry a ConfigMap into a pod. */
const PROPAGATION_MS = 2 * 60_000;

/**
 * Prometheus does not show the jobs of scrape_config_files, only when it has loaded all: after the write, and where it is
 * reloaded by us, whom no file wakes, after that has reached the pod. `undefined`: it does not say.
 */
function hasLoadedIncluded(
  subject: ProofSubject,
  { configLoadedMs }: AnsweredPrometheus,
): boolean | undefined {
  const { includedJobs, includedMs } = subject.config;
  if (includedJobs.length === 0 || Number.isNaN(includedMs)) return true;
  if (configLoadedMs === undefined) return undefined;
  const reachesMs = reloadMethod(subject) === 'Http' ? includedMs + PROPAGATION_MS : includedMs;
  return configLoadedMs >= reachesMs;
}

/**
 * Its container started before the jobs were rewritten, and a mount by subPath keeps what it found at the start. When it
 * started is what kubelet says; where nobody knows when the jobs were rewritten, nothing follows.
 */
function isOlderThanFile({ container, config }: ProofSubject, pod: Pod): boolean {
  if (config.source?.restartNeeded !== true) return false;
  const running = pod.status?.containerStatuses?.find(({ name }) => name === container.name)?.state?.running;
  if (running === undefined) return false;
  return Date.parse(running.startedAt ?? pod.metadata.creationTimestamp ?? '') < config.rewrittenMs;
}

/** The configuration names the new files in every rewritten job that is in it. */
function namesNewFiles(subject: ProofSubject, text: string): boolean {
  const { paths, config } = subject;
  const jobs = config.rewrittenJobs.filter((job) => !config.includedJobs.includes(job));
  const result = rewrite(text, {
    jobs: [],
    ...fileSources(subject),
    mountPath: paths.mountPath,
    previousMountPaths: [],
    recorded: Object.fromEntries(jobs.map((job) => [job, {}])),
  });
  if (result.kind === 'refused') return false;
  const served = new Set(result.jobs.filter(({ values }) => !values.some(differs)).map(({ job }) => job));
  return jobs.every((job) => served.has(job));
}
