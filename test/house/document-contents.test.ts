// What the pages ask to type, show as output or call by name is run, compared or looked up.
import { load } from 'js-yaml';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

import { schemaOf } from '../../crds/generate-types.ts';
import { placesOf } from '../../crds/rules.ts';
import { CONDITION_MEANINGS } from '../../src/api/conditions.ts';
import { EVENT_REASONS } from '../../src/api/event-reasons.ts';
import { FINDINGS } from '../../src/api/findings.ts';
import { REASONS } from '../../src/api/reasons.ts';
import { JOB_FIXES } from '../../src/edit/prometheus-yaml/jobs/refusals.ts';
import { TARGET_CAUSES } from '../../src/plan/verification/target-cause.ts';
import { read, readPages, ROOT, type Block } from '../support/documents.ts';

const run = promisify(execFile);
const pages = [...readPages().values()];
const blocks = pages.flatMap((page) => page.blocks);
const CRD = read('crds/prometheusistioscrapes.meshscrape.dev.yaml');
/** Words in code that are others': kinds and values of Kubernetes and Istio, and our own kind. */
const OF_OTHERS = [
  'AuthorizationPolicy',
  'ClusterRole',
  'DaemonSet',
  'OnDelete',
  'OrderedReady',
  'PeerAuthentication',
  'PrometheusIstioScrape',
  'RequestAuthentication',
  'ServiceAccount',
];

/** Everything that somebody may type: blocks of shell, and code within prose. */
const typed = pages
  .flatMap(({ prose, blocks: own }) => [
    ...own.filter(({ language }) => language === 'sh').map(({ text }) => text),
    ...[...prose.matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code),
  ])
  .join('\n');

/** The arguments of every use of a command that `pattern` captures. */
function named(pattern: RegExp): readonly string[] {
  return [...new Set([...typed.matchAll(pattern)].map(([, name = '']) => name))].toSorted();
}

/** YAML without comments, kinds of quotes and indentation: what is left of a line. */
function bare(line: string): string {
  return line
    .replace(/(^|\s)#.*$/, '')
    .replaceAll(/["']/g, '')
    .trim();
}

function blocksWith(language: string, text: string): readonly Block[] {
  const found = blocks.filter((block) => block.language === language && block.text.includes(text));
  if (found.length === 0) throw new Error(`no page has a ${language} block with ${text}`);
  return found;
}

describe('the commands of the pages', { timeout: 60_000 }, () => {
  it('name scripts of package.json', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const names = named(/\bnpm run (?:--silent )?([\w:-]+)/g);
    expect(names.filter((name) => !(name in scripts))).toEqual([]);
    expect(names).toEqual(expect.arrayContaining(['bench', 'check', 'demo', 'meshscrape']));
    expect(
      named(/\bnpm ([a-z]+)/g).filter((verb) => !['run', 'ci', 'test', 'version'].includes(verb)),
    ).toEqual([]);
  });

  it('name kustomizations and files that exist', () => {
    const kustomizations = named(/kubectl (?:apply|delete) -k ([\w./-]+)/g);
    expect(kustomizations.filter((path) => !existsSync(join(ROOT, path, 'kustomization.yaml')))).toEqual([]);
    const files = named(/kubectl (?:apply|create|delete) -f ([\w./-]+[.]yaml)/g);
    expect(files.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
    expect([kustomizations.length > 0, files.length > 0]).toEqual([true, true]);
  });

  it('are shell', async () => {
    const shell = pages.map(({ path, blocks: own }) => ({
      path,
      text: own
        .filter(({ language }) => language === 'sh')
        .map(({ text }) => text)
        .join('\n'),
    }));
    const faults = await Promise.all(
      shell.map(({ path, text }) =>
        run('bash', ['-n', '-c', text]).then(
          () => [],
          (error: unknown) => [`${path}: ${String(error)}`],
        ),
      ),
    );
    expect(faults.flat()).toEqual([]);
    expect(shell.filter(({ text }) => text !== '').length).toBeGreaterThan(4);
  });

  // Directly below the command, or it is no output of it.
  const pattern =
    /^```sh\n(npm run --silent meshscrape(?:(?!^```)[^])*)^```\n\n```(?:diff|text|console)\n([^]*?)^```$/gm;
  const examples = pages.flatMap(({ text }) =>
    [...text.matchAll(pattern)].map(([, command = '', output = '']) => ({ command, output })),
  );
  it.each(examples)('print what is shown below them: $command', async ({ command, output }) => {
    const { stdout } = await run('bash', ['-c', command], { cwd: ROOT });
    expect(stdout).toBe(output);
  });

  it('have at least one whose output is compared', () => {
    expect(examples.filter(({ output }) => output.startsWith('---'))).toHaveLength(1);
  });
});

describe('the examples of the pages', () => {
  const quoted = blocks.flatMap((block) => {
    const [, path, isPart] = /^# (examples\/[\w-]+[.]yaml)(, in parts)?\n/.exec(block.text) ?? [];
    return path === undefined ? [] : [{ ...block, path, isPart: isPart !== undefined }];
  });

  it.each(quoted)('of $page are $path', ({ text, path, isPart }) => {
    if (!isPart) {
      expect(load(text)).toEqual(load(read(path)));
      return;
    }
    const lines = text.split('\n').map(bare).filter(Boolean);
    const present = read(path)
      .split('\n')
      .map((line) => bare(line).replace(/^- /, ''));
    expect(lines.filter((line) => !present.includes(line.replace(/^- /, '')))).toEqual([]);
    expect(lines.length).toBeGreaterThan(5);
  });

  it('show the smallest resource', () => {
    expect(quoted.map(({ path }) => path)).toContain('examples/minimal.yaml');
  });

  it('show the columns of the CRD, and a reason that exists', () => {
    const crd = load(CRD) as {
      spec: { versions: { additionalPrinterColumns: { name: string; priority?: number }[] }[] };
    };
    const columns = crd.spec.versions[0]?.additionalPrinterColumns ?? [];
    const names = columns.filter(({ priority = 0 }) => priority === 0).map(({ name }) => name.toUpperCase());
    for (const { text } of blocksWith('console', '$ kubectl get promscrape')) {
      const lines = text.split('\n');
      const at = lines.findIndex((line) => line.startsWith('$ kubectl get promscrape'));
      expect(lines[at + 1]?.split(/ {2,}/)).toEqual(['NAME', ...names]);
      expect(Object.keys(REASONS)).toContain(lines[at + 2]?.split(/ {2,}/)[2]);
    }
  });
});

describe('the prose of the pages', () => {
  const values = placesOf(schemaOf(CRD)).flatMap(({ schema }) => schema.enum ?? []);
  const known = new Set([
    ...[REASONS, EVENT_REASONS, FINDINGS, CONDITION_MEANINGS, JOB_FIXES].flatMap((each) => Object.keys(each)),
    ...TARGET_CAUSES.map(({ cause }) => cause),
    ...values,
    ...OF_OTHERS,
  ]);

  it.each(pages)(
    'names no reason, finding or value that does not exist and is not marked as planned: $path',
    ({ prose }) => {
      // A mark in a line that ends in a colon is one of the list below it.
      const built = prose.replaceAll(/^.*_planned \(\d+\)_.*(?:(?<=:)\n(?:\n*- .*)+)?$/gm, '');
      const names = [...built.matchAll(/`([A-Z][a-z]+(?:[A-Z][a-z]+)+)`/g)].map(([, name = '']) => name);
      expect([...new Set(names)].filter((name) => !known.has(name))).toEqual([]);
    },
  );
});
