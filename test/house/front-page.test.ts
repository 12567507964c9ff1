// The first screen of README.md: short, in its order, and true of the code.
import { load } from 'js-yaml';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { drawFlow } from '../../docs/images/flow.ts';
import { REASONS } from '../../src/api/reasons.ts';

const ROOT = join(import.meta.dirname, '../..');
const LINES_MAX = 150;
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const README = read('README.md');
const FIRST_SCREEN = README.slice(0, README.indexOf('\n## What it never does\n'));
const blocks = [...FIRST_SCREEN.matchAll(/^```(\w+)\n([^]*?)^```$/gm)].map(
  ([, language = '', text = '']) => ({ language, text }),
);
const textOf = (language: string): string => blocks.find((block) => block.language === language)?.text ?? '';

/** One side of a diff: what is the same on both, and the lines with this sign. */
function sideOf(diff: string, sign: '+' | '-'): string {
  const lines = diff.split('\n').filter((line) => line.startsWith(' ') || line.startsWith(sign));
  return lines.map((line) => `${line.slice(1)}\n`).join('');
}

describe('README.md', () => {
  it(`has at most ${LINES_MAX} lines`, () => {
    expect(README.trimEnd().split('\n').length).toBeLessThanOrEqual(LINES_MAX);
  });

  it('begins with one sentence and the picture', () => {
    const [title, sentence = '', picture] = README.split('\n\n');
    expect(title).toBe('# meshscrape');
    expect(sentence.match(/[.](?= |$)/g)).toHaveLength(1);
    expect(picture).toMatch(/^!\[.{40,}\]\(docs\/images\/flow\.svg\)$/);
  });

  it('asks, shows the change, the resource and its end, and names two commands, in this order', () => {
    expect(FIRST_SCREEN.match(/^## .*$/gm)).toEqual(['## Am I affected?', '## What it does']);
    expect(blocks.map(({ language }) => language)).toEqual(['sh', 'diff', 'yaml', 'console', 'sh']);
  });

  it('names the two commands of a newcomer, the second of which is what .ci/run runs', () => {
    const commands = blocks.at(-1)?.text.trimEnd().split('\n');
    expect(commands).toEqual(['npm ci && npm run demo', 'npm ci && npm test']);
    expect(read('.ci/run').trimEnd().split('\n').at(-1)).toBe(commands?.[1]);
  });
});

describe('the change that README.md shows', { timeout: 60_000 }, () => {
  it('is six lines, and what meshscrape rewrite makes of them', () => {
    const diff = textOf('diff');
    expect(diff.match(/^[-+]/gm)).toHaveLength(6);
    const head = 'scrape_configs:\n- job_name: mesh\n  scheme: https\n';
    const input = head + sideOf(diff, '-');
    const made = execFileSync(process.execPath, ['src/main.ts', 'rewrite', '-'], { cwd: ROOT, input });
    expect(made.toString()).toBe(head + sideOf(diff, '+'));
  });
});

describe('the resource that README.md shows', () => {
  it('is the one of examples/minimal.yaml, in eight lines', () => {
    const text = textOf('yaml');
    expect(text.trimEnd().split('\n')).toHaveLength(8);
    expect(load(text)).toEqual(load(read('examples/minimal.yaml')));
  });

  it('leads to the columns of the CRD and to a reason that there is', () => {
    const crd = load(read('crds/prometheusistioscrapes.meshscrape.dev.yaml')) as {
      spec: { versions: { additionalPrinterColumns: { name: string; priority?: number }[] }[] };
    };
    const columns = crd.spec.versions[0]?.additionalPrinterColumns ?? [];
    const [command, head = '', row = ''] = textOf('console').split('\n');
    expect(command).toBe('$ kubectl get promscrape -n app-metrics');
    const names = columns.filter(({ priority = 0 }) => priority === 0).map(({ name }) => name.toUpperCase());
    expect(head.split(/ {2,}/)).toEqual(['NAME', ...names]);
    expect(Object.keys(REASONS)).toContain(row.split(/ {2,}/)[2]);
  });
});

describe('docs/images/flow.svg', () => {
  const picture = read('docs/images/flow.svg');

  it('is what docs/images/flow.ts draws: else npm run generate', () => {
    expect(picture).toBe(drawFlow());
  });

  it('has colours of its own for dark mode, and a title for who cannot see it', () => {
    expect(picture).toContain('@media (prefers-color-scheme: dark)');
    expect(picture).toMatch(/<title id="title">.{40,}<\/title>/);
  });
});
