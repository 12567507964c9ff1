// Every shell block of a page says whether a test runs it; test/e2e/documents.test.ts runs those that say so.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { shellBlocks } from '../support/shell-blocks.ts';

const ROOT = join(import.meta.dirname, '../..');
/** Written by hand; what is generated has no commands of its own. */
const PAGES = [
  'README.md',
  ...readdirSync(join(ROOT, 'docs'))
    .filter((file) => file.endsWith('.md') && file !== 'troubleshooting.md')
    .map((file) => `docs/${file}`),
];

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
});

describe('the shell blocks', () => {
  it.each(PAGES)('of %s say whether they are run', (page) => {
    expect(() => shellBlocks(page, readFileSync(join(ROOT, page), 'utf8'))).not.toThrow();
  });
});
