// Istio's own CRDs, out of the Istio Go module: never copied into this repository, kept in our cache.
import { loadAll } from 'js-yaml';
import { copyFile, mkdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';

import type { KubeObject } from '../api/kube-object.ts';
import { cacheDirectory, families, moduleDirectory } from '../programs/families.ts';
import { go, onPath } from '../programs/go.ts';
import { ProgramsUnavailable } from '../programs/programs.ts';

const SOURCE = 'manifests/charts/base/files/crd-all.gen.yaml';

/** The Istio kinds that meshscrape writes. */
export const meshCrds = ['sidecars.networking.istio.io', 'peerauthentications.security.istio.io'] as const;

/**
 * The CustomResourceDefinitions of Istio, or only those named, such as `sidecars.networking.istio.io`.
 * The first call needs Go, to fetch the module.
 */
export async function istioCrds(names?: readonly string[]): Promise<KubeObject[]> {
  const documents = loadAll(await readFile(await cachedCrds(), 'utf8')) as (KubeObject | null)[];
  const crds = documents.filter((document) => document !== null);
  if (names === undefined) return crds;
  return names.map((name) => {
    const crd = crds.find((candidate) => candidate.metadata.name === name);
    if (crd === undefined) throw new Error(`Istio has no CRD ${name}`);
    return crd;
  });
}

async function cachedCrds(): Promise<string> {
  const family = families.find((candidate) => candidate.name === 'istio');
  if (family === undefined) throw new Error('no istio family');
  const target = join(cacheDirectory(family), 'crd-all.gen.yaml');
  if (await readable(target)) return target;
  if (onPath('go') === undefined) throw new ProgramsUnavailable(['the Istio CRDs']);
  const answer = await go(['mod', 'download', '-json', family.module], moduleDirectory(family));
  const module = JSON.parse(answer) as { Dir: string };
  await mkdir(cacheDirectory(family), { recursive: true });
  const temporary = `${target}.${process.pid}.tmp`;
  await copyFile(join(module.Dir, SOURCE), temporary);
  await rename(temporary, target);
  return target;
}

async function readable(path: string): Promise<boolean> {
  return readFile(path).then(
    () => true,
    () => false,
  );
}
