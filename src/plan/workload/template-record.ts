// What the pod template held before our first write, kept in an annotation of the workload's own metadata.
// Written once, read at Restore. A record that is lost or broken reads as undefined: values are then left.
import type { Container, KubernetesObject, PodTemplate } from '../../api/kubernetes.ts';
import { ORIGINAL_TEMPLATE_ANNOTATION } from '../../api/resource.ts';

/** Only keys that we write are in it; a key that is missing was absent. */
export interface TemplateRecord {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** True if a volume of our name was there. */
  readonly volume: boolean;
  /** True if a mount of ours was there. */
  readonly mount: boolean;
  /** RFC 3339: then, before the write, a target of the jobs that are to be rewritten was up. */
  readonly upAt?: string;
}

export interface RecordedKeys {
  readonly labels: readonly string[];
  readonly annotations: readonly string[];
  readonly volumeName: string;
  readonly mountPath: string;
}

/** The record as it would be written now. */
export function recordTemplate(
  { metadata, spec }: PodTemplate,
  container: Container,
  keys: RecordedKeys,
): TemplateRecord {
  return {
    labels: pick(metadata?.labels ?? {}, keys.labels),
    annotations: pick(metadata?.annotations ?? {}, keys.annotations),
    volume: (spec.volumes ?? []).some((volume) => volume.name === keys.volumeName),
    mount: (container.volumeMounts ?? []).some((mount) => mount.mountPath === keys.mountPath),
  };
}

/** The stored record, or `undefined` where there is none or it cannot be read. */
export function storedTemplateRecord({ metadata }: KubernetesObject): TemplateRecord | undefined {
  const text = metadata.annotations?.[ORIGINAL_TEMPLATE_ANNOTATION];
  if (text === undefined) return undefined;
  try {
    const parsed: unknown = JSON.parse(text);
    return isTemplateRecord(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function isTemplateRecord(value: unknown): value is TemplateRecord {
  if (typeof value !== 'object' || value === null) return false;
  return (
    'labels' in value &&
    isTextMap(value.labels) &&
    'annotations' in value &&
    isTextMap(value.annotations) &&
    'volume' in value &&
    typeof value.volume === 'boolean' &&
    'mount' in value &&
    typeof value.mount === 'boolean'
  );
}

function isTextMap(value: unknown): value is Readonly<Record<string, string>> {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).every((text) => typeof text === 'string')
  );
}

function pick(map: Readonly<Record<string, string>>, keys: readonly string[]): Record<string, string> {
  return Object.fromEntries(keys.flatMap((key) => (map[key] === undefined ? [] : [[key, map[key]]])));
}
