// What a person should know of the keys of the ConfigMap: included files that are not seen, records that are lost.
import type { ConfigMap } from '../../api/kubernetes.ts';
import { ORIGINAL_TLS_CONFIG_ANNOTATION } from '../../api/resource.ts';
import type { Rewritten } from '../../edit/prometheus-yaml/result.ts';
import type { Refusal } from '../model/assessment.ts';
import type { Finding } from '../model/finding.ts';

const TO_LIST_IT = ' Add the directory to spec.config.legacyDirectories to have it rewritten.';

interface NoticedKey {
  readonly key: string;
  readonly result: Pick<Rewritten, 'findings'>;
}

interface Noticed {
  readonly keys: readonly NoticedKey[];
  readonly refusals: readonly Refusal[];
  /** Patterns of files that are no keys of the ConfigMap. */
  readonly outside: readonly string[];
  readonly lost: boolean;
}

export function configFindings(
  { metadata }: ConfigMap,
  { keys, refusals, outside, lost }: Noticed,
): readonly Finding[] {
  const target = `ConfigMap/${metadata.name}`;
  const unseen = outside.map(
    (pattern) =>
      `scrape_config_files ${pattern} may match files that are not keys of this ConfigMap: their jobs cannot be seen`,
  );
  const unreadable = `annotation ${ORIGINAL_TLS_CONFIG_ANNOTATION} cannot be read: Restore will leave the jobs as they are`;
  return [
    ...unseen.map((message) => ({ code: 'IncludedFilesNotSeen' as const, target, message })),
    ...refusals.map(({ message }) => ({ code: 'IncludedFileRefused' as const, target, message })),
    ...keys.flatMap((each) => keyFindings(target, each).map(withHint)),
    ...(lost ? [{ code: 'RecordUnreadable' as const, target, message: unreadable }] : []),
  ];
}

/** What is found in one key. */
export function keyFindings(target: string, { key, result }: NoticedKey): readonly Finding[] {
  return result.findings.map(({ code, line, message }) => ({
    code,
    target,
    message: `${key} line ${line}: ${message}`,
  }));
}

function withHint(finding: Finding): Finding {
  return finding.code === 'DirectoryNotListed'
    ? { ...finding, message: `${finding.message}${TO_LIST_IT}` }
    : finding;
}
