// Where our fields are in a pod template: every path spelled once, for apply, managedFields and undo alike.
import type { FieldPath } from '../model/field-path.ts';

export interface TemplatePath {
  /** As a person reads it: `spec.template.metadata.labels[app]`. */
  readonly text: string;
  readonly fieldPath: FieldPath;
}

const TEMPLATE: TemplatePath = { text: 'spec.template', fieldPath: ['f:spec', 'f:template'] };

export const METADATA = at(TEMPLATE, 'metadata');
const SPEC = at(TEMPLATE, 'spec');
export const VOLUMES = at(SPEC, 'volumes');

export function labelPath(key: string): TemplatePath {
  return entryOf(at(METADATA, 'labels'), key);
}

export function annotationPath(key: string): TemplatePath {
  return entryOf(at(METADATA, 'annotations'), key);
}

export function volumePath(name: string): TemplatePath {
  return itemOf(VOLUMES, 'name', name);
}

/** The mount of a container at a directory. */
export function mountPath(container: string, directory: string): TemplatePath {
  const mounts = at(itemOf(at(SPEC, 'containers'), 'name', container), 'volumeMounts');
  return itemOf(mounts, 'mountPath', directory);
}

/** A field below a path. */
export function at({ text, fieldPath }: TemplatePath, name: string): TemplatePath {
  return { text: `${text}.${name}`, fieldPath: [...fieldPath, `f:${name}`] };
}

function entryOf({ text, fieldPath }: TemplatePath, key: string): TemplatePath {
  return { text: `${text}[${key}]`, fieldPath: [...fieldPath, `f:${key}`] };
}

function itemOf({ text, fieldPath }: TemplatePath, key: string, value: string): TemplatePath {
  return {
    text: `${text}[${key}=${value}]`,
    fieldPath: [...fieldPath, `k:${JSON.stringify({ [key]: value })}`],
  };
}
