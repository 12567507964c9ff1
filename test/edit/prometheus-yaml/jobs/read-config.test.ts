import { describe, expect, it } from 'vitest';
import { readConfig } from '../../../../src/edit/prometheus-yaml/jobs/read-config.ts';
import { writtenEnd, writtenStart } from '../../../../src/edit/text/yaml/span.ts';
import type { NodeId, Tree } from '../../../../src/edit/text/yaml/tree.ts';
import { NONE } from '../../../../src/edit/text/yaml/tree.ts';
import { readText, readTree } from '../read-text.ts';

function sourceOf(tree: Tree, node: NodeId): string {
  return node === NONE ? '' : tree.source.slice(writtenStart(tree, node), writtenEnd(tree, node));
}

describe('readConfig', () => {
  it.each([
    { name: 'an empty document', text: '# c\n', jobs: [], list: '' },
    { name: 'a null document', text: '~\n', jobs: [], list: '' },
    { name: 'no scrape_configs', text: 'global: {}\n', jobs: [], list: '' },
    { name: 'null scrape_configs', text: 'scrape_configs:\n', jobs: [], list: '' },
    { name: 'empty scrape_configs', text: 'scrape_configs: []\n', jobs: [], list: '[]' },
    { name: 'scrape_configs with their tag', text: 'scrape_configs: !!seq []\n', jobs: [], list: '!!seq []' },
    {
      name: 'jobs in their order',
      text: 'scrape_configs: [{job_name: b}, {job_name: a}]\n',
      jobs: ['b', 'a'],
      list: '[{job_name: b}, {job_name: a}]',
    },
    { name: 'a document with its tag', text: '!!map\nscrape_configs: []\n', jobs: [], list: '[]' },
  ])('reads $name', ({ text, jobs, list }) => {
    const config = readText(text);
    expect(config.jobs.map(({ name }) => name)).toEqual(jobs);
    expect(sourceOf(config.tree, config.list)).toBe(list);
  });

  it.each([
    { name: 'none', text: 'scrape_configs: []\n', files: [] },
    { name: 'a list', text: 'scrape_config_files: [a, "b", 1]\n', files: ['a', 'b', '1'] },
    { name: 'a list by an alias', text: 'x: &l [a]\nscrape_config_files: *l\n', files: ['a'] },
    { name: 'a list with null and a mapping in it', text: 'scrape_config_files: [~, {}, a]\n', files: ['a'] },
    { name: 'no list', text: 'scrape_config_files: a\n', files: [] },
    { name: 'a mapping', text: 'scrape_config_files: {a: b}\n', files: [] },
  ])('reads the patterns of scrape_config_files: $name', ({ text, files }) => {
    expect(readText(text).scrapeConfigFiles).toEqual(files);
  });

  it.each([
    { name: 'a list', text: '- a\n', problem: ['UnexpectedShape', '- a', 'the document is no mapping'] },
    { name: 'a text', text: 'a\n', problem: ['UnexpectedShape', 'a', 'the document is no mapping'] },
    {
      name: 'a mapping with a tag',
      text: '!t {a: b}\n',
      problem: ['UnexpectedShape', '!t {a: b}', 'the document is no mapping'],
    },
    {
      name: 'a merge key at the top',
      text: 'a: &a {}\n<<: *a\n',
      problem: ['UnexpectedShape', '<<', 'there is a merge key at the top level'],
    },
    {
      name: 'a key that is no text',
      text: '[a]: b\n',
      problem: ['UnexpectedShape', '[a]', 'a key at the top level is no text'],
    },
    {
      name: 'a key twice',
      text: 'a: b\n"a": c\n',
      problem: ['DuplicateKey', '"a"', 'the key a is given twice at the top level'],
    },
    {
      name: 'scrape_configs as a mapping',
      text: 'scrape_configs: {a: b}\n',
      problem: ['UnexpectedShape', '{a: b}', 'scrape_configs is no list'],
    },
    {
      name: 'scrape_configs as an alias',
      text: 'a: &a []\nscrape_configs: *a\n',
      problem: ['UnexpectedShape', '*a', 'scrape_configs is no list'],
    },
    {
      name: 'scrape_configs with a tag',
      text: 'scrape_configs: !t []\n',
      problem: ['UnexpectedShape', '!t []', 'scrape_configs is no list'],
    },
  ])('calls $name a problem', ({ text, problem }) => {
    const tree = readTree(text);
    const read = readConfig(tree);
    if (read.kind === 'config') throw new Error('read');
    expect([read.code, sourceOf(tree, read.node), read.why]).toEqual(problem);
  });

  it('knows who reads TLS values through which alias, and as which field', () => {
    const { tree, jobs, aliasUses } = readText(`x: &c /c
y: &t {ca_file: *c}
z: *t
scrape_configs:
- job_name: a
  tls_config: {<<: *t, key_file: *c}
- job_name: b
  scheme: *c
  tls_config: *t
`);
    const names = new Map(jobs.map(({ item, name }) => [item, name]));
    const uses = [...aliasUses].map(([alias, { items, field }]) => ({
      alias: tree.source.slice(0, writtenEnd(tree, alias)).split('\n').length,
      by: [...items].map((item) => names.get(item)),
      field,
    }));
    expect(uses).toEqual([
      { alias: 6, by: ['a'], field: undefined },
      { alias: 2, by: ['a', 'b'], field: 'ca_file' },
      { alias: 6, by: ['a'], field: 'key_file' },
      { alias: 9, by: ['b'], field: undefined },
    ]);
  });

  it('gives up a text whose merges expand to too many values', () => {
    const merges = Array.from({ length: 40 }, (_, at) =>
      at === 0 ? 'm0: &m0 {ca_file: x}\n' : `m${at}: &m${at} {<<: [*m${at - 1}, *m${at - 1}]}\n`,
    );
    const read = readConfig(
      readTree(`${merges.join('')}scrape_configs:\n- job_name: a\n  tls_config: *m39\n- job_name: b\n`),
    );
    expect(read).toMatchObject({
      kind: 'problem',
      code: 'TooManyAliases',
      why: 'merges expand to too many values',
    });
  });
});
