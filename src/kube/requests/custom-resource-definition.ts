// Registers a CustomResourceDefinition from its YAML file as it stands: typed clients drop every `x-kubernetes-*` field.
// Creates only: an existing one is left alone, upgrading it is an administrator's act.
import type { V1CustomResourceDefinitionVersion } from '@kubernetes/client-node';
import { load } from 'js-yaml';
import { readFile } from 'node:fs/promises';
import { errorOfAnswer, KubeError } from '../http/errors.ts';
import { isRecord, text, type JsonRecord } from '../http/json.ts';
import { collectionPath } from '../http/resource-path.ts';
import type { Transport } from '../http/transport.ts';
import { asDefinitionVersion } from './client-object.ts';

export interface RegisteredDefinition {
  readonly group: string;
  readonly versions: V1CustomResourceDefinitionVersion[];
  readonly plural: string;
}

const DEFINITIONS = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  plural: 'customresourcedefinitions',
} as const;

/** Throws a KubeError: Misconfigured for a file that holds no CRD, else what the API server answered. */
export async function registerDefinition(transport: Transport, file: string): Promise<RegisteredDefinition> {
  const definition: unknown = load(await readFile(file, 'utf8'));
  const spec = isRecord(definition) ? definition['spec'] : undefined;
  const names = isRecord(spec) ? spec['names'] : undefined;
  if (!isRecord(definition) || !isRecord(spec) || !isRecord(names) || !isDefinition(definition)) {
    throw new KubeError(
      'Misconfigured',
      `register ${file}: no CustomResourceDefinition of ${DEFINITIONS.group}`,
    );
  }
  const metadata = isRecord(definition['metadata']) ? definition['metadata'] : {};
  const subject = { verb: 'create', kind: 'CustomResourceDefinition', name: text(metadata, 'name') };
  const path = collectionPath(DEFINITIONS);
  const answer = await transport.request({ subject, method: 'POST', path, body: definition });
  if (answer.status >= 300 && answer.status !== 409) throw errorOfAnswer(subject, answer);
  const versions: readonly unknown[] = Array.isArray(spec['versions']) ? spec['versions'] : [];
  return {
    group: text(spec, 'group') ?? '',
    versions: versions.filter(isRecord).map(asDefinitionVersion),
    plural: text(names, 'plural') ?? '',
  };
}

function isDefinition(value: JsonRecord): boolean {
  return (
    value['kind'] === 'CustomResourceDefinition' &&
    (text(value, 'apiVersion') ?? '').startsWith(`${DEFINITIONS.group}/`)
  );
}
