// Every shell block of a page says whether a test runs it; test/e2e/documents.test.ts runs those that say so.
import { describe, expect, it } from 'vitest';

import { read, readPages } from '../support/documents.ts';
import { shellBlocks } from '../support/shell-blocks.ts';

/** What is written by hand, each in its line: the commands of the generated parts are run by nobody. */
const pages = [...readPages().values()].map(({ path, text }) => ({
  path,
  text: text.replaceAll(/<!-- begin: (\S+) -->[^]*?<!-- end: \1 -->/g, (part) => part.replaceAll(/.+/g, '')),
}));
const RUNNER = read('test/e2e/documents.test.ts');

describe('shellBlocks', () => {
  const page = (mark: string): string => `Text.\n\n${mark}\n\n\`\`\`sh\ntrue\n\`\`\`\n`;

  it('reads a block that is run', () => {
    expect(shellBlocks('a.md', page('<!-- run -->'))).toEqual([
      { where: 'a.md:5', text: 'true\n', mark: { kind: 'run' } },
    ]);
  });

  it('reads the reason of one that is not', () => {
    const [block] = shellBlocks('a.md', page('<!-- not run: no engine -->'));
    expect(block?.mark).toEqual({ kind: 'not run', why: 'no engine' });
  });

  it.each(['<!-- not run: -->', '<!-- not run -->', 'Words.'])('refuses a block after %s', (mark) => {
    expect(() => shellBlocks('a.md', page(mark))).toThrow('a.md:5: a shell block without');
  });

  it.each(['```bash', '```shell', '```sh run', '````sh', '~~~sh', '``` sh', '  ```sh', '> ```sh'])(
    'refuses a block that begins with %s',
    (fence) => {
      const text = page('<!-- run -->').replace('```sh', fence);
      expect(() => shellBlocks('a.md', text)).toThrow('a.md:5: a shell block begins with ```sh');
    },
  );
});

describe('the shell blocks', () => {
  it.each(pages)('of $path say whether they are run', ({ path, text }) => {
    expect(() => shellBlocks(path, text)).not.toThrow();
  });

  it('that say run are on the pages that test/e2e/documents.test.ts types', () => {
    const typed = [...RUNNER.matchAll(/runnable\('([^']+)'\)/g)].map(([, path]) => path);
    const marked = pages.filter(({ path, text }) =>
      shellBlocks(path, text).some(({ mark }) => mark.kind === 'run'),
    );
    expect(marked.map(({ path }) => path)).toEqual(typed.toSorted());
  });
});
