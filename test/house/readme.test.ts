// README.md against the repository: what it tells to type, shows as output or points at is run, compared or looked up.
import { load, loadAll } from 'js-yaml';
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

import { fillParts, readmeParts } from '../../crds/readme-tables.ts';
import { REASONS } from '../../src/api/reasons.ts';
import { unifiedDiff } from '../../src/cli/unified-diff.ts';
import { rewrite } from '../../src/edit/prometheus-yaml/rewrite.ts';
import { PLAIN_ANNOTATIONS } from '../../src/plan/workload/template-annotations.ts';
import type { KubeObject } from '../../testbed/api/kube-object.ts';

const ROOT = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const README = read('README.md');
const CRD = read('crds/prometheusistioscrapes.meshscrape.dev.yaml');
const TWO_COMMANDS = 'npm ci && npm run demo\nnpm ci && npm test\n';

interface Block {
  readonly language: string;
  readonly text: string;
}

const blocks: readonly Block[] = [...README.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(
  ([, language = '', text = '']) => ({ language, text }),
);
const prose = README.replaceAll(/^```\w+\n.*?^```$/gms, '');

function blockWith(language: string, text: string): Block {
  const found = blocks.find((block) => block.language === language && block.text.includes(text));
  if (found === undefined) throw new Error(`README.md has no ${language} block with ${text}`);
  return found;
}

/** YAML without comments, kinds of quotes and indentation: what is left of a line. */
function bare(line: string): string {
  return line
    .replace(/(^|\s)#.*$/, '')
    .replaceAll(/["']/g, '')
    .trim();
}

/** The sources that main.ts brings in, by path; the API's types and words are not code that reads them. */
function running(): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const follow = (path: string): void => {
    if (found.has(path) || !path.endsWith('.ts')) return;
    const text = read(path);
    found.set(path, text);
    for (const [, target = ''] of text.matchAll(/(?:from|import\() ?'(\.[^']+)'/g))
      follow(join(dirname(path), target));
  };
  follow('src/main.ts');
  return new Map([...found].filter(([path]) => !path.startsWith('src/api/')));
}

function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^a-z0-9 -]/g, '')
    .replaceAll(' ', '-');
}

describe('the generated parts of README', () => {
  it('are what CRD, conditions, reasons, settings and rights say: else npx node crds/readme-tables.ts', () => {
    expect(README).toBe(fillParts(README, readmeParts(CRD)));
  });
});

describe('fillParts', () => {
  const parts = new Map([['a', 'new']]);
  const place = (inner: string): string => `x\n<!-- begin: a -->\n${inner}<!-- end: a -->\ny\n`;

  it('replaces what stands between the markers, and nothing else', () => {
    const made = fillParts(place('old\n'), parts);
    expect(made).toBe(place('<!-- prettier-ignore-start -->\n\nnew\n\n<!-- prettier-ignore-end -->\n'));
    expect(fillParts(made, parts)).toBe(made);
  });

  it('throws for a part without a place, and for a place without a part', () => {
    expect(() => fillParts('x\n', parts)).toThrow('lacks <!-- begin: a -->');
    expect(() => fillParts('<!-- end: a -->\n<!-- begin: a -->\n', parts)).toThrow('lacks');
    expect(() => fillParts(`${place('')}<!-- begin: b -->\n`, parts)).toThrow('a place for b: no such part');
  });
});

describe('the commands of README', () => {
  it('begin with the two of a newcomer, the second of which is what .ci/run runs', () => {
    expect(blocks[0]).toEqual({ language: 'sh', text: TWO_COMMANDS });
    expect(read('.ci/run').trimEnd().split('\n').at(-1)).toBe(TWO_COMMANDS.trimEnd().split('\n').at(-1));
  });

  it('name scripts of package.json, wherever they stand', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const named = [...README.matchAll(/\bnpm run (?:--silent )?([\w:-]+)/g)].map((match) => match[1] ?? '');
    expect([...new Set(named)].toSorted()).toEqual(['bench', 'check', 'demo', 'meshscrape']);
    expect([...named, 'test'].filter((name) => !(name in scripts))).toEqual([]);
    expect([...README.matchAll(/\bnpm (?!run |ci\b|test\b)\S+/g)].map(String)).toEqual([
      'npm script', // "every npm script uses it"
    ]);
  });

  it('name kustomizations that are there', () => {
    const named = [...README.matchAll(/kubectl (?:apply|delete) -k ([\w./-]+)/g)].map((match) => match[1]);
    expect(new Set(named)).toEqual(new Set(['deploy/', 'deploy/controller/']));
    for (const path of named) expect(existsSync(join(ROOT, path ?? '', 'kustomization.yaml'))).toBe(true);
  });

  const examples = blocks.flatMap((block, index) => {
    const isExample = block.language === 'sh' && block.text.startsWith('npm run --silent meshscrape');
    return isExample ? [{ command: block.text, output: blocks[index + 1] }] : [];
  });
  it.each(examples)('print what stands below them: $command', async ({ command, output }) => {
    const { stdout } = await promisify(execFile)('bash', ['-c', command], { cwd: ROOT });
    expect(stdout).toBe(output?.text);
  });

  it('have at least one whose output is compared', () => {
    expect(examples.map(({ output }) => output?.language)).toEqual(['diff']);
  });
});

describe('the example of README', () => {
  const legacy = read('examples/legacy-prometheus.yaml');

  it('is examples/minimal.yaml', () => {
    const { text } = blockWith('yaml', '# examples/minimal.yaml');
    expect(load(text)).toEqual(load(read('examples/minimal.yaml')));
  });

  it('quotes examples/legacy-prometheus.yaml', () => {
    const { text } = blockWith('yaml', '# examples/legacy-prometheus.yaml');
    const lines = text.split('\n').map(bare).filter(Boolean);
    const present = legacy.split('\n').map((line) => bare(line).replace(/^- /, ''));
    expect(lines.filter((line) => !present.includes(line.replace(/^- /, '')))).toEqual([]);
    expect(lines.length).toBeGreaterThan(5);
  });

  it('shows the change of its prometheus.yaml as it is made', () => {
    const configMap = (loadAll(legacy) as KubeObject[]).find(({ kind }) => kind === 'ConfigMap');
    const before = configMap?.data?.['prometheus.yaml'] ?? '';
    const result = rewrite(before, {
      jobs: [],
      legacyDirectories: ['/etc/certs', '/etc/istio-certs'],
      mountPath: '/etc/prom-certs',
      previousMountPaths: [],
      recordedJobs: [],
    });
    const edits = result.kind === 'rewritten' ? result.edits : [];
    const [, , ...hunk] = unifiedDiff('prometheus.yaml', before, edits).split('\n');
    expect(blockWith('diff', 'honor_labels').text).toBe(hunk.join('\n'));
  });

  it('shows the columns of the CRD, and a reason that there is', () => {
    const crd = load(CRD) as {
      spec: { versions: { additionalPrinterColumns: { name: string; priority?: number }[] }[] };
    };
    const columns = crd.spec.versions[0]?.additionalPrinterColumns ?? [];
    const [, head = '', row = ''] = blockWith('console', '$ kubectl get promscrape').text.split('\n');
    const names = columns.filter(({ priority = 0 }) => priority === 0).map(({ name }) => name.toUpperCase());
    expect(head.split(/ {2,}/)).toEqual(['NAME', ...names]);
    expect(Object.keys(REASONS)).toContain(row.split(/ {2,}/)[2]);
  });
});

describe('the prose of README', () => {
  it('names every annotation that is set, with its value', () => {
    const missing = Object.entries(PLAIN_ANNOTATIONS).filter(
      ([key, value]) => !prose.includes(`\`${key}: "${value}"\``),
    );
    expect(missing).toEqual([]);
  });

  it('points at files and headings that are there', () => {
    const targets = [...prose.matchAll(/\]\((?!https:)([^)]+)\)/g)].map((match) => match[1] ?? '');
    const headings = [...prose.matchAll(/^#+ (.*)$/gm)].map((match) => `#${anchorOf(match[1] ?? '')}`);
    const dead = targets.filter((target) =>
      target.startsWith('#') ? !headings.includes(target) : !existsSync(join(ROOT, target)),
    );
    expect(dead).toEqual([]);
    expect(targets.length).toBeGreaterThan(8);
  });

  it('lists the folders of everything that runs', () => {
    const listed = [...prose.matchAll(/^\| `([\w/]+\/)`/gm)].map((match) => match[1] ?? '');
    expect(listed.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
    const folders = new Set([...running().keys()].map((path) => `${path.split('/').slice(0, 2).join('/')}/`));
    expect([...folders].filter((path) => !path.endsWith('.ts/') && !listed.includes(path))).toEqual([]);
    expect(folders.size).toBeGreaterThan(6);
  });

  it('names no reason that there is not', () => {
    const events = ['RestoreIncomplete', 'RestoreUnverified', 'RestoreWouldBreakScraping', 'TemplateWritten'];
    const named = [...prose.matchAll(/`([A-Z][a-z]+(?:[A-Z][a-z]+)+)`/g)].map((match) => match[1] ?? '');
    const known = [...Object.keys(REASONS), ...events];
    const rows = README.split('\n').map((line) => /^\| `(\w+)`/.exec(line)?.[1]);
    const strange = named.filter((name) => !known.includes(name) && !rows.includes(name));
    expect([...new Set(strange)]).toEqual(['OnDelete', 'StatefulSet', 'RemoveMount']);
  });
});
