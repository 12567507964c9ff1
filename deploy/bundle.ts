// Bundles src/main.ts with everything that it imports into dist/meshscrape.mjs, the one file of the image.
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

await rm(new URL('../dist', import.meta.url), { recursive: true, force: true });
await build({
  absWorkingDir: ROOT,
  entryPoints: ['src/main.ts'],
  outfile: 'dist/meshscrape.mjs',
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node24',
  // Some of the packages are CommonJS and call `require` for Node's own modules, which an ES module does not have.
  banner: {
    js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
  },
  // The licences of what is bundled go with it.
  legalComments: 'eof',
  minifyWhitespace: true,
  minifySyntax: true,
  logLevel: 'warning',
});
