// The pages in docs/ that are written by hand, against the code that they speak of.
import { loadAll } from 'js-yaml';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { fillTranscript, sectionsOf } from '../../docs/tutorial-transcript.ts';
import { PLAIN_ANNOTATIONS } from '../../src/plan/workload/template-annotations.ts';
import type { KubeObject } from '../../testbed/api/kube-object.ts';

const ROOT = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const foldersOf = (path: string): readonly string[] =>
  readdirSync(join(ROOT, path), { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? [entry.name] : [],
  );

describe('docs/concepts.md', () => {
  it('names every annotation that is set, with its value', () => {
    const page = read('docs/concepts.md');
    const missing = Object.entries(PLAIN_ANNOTATIONS).filter(
      ([key, value]) => !page.includes(`\`${key}: "${value}"\``),
    );
    expect(missing).toEqual([]);
  });
});

describe('docs/tutorial.md', () => {
  const page = read('docs/tutorial.md');
  const legacy = read('examples/legacy-prometheus.yaml');

  it('has a transcript of the legacy example: every line that the change takes away is in it', () => {
    const [, change = ''] = page.split('ConfigMap/prometheus changed: its prometheus.yaml\n');
    const removed = [...(change.split('kubernetes_sd_configs')[0] ?? '').matchAll(/^ {12}-(.*)$/gm)];
    const config = (loadAll(legacy) as KubeObject[]).find(({ kind }) => kind === 'ConfigMap');
    const text = config?.data?.['prometheus.yaml'] ?? '';
    expect(removed).toHaveLength(3);
    for (const [, line = ''] of removed) expect(text).toContain(line.trim());
  });
});

describe('fillTranscript', () => {
  const page = 'A.\n\n<!-- transcript: 1 -->\n\n```console\nold\n```\n\nB.\n';

  it('puts each section into its block, without the lines of waiting', () => {
    const transcript = 'title\n\n1. First\n  new\n            waiting: x (5 s)\n\n';
    expect(fillTranscript(page, transcript)).toBe(page.replace('old', '  new'));
  });

  it('throws where page and transcript have other sections', () => {
    expect(() => fillTranscript(page, '1. First\nx\n2. Second\ny\n')).toThrow(
      'has the sections 1, 2, the page 1',
    );
  });

  it('has a block for every section of the tutorial', () => {
    const marks = [...read('docs/tutorial.md').matchAll(/<!-- transcript: (\d+) -->/g)].map(([, n]) => n);
    expect(marks).toEqual(['1', '2', '3', '4', '5', '6', '7', '8', '9']);
    expect([...sectionsOf('1. A\nx\n2. B\ny\n').values()]).toEqual(['x\n', 'y\n']);
  });
});

describe('docs/design/architecture.md', () => {
  const page = read('docs/design/architecture.md');
  const rows = [...page.matchAll(/^\| `([\w./-]+)`/gm)].map(([, name = '']) => name);

  it('lists the folders of src, and no folder that is not there', () => {
    expect(foldersOf('src').filter((name) => !rows.includes(`src/${name}/`))).toEqual([]);
    expect(rows.filter((row) => row.endsWith('/') && !existsSync(join(ROOT, row)))).toEqual([]);
  });

  it('lists the rooms of src/plan', () => {
    const rooms = rows.filter((row) => !row.includes('/'));
    expect(rooms.toSorted()).toEqual(foldersOf('src/plan').toSorted());
  });
});

describe('docs/design/glossary.md', () => {
  const page = read('docs/design/glossary.md');

  it('explains each word once, in one line', () => {
    const lines = page.split('\n').filter((line) => line.startsWith('- '));
    expect(lines.filter((line) => !/^- \*\*[^*]+\*\*: .+\.$/.test(line))).toEqual([]);
    const words = lines.flatMap((line) => [...line.matchAll(/\*\*([^*]+)\*\*/g)].map(([, word]) => word));
    expect(words.filter((word, index) => words.indexOf(word) !== index)).toEqual([]);
  });

  it('has the five nouns, and the words of the plan', () => {
    const words = 'Snapshot Plan Action Finding Outcome Assessment Need Part Stage Gate Refusal Workload';
    expect(words.split(' ').filter((word) => !page.includes(`- **${word}**: `))).toEqual([]);
  });
});

describe('docs/design/decisions', () => {
  const index = read('docs/design/decisions/README.md');
  const files = readdirSync(join(ROOT, 'docs/design/decisions')).filter((file) => /^\d/.test(file));

  it('are numbered without a gap, and all in the index with their titles', () => {
    const numbers = files.map((file) => Number(file.slice(0, 4)));
    expect(numbers).toEqual(numbers.map((_, position) => position + 1));
    const rows = files.map((file) => {
      const [, number, title] = /^# (\d+)\. (.*)$/m.exec(read(`docs/design/decisions/${file}`)) ?? [];
      return { file, number: Number(number), row: `[${title ?? ''}](${file})` };
    });
    expect(rows.map(({ number }) => number)).toEqual(numbers);
    expect(rows.filter(({ row }) => !index.includes(row))).toEqual([]);
  });

  it.each(files)('%s is short, and says what was rejected', (file) => {
    const text = read(`docs/design/decisions/${file}`);
    expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(40);
    expect(text.match(/^## .*$/gm)?.slice(0, 3)).toEqual(['## Context', '## Decision', '## Rejected']);
    expect(text).toMatch(/^Status: (accepted|replaced by)/m);
  });
});
