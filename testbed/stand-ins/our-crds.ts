// The CustomResourceDefinitions of this repository, as crds/ has them.
import { loadAll } from 'js-yaml';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import type { KubeObject } from '../api/kube-object.ts';

const DIRECTORY = join(import.meta.dirname, '../../crds');

/** All of them; other documents there, such as a kustomization, are left out. */
export function ourCrds(): KubeObject[] {
  return readdirSync(DIRECTORY)
    .filter((file) => file.endsWith('.yaml'))
    .flatMap((file) => loadAll(readFileSync(join(DIRECTORY, file), 'utf8')) as KubeObject[])
    .filter(({ kind }) => kind === 'CustomResourceDefinition');
}
