import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { allFiles, changedFiles, gitIn, type Git } from './files.ts';

const ROOT = join(import.meta.dirname, '../..');

/** Answers by the whole command line; git fails at any other. */
function gitOf(answers: Readonly<Record<string, string>>): Git {
  return (...args) => answers[args.join(' ')];
}

const DIFF = 'diff --name-only --diff-filter=d';
const CLEAN = { [`${DIFF} HEAD`]: '', 'ls-files --others --exclude-standard': '' };

describe('changedFiles', () => {
  const rows: readonly {
    readonly name: string;
    readonly answers: Readonly<Record<string, string>>;
    readonly changed: ReturnType<typeof changedFiles>;
  }[] = [
    { name: 'knows nothing without a main', answers: CLEAN, changed: undefined },
    {
      name: 'finds nothing on main itself',
      answers: { ...CLEAN, 'merge-base HEAD main': 'b\n', [`${DIFF} b HEAD`]: '' },
      changed: { since: 'the merge base with main', files: [] },
    },
    {
      name: 'takes what the branch changed, and of that the source that runs',
      answers: {
        ...CLEAN,
        'merge-base HEAD main': 'b\n',
        [`${DIFF} b HEAD`]:
          'README.md\nsrc/report/ready.ts\nsrc/api/a.gen.ts\nsrc/main.ts\nsrc/preflight.mjs\nsrc/plan/plan.ts\ntest/x.test.ts\n',
      },
      changed: { since: 'the merge base with main', files: ['src/plan/plan.ts', 'src/report/ready.ts'] },
    },
    {
      name: 'asks for the main of the origin where there is no other',
      answers: { ...CLEAN, 'merge-base HEAD origin/main': 'b\n', [`${DIFF} b HEAD`]: 'src/a.ts\n' },
      changed: { since: 'the merge base with origin/main', files: ['src/a.ts'] },
    },
    {
      name: 'takes what is not committed alone, new files too',
      answers: {
        [`${DIFF} HEAD`]: 'src/b.ts\n',
        'ls-files --others --exclude-standard': 'src/a.ts\n',
        'merge-base HEAD main': 'b\n',
        [`${DIFF} b HEAD`]: 'src/c.ts\n',
      },
      changed: { since: 'HEAD', files: ['src/a.ts', 'src/b.ts'] },
    },
    {
      name: 'finds nothing to try where tests alone are not committed',
      answers: { [`${DIFF} HEAD`]: 'test/a.test.ts\n', 'ls-files --others --exclude-standard': '' },
      changed: { since: 'HEAD', files: [] },
    },
  ];

  it.each(rows)('$name', ({ answers, changed }) => {
    expect(changedFiles(gitOf(answers))).toEqual(changed);
  });
});

describe('gitIn', () => {
  it('gives nothing where git fails', () => {
    expect(gitIn(ROOT)('no-such-command')).toBeUndefined();
  });
});

describe('allFiles', () => {
  it('are those of src, without what is generated and without main', () => {
    const files = allFiles(ROOT);
    expect(files).toContain('src/plan/plan.ts');
    expect(files).not.toContain('src/main.ts');
    expect(files.filter((file) => !file.startsWith('src/') || file.includes('.gen.'))).toEqual([]);
    expect(files.filter((file) => !existsSync(join(ROOT, file)))).toEqual([]);
  });
});
