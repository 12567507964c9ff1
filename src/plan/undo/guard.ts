// Would jobs that get their old files back find certificates there that still work? Asked before Restore writes.
// Where that cannot be known, the record decides: jobs whose targets were up before the rewrite are taken back.
import type { ConfigMap } from '../../api/kubernetes.ts';
import { rfc3339 } from '../../api/rfc3339.ts';
import { mountFinder } from '../../edit/prometheus-yaml/jobs/mounts.ts';
import { evaluateKeys } from '../config/keys.ts';
import { fileSources } from '../config/legacy-directories.ts';
import { keyRecordOf, storedRecords } from '../config/record.ts';
import { resolveConfigSource } from '../config/source.ts';
import { isPathAtOrBelow } from '../kubernetes/mounts.ts';
import { secretsHolding } from '../kubernetes/secret-volumes.ts';
import { resolvedPaths } from '../model/desired.ts';
import type { Need } from '../model/reads.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { Workload } from '../model/workload.ts';
import { secretState, type SecretState } from '../stale-secrets/stale-secrets.ts';
import { containerOf } from '../workload/container.ts';

export interface RestoreGuard {
  /** Nothing is known of the old files: `Unverified` where the jobs' targets were up with them, else `Unproven`. */
  readonly kind: 'Safe' | 'WouldBreak' | 'Unverified' | 'Unproven';
  /** What is wrong, or what could not be known; '' for Safe. */
  readonly why: string;
  readonly needs: readonly Need[];
}

const SAFE: RestoreGuard = { kind: 'Safe', why: '', needs: [] };

/** Evaluates the files of the jobs in this resource's record, as `texts` would name them. */
export function restoreGuard(
  seen: { readonly snapshot: Snapshot; readonly workload: Workload | undefined },
  configMap: ConfigMap | undefined,
  texts: Readonly<Record<string, string>>,
): RestoreGuard {
  const guard = evaluateFiles(seen, configMap, texts);
  if (guard.kind !== 'Unverified' || configMap === undefined) return guard;
  const { records } = storedRecords(configMap);
  const { name } = seen.snapshot.resource.metadata;
  const wereUp = Object.keys(texts).every((key) => keyRecordOf(records, name, key).upAt !== undefined);
  return wereUp ? guard : { ...guard, kind: 'Unproven' };
}

function evaluateFiles(
  { snapshot, workload }: { readonly snapshot: Snapshot; readonly workload: Workload | undefined },
  configMap: ConfigMap | undefined,
  texts: Readonly<Record<string, string>>,
): RestoreGuard {
  const { resource } = snapshot;
  if (configMap === undefined || workload === undefined || Object.keys(texts).length === 0) return SAFE;
  const { template } = workload;
  const found = containerOf(resource, template);
  if (found.kind === 'refused') return SAFE;
  const { container } = found;
  const source = resolveConfigSource(template.spec, container, resource.spec.config.configMap);
  if (source.kind === 'unresolved') return { kind: 'Unverified', why: source.message, needs: [] };
  const restored: ConfigMap = { ...configMap, data: { ...configMap.data, ...texts } };
  const subject = {
    snapshot,
    workload,
    container,
    paths: resolvedPaths(resource),
    isAdopted: false,
    isInherited: false,
    foreign: undefined,
    filled: [],
  };
  const evaluated = evaluateKeys(subject, source, restored);
  if (evaluated.kind === 'refused') return { kind: 'Unverified', why: evaluated.refusal.message, needs: [] };
  const { records } = storedRecords(configMap);
  const stored = Object.keys(texts).map((key) => keyRecordOf(records, resource.metadata.name, key));
  const jobs = stored.flatMap((record) => Object.keys(record.jobs));
  const files = evaluated.files.filter(({ path }) =>
    jobs.some((job) => path.endsWith(`scrape_configs[${job}]`)),
  );
  // What was legacy when the jobs were rewritten stays so, though its mount is gone.
  const directories = [
    ...resource.spec.config.legacyDirectories,
    ...stored.flatMap(({ legacyDirectories = [] }) => legacyDirectories),
  ];
  const isLegacy = (file: string): boolean =>
    directories.some((directory) => isPathAtOrBelow(file, directory));
  const mountOf = mountFinder(fileSources(subject).mounts);
  const lost = files.find(({ file }) => mountOf(file) === undefined && isLegacy(file));
  if (lost !== undefined) {
    return { kind: 'WouldBreak', why: `nothing is mounted at ${lost.file} any more`, needs: [] };
  }
  const names = files.flatMap(({ file }) =>
    secretsHolding(template.spec, container, file).map(({ secret }) => secret),
  );
  return verdict(snapshot, [...new Set(names)]);
}

function verdict(snapshot: Snapshot, secrets: readonly string[]): RestoreGuard {
  const states = secrets.map((secret) => ({ secret, ...secretState(snapshot, secret) }));
  const needs = states.flatMap((each) => each.needs);
  const broken = states.flatMap(({ secret, state }) => {
    const fault = whyBroken(state);
    return fault === undefined ? [] : [`secret ${secret} ${fault}`];
  });
  if (broken.length > 0) return { kind: 'WouldBreak', why: broken.join('; '), needs };
  const open = states.filter(({ state }) => state.kind === 'Unreadable' || state.kind === 'Invalid');
  if (open.length === 0) return { ...SAFE, needs };
  const names = open.map(({ secret }) => secret).join(', ');
  return {
    kind: 'Unverified',
    why: `whether the certificate of secret ${names} is still valid could not be read`,
    needs,
  };
}

function whyBroken(state: SecretState): string | undefined {
  switch (state.kind) {
    case 'Absent':
      return 'does not exist';
    case 'Unreadable':
    case 'Invalid':
      return undefined;
    case 'Known':
      if (state.step.kind === 'Expired') return `expired ${rfc3339(state.notAfterMs)}`;
      return state.root === 'Differs' ? 'is of another CA than the mesh has now' : undefined;
  }
}
