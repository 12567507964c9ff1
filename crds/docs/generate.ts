// Makes the generated blocks of every page of docs/ anew; `--check` only says whether they are up to date.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fillBlocks } from './blocks.ts';
import { pagesOf, type Sources } from './pages.ts';

const ROOT = join(import.meta.dirname, '../..');
const read = (path: string): Promise<string> => readFile(join(ROOT, path), 'utf8');

/** What the pages are made from, as it is in the repository. */
export async function readSources(): Promise<Sources> {
  const [crd, secretsRole, podsRole, userRoles] = await Promise.all([
    read('crds/prometheusistioscrapes.meshscrape.dev.yaml'),
    read('deploy/components/read-legacy-secrets/role.yaml'),
    read('deploy/components/dry-run-pods/cluster-role.yaml'),
    read('deploy/controller/user-roles.yaml'),
  ]);
  return { crd, secretsRole, podsRole, userRoles };
}

async function main(isCheck: boolean): Promise<number> {
  const stale: string[] = [];
  for (const [path, blocks] of Object.entries(pagesOf(await readSources()))) {
    const page = await read(path);
    const filled = fillBlocks(page, path, blocks);
    if (filled === page) continue;
    stale.push(path);
    if (!isCheck) await writeFile(join(ROOT, path), filled);
  }
  if (!isCheck || stale.length === 0) return 0;
  console.error(`${stale.join(', ')}: not what the code says, run \`npm run generate\``);
  return 1;
}

if (import.meta.main) process.exitCode = await main(process.argv.includes('--check'));
