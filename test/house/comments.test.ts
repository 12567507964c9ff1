// What a comment says of the repository is true: a file that it names exists, and no header calls its module pure.
import { globSync, readdirSync } from 'node:fs';
import { matchesGlob } from 'node:path';
import { describe, expect, it } from 'vitest';

import { read, ROOT } from '../support/documents.ts';

const SKIPPED = ['node_modules', 'dist', 'coverage', '.git'];
const paths = globSync('**', {
  cwd: ROOT,
  exclude: (path) => SKIPPED.some((name) => path.split('/').at(-1) === name),
});
const folders = readdirSync(ROOT, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !SKIPPED.includes(entry.name))
  .map(({ name }) => name);

/** Each comment of a source, its lines without what begins them. */
function commentsOf(source: string): readonly string[] {
  const comments = source.match(/(?:(?<=^|[ \t])\/\/.*\n?[ \t]*)+|(?<=^|[ \t])\/\*[^]*?\*\//gm) ?? [];
  return comments.map((comment) =>
    comment.replaceAll(/\s*(?:^|\n)\s*(?:\/\/|\/\*\*?|\*\/|\*(?= ))\s*/g, ' '),
  );
}

/** Names of files, and paths that begin with a folder of ours. Wildcards are allowed. */
function filesNamedIn(comment: string): readonly string[] {
  const words = [...comment.matchAll(/[\w./@*-]+/g)].map(([word]) =>
    word.replace(/^(?:[.]{1,2}\/)+|[./]+$/g, ''),
  );
  return words.filter(
    (word) =>
      /\w[.](?:ts|mjs|md)$/.test(word) ||
      (folders.includes(word.split('/', 1)[0] ?? '') && word.includes('/')),
  );
}

function faultsOf(source: string): readonly string[] {
  const comments = commentsOf(source);
  return [
    ...comments
      .flatMap(filesNamedIn)
      .filter((file) => !file.startsWith('dist/'))
      .filter((file) => !paths.some((path) => matchesGlob(path, file) || matchesGlob(path, `**/${file}`)))
      .map((file) => `${file} does not exist`),
    ...comments.flatMap(
      (comment) => comment.match(/(?<!docs\/design\/)\bcontract(?:[.]md)?,? section \d+/g) ?? [],
    ),
    ...(/^(?:#!.*\n)?(?:\/\/.*\n)+/.exec(source)?.[0].match(/\bPure[.:;]|\bdecides nothing\b/g) ?? []),
  ];
}

describe('the comments of a source', () => {
  it.each([
    { name: 'may name a file that exists', source: '// As comments.test.ts.\n', faults: [] },
    { name: 'may name files by a wildcard', source: 'f(); // test/house/*.test.ts\n', faults: [] },
    { name: 'may name a folder', source: '/** See test/house. */\n', faults: [] },
    {
      name: 'may not name a file that has gone',
      source: '// That is gone.ts.\n',
      faults: ['gone.ts does not exist'],
    },
    {
      name: 'may not name a path that has gone',
      source: '  /**\n   * As ./house/comments.test.ts and\n   * test/gone/a has it.\n   */\n',
      faults: ['test/gone/a does not exist'],
    },
    {
      name: 'name a section of the contract with its path',
      source: '// docs/design/contract.md, section 3; the\n// contract section 4.\n',
      faults: ['contract section 4'],
    },
    { name: 'do not call their module pure', source: '// A sum. Pure.\nf();\n', faults: ['Pure.'] },
    {
      name: 'do not say that their module decides nothing',
      source: '// It decides nothing.\n',
      faults: ['decides nothing'],
    },
    { name: 'are no text of the program', source: "f('gone.ts');\n", faults: [] },
  ])('$name', ({ source, faults }) => {
    expect(faultsOf(source)).toEqual(faults);
  });
});

describe('the comments', () => {
  const sources = paths.filter((path) => /[.](?:ts|mjs)$/.test(path) && !path.endsWith('comments.test.ts'));

  it('of every source are true', () => {
    expect(sources.flatMap((path) => faultsOf(read(path)).map((fault) => `${path}: ${fault}`))).toEqual([]);
  });
});
