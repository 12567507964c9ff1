// That nothing is unused says `npm run check`. Here: that its settings in package.json find what is.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..');

/** What the tool says of a tree of sources beside our package.json, by kind. */
function unusedIn(files: Readonly<Record<string, string>>): Readonly<Record<string, readonly string[]>> {
  const root = mkdtempSync(join(tmpdir(), 'meshscrape-unused-'));
  try {
    cpSync(join(ROOT, 'package.json'), join(root, 'package.json'));
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, file)), { recursive: true });
      writeFileSync(join(root, file), text);
    }
    const { stdout } = spawnSync(
      process.execPath,
      [join(ROOT, 'node_modules/.bin/knip'), '--reporter', 'json'],
      { cwd: root, encoding: 'utf8' },
    );
    const { issues } = JSON.parse(stdout) as {
      issues: readonly (Record<string, readonly { name: string }[]> & { file: string })[];
    };
    const named = (kind: string): readonly string[] =>
      issues.flatMap((issue) => (issue[kind] ?? []).map(({ name }) => `${issue.file}: ${name}`)).toSorted();
    return { files: named('files'), exports: named('exports'), types: named('types') };
  } finally {
    rmSync(root, { recursive: true });
  }
}

// Each starts the tool as a process: seconds on a busy machine.
describe('the tool for unused exports', { timeout: 60_000 }, () => {
  it('finds an export, a type and a file that nobody imports, in src, test and testbed alike', () => {
    expect(
      unusedIn({
        'src/main.ts': `import { used } from './a.ts';\nused();\n`,
        'src/a.ts': `export const used = (): number => spare;\nexport const spare = 1;\nexport type Spare = 1;\n`,
        'src/lonely.ts': `export {};\n`,
        'test/a.test.ts': `import { world } from './support/world.ts';\nworld();\n`,
        'test/support/world.ts': `export const world = (): number => 1;\nexport const other = 2;\n`,
        'testbed/up.ts': `import { start } from './start.ts';\nstart();\n`,
        'testbed/start.ts': `export const start = (): number => 1;\nexport const stop = 2;\n`,
      }),
    ).toEqual({
      files: ['src/lonely.ts: src/lonely.ts'],
      exports: ['src/a.ts: spare', 'test/support/world.ts: other', 'testbed/start.ts: stop'],
      types: ['src/a.ts: Spare'],
    });
  });

  it('finds an export of a program and of a test file', () => {
    expect(
      unusedIn({
        'src/main.ts': 'export const main = 1;\n',
        'bench/run.ts': 'export const bench = 1;\n',
        'testbed/demo/demo.ts': 'export const demo = 1;\n',
        'test/a.test.ts': 'export const row = 1;\n',
      })['exports'],
    ).toEqual([
      'bench/run.ts: bench',
      'src/main.ts: main',
      'test/a.test.ts: row',
      'testbed/demo/demo.ts: demo',
    ]);
  });

  it('is content where everything has a reader', () => {
    expect(
      unusedIn({
        'src/main.ts': `import { used } from './a.ts';\nused();\n`,
        'src/a.ts': `export const used = (): number => 1;\nexport const tested = 2;\n`,
        'test/a.test.ts': `import { tested } from '../src/a.ts';\nString(tested);\n`,
      }),
    ).toEqual({ files: [], exports: [], types: [] });
  });
});
