// Bundles src/main.ts with everything that it imports into dist/meshscrape.mjs, the one file of the image.
import { build } from 'esbuild';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const DIST = join(ROOT, 'dist');

/** Writes the bundle; throws esbuild's error, which names file and line, where something cannot be bundled. */
export async function bundle(outfile: string): Promise<void> {
  await build({
    absWorkingDir: ROOT,
    entryPoints: ['src/main.ts'],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    // Some of the packages are CommonJS and call `require` for Node's own modules, which an ES module does not have.
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
    // A third of the size, and some 20 MB less of memory; names stay, so that a stack still says something.
    minifyWhitespace: true,
    minifySyntax: true,
    // The licences of what is bundled go with it.
    legalComments: 'eof',
    logLevel: 'warning',
  });
}

if (import.meta.main) {
  await rm(DIST, { recursive: true, force: true });
  await bundle(join(DIST, 'meshscrape.mjs'));
}
