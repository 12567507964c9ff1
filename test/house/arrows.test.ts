// The arrows of the architecture hold: not that today's imports are clean (`npm run check` says that), but that
// an import that must not be is found. Each row is a little tree of sources with one such import.
import { cruise, type ICruiseResult, type IFlattenedRuleSet } from 'dependency-cruiser';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CRUISED } from '../run/steps.ts';

interface Configuration {
  readonly forbidden: NonNullable<IFlattenedRuleSet['forbidden']>;
  readonly options: Record<string, unknown>;
}

const CONFIGURATION = new URL('../../.dependency-cruiser.mjs', import.meta.url).href;
const { default: configuration, ROOMS } = (await import(CONFIGURATION)) as {
  default: Configuration;
  /** By folder, each room with the rooms that it may import. */
  ROOMS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
};

type Tree = Readonly<Record<string, string>>;

const EMPTY = 'export interface T {}\nexport const v = 1;\n';
const CLIENT: Tree = {
  'package.json':
    '{ "dependencies": { "@kubernetes/client-node": "*", "undici": "*", "js-yaml": "*" }, "devDependencies": { "vitest": "*" } }',
  'node_modules/@kubernetes/client-node/package.json':
    '{ "name": "@kubernetes/client-node", "main": "i.js", "types": "i.d.ts" }',
  'node_modules/@kubernetes/client-node/i.js': 'exports.KubeConfig = 1;',
  'node_modules/@kubernetes/client-node/i.d.ts': 'export class KubeConfig {}',
  'node_modules/js-yaml/package.json': '{ "name": "js-yaml", "main": "i.js" }',
  'node_modules/js-yaml/i.js': 'exports.load = 1;',
  'node_modules/vitest/package.json': '{ "name": "vitest", "main": "i.js" }',
  'node_modules/vitest/i.js': 'exports.it = 1;',
};

interface Violation {
  readonly from: string;
  readonly to: string;
  readonly rule: { readonly name: string };
}

/** The rules that a tree breaks. */
async function brokenBy(files: Tree): Promise<readonly string[]> {
  return [...new Set((await violationsOf(files)).map(({ rule }) => rule.name))].sort();
}

async function violationsOf(files: Tree): Promise<readonly Violation[]> {
  const root = await mkdtemp(join(tmpdir(), 'meshscrape-arrows-'));
  try {
    for (const [file, text] of Object.entries({ ...CLIENT, ...files })) {
      await mkdir(dirname(join(root, file)), { recursive: true });
      await writeFile(join(root, file), text);
    }
    const { output } = await cruise(
      CRUISED.filter((folder) => existsSync(join(root, folder))),
      {
        ...configuration.options,
        tsConfig: {},
        baseDir: root,
        validate: true,
        ruleSet: { forbidden: configuration.forbidden },
      },
    );
    const { summary } = output as ICruiseResult;
    return summary.violations;
  } finally {
    await rm(root, { recursive: true });
  }
}

/** A tree in which `from` imports `to`. */
function imports(from: string, to: string, statement = 'import { v } from'): Tree {
  const isOurs = CRUISED.some((folder) => to.startsWith(`${folder}/`)) || to.startsWith('test/');
  const specifier = isOurs ? `${'../'.repeat(from.split('/').length - 1)}${to}` : to;
  return { [from]: `${statement} '${specifier}';\n`, ...(isOurs ? { [to]: EMPTY } : {}) };
}

const TYPE = 'import type { T } from';

const forbidden: readonly { name: string; files: Tree; rule: string }[] = [
  { name: 'api → plan', files: imports('src/api/a.ts', 'src/plan/b.ts'), rule: 'api-knows-nobody' },
  {
    name: 'plan → reconcile',
    files: imports('src/plan/a.ts', 'src/reconcile/b.ts'),
    rule: 'plan-knows-edit-and-api',
  },
  {
    name: 'plan → kube, a type',
    files: imports('src/plan/a.ts', 'src/kube/b.ts', TYPE),
    rule: 'plan-knows-edit-and-api',
  },
  {
    name: 'edit → report',
    files: imports('src/edit/prometheus-yaml/a.ts', 'src/report/b.ts'),
    rule: 'edit-knows-nobody',
  },
  {
    name: 'plan → telemetry',
    files: imports('src/plan/a.ts', 'src/telemetry/b.ts'),
    rule: 'plan-knows-edit-and-api',
  },
  {
    name: 'report → reconcile',
    files: imports('src/report/a.ts', 'src/reconcile/b.ts'),
    rule: 'report-knows-plan',
  },
  {
    name: 'reconcile → kube',
    files: imports('src/reconcile/a.ts', 'src/kube/b.ts'),
    rule: 'reconcile-knows-plan-and-report',
  },
  {
    name: 'reconcile → controller',
    files: imports('src/reconcile/a.ts', 'src/controller/b.ts'),
    rule: 'reconcile-knows-plan-and-report',
  },
  {
    name: 'kube → controller',
    files: imports('src/kube/a.ts', 'src/controller/b.ts'),
    rule: 'kube-implements-the-port',
  },
  {
    name: 'kube → reconcile beside the port',
    files: imports('src/kube/a.ts', 'src/reconcile/apply.ts'),
    rule: 'kube-implements-the-port',
  },
  {
    name: 'kube → what plan decides',
    files: imports('src/kube/a.ts', 'src/plan/plan.ts'),
    rule: 'kube-implements-the-port',
  },
  {
    name: 'telemetry → controller',
    files: imports('src/telemetry/a.ts', 'src/controller/b.ts', TYPE),
    rule: 'telemetry-knows-words-only',
  },
  ...['cli', 'edit', 'plan', 'report'].map((folder) => ({
    name: `controller → ${folder}`,
    files: imports('src/controller/a.ts', `src/${folder}/b.ts`),
    rule: 'controller-knows-reconcile-and-kube',
  })),
  ...['src/new-layer/a.ts', 'src/new-file.ts'].map((file) => ({
    name: `${file}, of no layer`,
    files: imports(file, 'src/kube/b.ts'),
    rule: 'layer-without-rule',
  })),
  ...['test/support/b.ts', 'src/plan/b.ts', 'src/cli/b.ts', 'bench/b.ts'].map((file) => ({
    name: `testbed → ${file}`,
    files: imports('testbed/mesh/a.ts', file),
    rule: 'testbed-knows-itself-only',
  })),
  ...['test/support/b.ts', 'src/plan/b.ts'].map((file) => ({
    name: `demo → ${file}`,
    files: imports('testbed/demo/a.ts', file),
    rule: 'demo-knows-testbed',
  })),
  ...['src/plan/b.ts', 'src/kube/b.ts', 'test/e2e/b.ts'].map((file) => ({
    name: `bench → ${file}`,
    files: imports('bench/a.ts', file),
    rule: 'bench-measures-few-parts',
  })),
  { name: 'cli → kube', files: imports('src/cli/a.ts', 'src/kube/b.ts'), rule: 'cli-needs-no-cluster' },
  {
    name: 'settings → telemetry',
    files: imports('src/settings.ts', 'src/telemetry/b.ts'),
    rule: 'settings-know-nobody',
  },
  {
    name: 'anything → main',
    files: imports('src/controller/a.ts', 'src/main.ts'),
    rule: 'nobody-imports-main',
  },
  { name: 'plan → node:fs', files: imports('src/plan/a.ts', 'node:fs'), rule: 'pure-does-no-io' },
  {
    name: 'plan → fs, by its old name',
    files: imports('src/plan/a.ts', 'fs/promises'),
    rule: 'pure-does-no-io',
  },
  { name: 'plan → node:process', files: imports('src/plan/a.ts', 'node:process'), rule: 'pure-does-no-io' },
  { name: 'report → node:http', files: imports('src/report/a.ts', 'node:http'), rule: 'pure-does-no-io' },
  { name: 'settings → node:fs', files: imports('src/settings.ts', 'node:fs'), rule: 'pure-does-no-io' },
  {
    name: 'plan → client-node, a type',
    files: imports('src/plan/a.ts', '@kubernetes/client-node', 'import type { KubeConfig } from'),
    rule: 'pure-packages',
  },
  {
    name: 'controller → client-node, a value',
    files: imports('src/controller/a.ts', '@kubernetes/client-node', 'import { KubeConfig } from'),
    rule: 'client-values-only-in-kube',
  },
  {
    name: 'src → a development package',
    files: imports('src/kube/a.ts', 'vitest', 'import { it } from'),
    rule: 'no-dev-package-in-src',
  },
  { name: 'src → test', files: imports('src/kube/a.ts', 'test/b.ts'), rule: 'src-alone' },
  ...CRUISED.flatMap((folder) =>
    ['import { v } from', TYPE].map((statement) => ({
      name: `a circle in ${folder} by ${statement}`,
      files: {
        [`${folder}/a.ts`]: `${statement} './b.ts';\n`,
        [`${folder}/b.ts`]: `${statement} './c.ts';\n`,
        [`${folder}/c.ts`]: `${statement} './a.ts';\n`,
      },
      rule: 'no-circle',
    })),
  ),
  {
    name: 'an import that leads nowhere',
    files: { 'src/plan/a.ts': "import { v } from './gone.ts';\n" },
    rule: 'no-unresolvable',
  },
];

const allowed: readonly { name: string; files: Tree }[] = [
  {
    name: 'controller → reconcile, telemetry, kube',
    files: {
      ...imports('src/controller/a.ts', 'src/reconcile/b.ts'),
      ...imports('src/controller/c.ts', 'src/telemetry/d.ts'),
      ...imports('src/controller/e.ts', 'src/kube/f.ts'),
    },
  },
  {
    name: 'reconcile → plan and report',
    files: {
      ...imports('src/reconcile/a.ts', 'src/plan/b.ts'),
      ...imports('src/reconcile/c.ts', 'src/report/d.ts'),
    },
  },
  { name: 'kube → the port', files: imports('src/kube/a.ts', 'src/reconcile/cluster.ts', TYPE) },
  {
    name: 'kube → client-node',
    files: imports('src/kube/a.ts', '@kubernetes/client-node', 'import { KubeConfig } from'),
  },
  {
    name: 'controller → client-node, a type',
    files: imports('src/controller/a.ts', '@kubernetes/client-node', 'import type { KubeConfig } from'),
  },
  {
    name: 'plan → node:crypto and js-yaml',
    files: {
      ...imports('src/plan/a.ts', 'node:crypto'),
      ...imports('src/plan/b.ts', 'js-yaml', 'import { load } from'),
    },
  },
];

describe('.dependency-cruiser.mjs', () => {
  it.each(forbidden)('finds $name', async ({ files, rule }) => {
    expect(await brokenBy(files)).toContain(rule);
  });

  it.each(allowed)('lets $name be', async ({ files }) => {
    expect(await brokenBy(files)).toEqual([]);
  });

  it('has no rule that no row breaks', () => {
    const broken = new Set(forbidden.map(({ rule }) => rule));
    const names = configuration.forbidden.map(({ name }) => name ?? '');
    expect(names.filter((name) => !name.startsWith('room-') && !broken.has(name))).toEqual([]);
  });

  describe.each(Object.entries(ROOMS))('the rooms of %s', (folder, rooms) => {
    const names = Object.keys(rooms);
    const file = (room: string): string => `${folder}/${room}/a.ts`;
    const importing = (from: string, tos: readonly string[]): string =>
      tos
        .map((to) => `import type { T } from '${'../'.repeat(from.split('/').length - 1)}${to}';\n`)
        .join('');

    it('may import what the table says and nothing else', async () => {
      const beside = `${folder}/beside.ts`;
      const files = Object.fromEntries(
        names.map((room) => {
          const others = names.filter((name) => name !== room).map(file);
          return [file(room), importing(file(room), [...others, beside])];
        }),
      );
      const found = (await violationsOf({ ...files, [beside]: EMPTY }))
        .filter(({ rule }) => rule.name.startsWith('room-'))
        .map(({ from, to }) => `${from} → ${to}`);
      const expected = names.flatMap((room) =>
        [...names.filter((name) => name !== room && !rooms[room]?.includes(name)).map(file), beside].map(
          (to) => `${file(room)} → ${to}`,
        ),
      );
      expect(found.toSorted()).toEqual(expected.toSorted());
    });

    it('are all in the table', async () => {
      const unlisted = `${folder}/new-room/a.ts`;
      const broken = await brokenBy({
        [unlisted]: importing(unlisted, [file(names[0] ?? '')]),
        [file(names[0] ?? '')]: EMPTY,
      });
      expect(broken).toContain(`room-without-rule-${folder.replaceAll('/', '-')}`);
    });
  });
});
