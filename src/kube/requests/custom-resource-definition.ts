// Registers a CustomResourceDefinition from its YAML file as it is: typed clients drop every `x-kubernetes-*` field.
// Creates only: an existing one is left alone, upgrading it is an administrator's act.
import type { V1CustomResourceDefinitionVersion } from '@kubernetes/client-node';
import { load } from 'js-yaml';
import { readFile } from 'node:fs/promises';
import { isMap, listAt, mapAt, textAt, type JsonMap } from '../../api/json-map.ts';
import { KINDS } from '../../api/kinds.ts';
import { errorOfAnswer } from '../http/answer-errors.ts';
import { KubeError } from '../http/kube-error.ts';
import { collectionPath } from '../http/resource-path.ts';
import type { Transport } from '../http/transport.ts';
import { asDefinitionVersion } from './client-object.ts';

export interface RegisteredDefinition {
  readonly group: string;
  readonly versions: V1CustomResourceDefinitionVersion[];
  readonly plural: string;
}

const { group: DEFINITIONS_GROUP } = KINDS.CustomResourceDefinition;

/** Throws a KubeError: Misconfigured for a file that holds no CRD, else what the API server answered. */
export async function registerDefinition(transport: Transport, file: string): Promise<RegisteredDefinition> {
  const definition: unknown = load(await readFile(file, 'utf8'));
  const spec = isMap(definition) ? definition['spec'] : undefined;
  const names = isMap(spec) ? spec['names'] : undefined;
  if (!isMap(definition) || !isMap(spec) || !isMap(names) || !isDefinition(definition)) {
    throw new KubeError(
      'Misconfigured',
      `register ${file}: no CustomResourceDefinition of ${DEFINITIONS_GROUP}`,
    );
  }
  const metadata = mapAt(definition, 'metadata');
  const subject = { verb: 'create', kind: 'CustomResourceDefinition', name: textAt(metadata, 'name') };
  const path = collectionPath(KINDS.CustomResourceDefinition);
  const answer = await transport.request({ subject, method: 'POST', path, body: definition });
  if (answer.status >= 300 && answer.status !== 409) throw errorOfAnswer(subject, answer);
  return {
    group: textAt(spec, 'group') ?? '',
    versions: listAt(spec, 'versions').filter(isMap).map(asDefinitionVersion),
    plural: textAt(names, 'plural') ?? '',
  };
}

function isDefinition(value: JsonMap): boolean {
  return (
    value['kind'] === 'CustomResourceDefinition' &&
    (textAt(value, 'apiVersion') ?? '').startsWith(`${DEFINITIONS_GROUP}/`)
  );
}
