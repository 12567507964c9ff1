// The pieces of the demo's text: diffs, condition flips, what a legacy Prometheus looks like from outside.
// No colours and no output here: that is output.ts.
import { dump, load } from 'js-yaml';
import { X509Certificate } from 'node:crypto';

import { unifiedDiff } from '../../src/cli/unified-diff.ts';
import type { KubeObject, ObjectMeta } from '../api/kube-object.ts';

export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

/** One condition that moved; `from` or `to` is `absent` where it comes or goes. */
export interface Flip extends Condition {
  readonly from: string;
}

const ABSENT = 'absent';
/** They sum the others up, so they are reported after them. */
const SUMMARIES = ['Reconciling', 'Stalled', 'Ready'];

/** The lines of a unified diff of two texts, hunk headers included, file headers not. Nothing where they are equal. */
export function difference(before: string, after: string): readonly string[] {
  if (before === after) return [];
  if (before === '') return linesOf(after).map((line) => `+${line}`);
  let start = 0;
  while (start < before.length && before[start] === after[start]) start += 1;
  let same = 0;
  const most = Math.min(before.length, after.length) - start;
  while (same < most && before.at(-1 - same) === after.at(-1 - same)) same += 1;
  const edit = { start, end: before.length - same, text: after.slice(start, after.length - same) };
  return linesOf(unifiedDiff('text', before, [edit])).slice(2);
}

/** What moved between two lists of conditions: every change of status, and of Ready every change of reason too. */
export function flips(before: readonly Condition[], after: readonly Condition[]): readonly Flip[] {
  const moved = after.flatMap((now): Flip[] => {
    const old = before.find(({ type }) => type === now.type);
    const still = old?.status === now.status && (now.type !== 'Ready' || old.reason === now.reason);
    return still ? [] : [{ ...now, from: old?.status ?? ABSENT }];
  });
  const gone = before
    .filter((old) => !after.some(({ type }) => type === old.type))
    .map((old) => ({ ...old, from: old.status, status: ABSENT, reason: '', message: '' }));
  return [...moved, ...gone].sort((a, b) => SUMMARIES.indexOf(a.type) - SUMMARIES.indexOf(b.type));
}

/** What has moved in metadata that people or controllers keep things in: annotations by key, finalizers. */
export function metadataChanges(before: ObjectMeta, after: ObjectMeta): readonly string[] {
  const entries = ({ annotations = {}, finalizers = [] }: ObjectMeta): ReadonlyMap<string, string> =>
    new Map([
      ...Object.entries(annotations).map(([key, value]) => [`annotation ${key}`, value] as const),
      ...finalizers.map((name) => [`finalizer ${name}`, ''] as const),
    ]);
  const [old, now] = [entries(before), entries(after)];
  return [...new Set([...old.keys(), ...now.keys()])].flatMap((name) => {
    if (!old.has(name)) return [`${name} added`];
    if (!now.has(name)) return [`${name} removed`];
    return old.get(name) === now.get(name) ? [] : [`${name} changed`];
  });
}

/** YAML as people write it: no folded lines, no anchors. */
export function yaml(value: unknown): string {
  return dump(value, { lineWidth: -1, noRefs: true });
}

/** Breaks a text at blanks into lines of at most `width`; a longer word is alone and whole. */
export function wrapped(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/).filter((each) => each !== '')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** When the certificate in a Citadel secret expires. Throws if there is none in it. */
export function expiryOf(secret: KubeObject): Date {
  const pem = Buffer.from(secret.data?.['cert-chain.pem'] ?? '', 'base64');
  return new X509Certificate(pem).validToDate;
}

/** `2026-12-01 09:00 UTC, in 3 days`. */
export function moment(date: Date, now: Date): string {
  const days = Math.round((date.getTime() - now.getTime()) / 86_400_000);
  const distance = `${Math.abs(days)} ${Math.abs(days) === 1 ? 'day' : 'days'}`;
  const relative = days < 0 ? `${distance} ago` : `in ${distance}`;
  return `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC, ${relative}`;
}

/** The scrape jobs of a prometheus.yaml: how many, and the names of those whose tls_config reads below a directory. */
export function jobsReading(
  prometheusYaml: string,
  directory: string,
): { readonly total: number; readonly reading: readonly string[] } {
  const { scrape_configs: jobs = [] } = load(prometheusYaml) as {
    scrape_configs?: { job_name: string; tls_config?: Readonly<Record<string, unknown>> }[];
  };
  const reads = (value: unknown): boolean => typeof value === 'string' && value.startsWith(`${directory}/`);
  const reading = jobs.filter(({ tls_config }) => Object.values(tls_config ?? {}).some(reads));
  return { total: jobs.length, reading: reading.map(({ job_name }) => job_name) };
}

/** The state of a pod in a few words; the demo reports it when it changes. */
export function podState(pod: KubeObject): string {
  if (pod.metadata.deletionTimestamp !== undefined) return 'ends';
  const conditions: Condition[] = pod.status?.conditions ?? [];
  const ready = conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
  const early: { name: string; restartPolicy?: string }[] = pod.spec.initContainers ?? [];
  // A native sidecar is an init container that stays.
  const sidecars = early.filter(({ restartPolicy }) => restartPolicy === 'Always');
  const containers: { name: string }[] = [...sidecars, ...pod.spec.containers];
  return `${ready ? 'is ready' : 'is created'}: ${containers.map(({ name }) => name).join(', ')}`;
}

function linesOf(text: string): readonly string[] {
  const lines = text.split('\n');
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
}
