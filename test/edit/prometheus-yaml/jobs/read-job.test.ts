import { describe, expect, it } from 'vitest';
import type { JobReading } from '../../../../src/edit/prometheus-yaml/jobs/job-reading.ts';
import { TLS_FIELDS } from '../../../../src/edit/prometheus-yaml/result.ts';
import { writtenEnd, writtenStart } from '../../../../src/edit/text/yaml/span.ts';
import type { NodeId, Tree } from '../../../../src/edit/text/yaml/tree.ts';
import { NONE } from '../../../../src/edit/text/yaml/tree.ts';
import { readText } from '../read-text.ts';

/** The job that is the last item of a text; its own lines, or whole texts before it. */
function jobIn(text: string): { readonly tree: Tree; readonly job: JobReading } {
  const { tree, jobs } = readText(text);
  const job = jobs.at(-1);
  if (job === undefined) throw new Error('no job');
  return { tree, job };
}

function sourceOf(tree: Tree, node: NodeId): string {
  return node === NONE ? '' : tree.source.slice(writtenStart(tree, node), writtenEnd(tree, node));
}

function job(...lines: readonly string[]): string {
  return `scrape_configs:\n-${lines.map((line) => ` ${line}\n `).join('')}`.trimEnd() + '\n';
}

describe('readJob, of values', () => {
  it.each([
    { name: 'no tls_config', text: job('job_name: a'), values: [] },
    { name: 'an empty one', text: job('job_name: a', 'tls_config:'), values: [] },
    {
      name: 'its four fields',
      text: job(
        'job_name: a',
        'tls_config: {ca_file: c, cert_file: "d", key_file: e f, insecure_skip_verify: off}',
      ),
      values: ['c', 'd', 'e f', 'false'],
    },
    {
      name: 'empty values and null, which are unset',
      text: job('job_name: a', 'tls_config: {ca_file: , cert_file: ~, insecure_skip_verify: null}'),
      values: [],
    },
    {
      name: 'what an alias refers to',
      text: `x: &f /f\ny: &t {key_file: /k}\n${job('job_name: a', 'tls_config: {<<: *t, ca_file: *f}')}`,
      values: ['/f', undefined, '/k'],
    },
    {
      name: 'a merge key, which overrides what is above it and not what is below',
      text: `y: &t {ca_file: 1, key_file: 2}\n${job('job_name: a', 'tls_config: {ca_file: 3, <<: *t, key_file: 4}')}`,
      values: ['1', undefined, '4'],
    },
    {
      name: 'a list of merges, of which earlier ones win',
      text: `y: &t {ca_file: 1, key_file: 2}\nz: &u {ca_file: 3, cert_file: 4}\n${job('job_name: a', 'tls_config: {<<: [*t, *u]}')}`,
      values: ['1', '4', '2'],
    },
    {
      name: 'a tls_config that a merge brings',
      text: `y: &j {tls_config: {ca_file: 1}}\n${job('job_name: a', '<<: *j')}`,
      values: ['1'],
    },
    {
      name: 'one that a merge brings and the job adds to',
      text: `y: &j {tls_config: {ca_file: 1, key_file: 2}}\n${job('<<: *j', 'job_name: a', 'tls_config: {key_file: 3}')}`,
      values: ['1', undefined, '3'],
    },
    {
      name: 'one that a merge brings and the job sets to null',
      text: `y: &j {tls_config: {ca_file: 1}}\n${job('<<: *j', 'job_name: a', 'tls_config:')}`,
      values: [],
    },
    {
      name: 'the text of a value whose meaning is unknown',
      text: job(
        'job_name: a',
        'tls_config: {ca_file: !!int /c, key_file: [k], insecure_skip_verify: "true"}',
      ),
      values: ['/c', undefined, undefined, 'true'],
    },
  ])('reads $name', ({ text, values }) => {
    const { job: read } = jobIn(text);
    expect(TLS_FIELDS.map((field) => read.fields[field].value)).toEqual(
      TLS_FIELDS.map((_, index) => values[index]),
    );
  });

  it('says which entry wrote a value, and in which mapping', () => {
    const { tree, job: read } = jobIn(
      `y: &t {ca_file: 1}\n${job('job_name: a', 'tls_config: {<<: *t, key_file: 2}')}`,
    );
    const { ca_file: ca, key_file: key, cert_file: cert } = read.fields;
    expect([ca.key, ca.site, ca.home].map((node) => sourceOf(tree, node))).toEqual([
      'ca_file',
      '1',
      '&t {ca_file: 1}',
    ]);
    expect([key.key, key.site, key.home].map((node) => sourceOf(tree, node))).toEqual([
      'key_file',
      '2',
      '{<<: *t, key_file: 2}',
    ]);
    expect(cert).toEqual({ value: undefined, key: NONE, site: NONE, home: NONE });
    expect(read.tlsMappings.map((node) => sourceOf(tree, node))).toEqual([
      '{<<: *t, key_file: 2}',
      '&t {ca_file: 1}',
    ]);
  });

  it.each([
    { name: 'none', lines: ['job_name: a'], scheme: undefined, serverName: undefined, other: '' },
    {
      name: 'a scheme',
      lines: ['job_name: a', 'scheme: https'],
      scheme: 'https',
      serverName: undefined,
      other: '',
    },
    {
      name: 'a null scheme',
      lines: ['job_name: a', 'scheme:'],
      scheme: '',
      serverName: undefined,
      other: '',
    },
    {
      name: 'a server name and other fields of tls_config, in their order',
      lines: ['job_name: a', 'tls_config: {server_name: s, min_version: TLS12, ca_file: c, max_version: }'],
      scheme: undefined,
      serverName: 's',
      other: '[["server_name","s"],["min_version","TLS12"],["max_version",""]]',
    },
    {
      name: 'a server name that is empty',
      lines: ['job_name: a', 'tls_config: {server_name: ""}'],
      scheme: undefined,
      serverName: undefined,
      other: '[["server_name",""]]',
    },
  ])('reads scheme, server_name and other fields: $name', ({ lines, scheme, serverName, other }) => {
    const { tree, job: read } = jobIn(job(...lines));
    expect(read.scheme?.value).toBe(scheme);
    expect(read.serverName?.value).toBe(serverName);
    expect(read.otherTls).toBe(other);
    if (serverName !== undefined) expect(sourceOf(tree, read.serverName?.node ?? NONE)).toBe(serverName);
  });

  it('forgets server_name and other fields where a null tls_config resets them', () => {
    const text = `y: &j {tls_config: {server_name: s, min_version: TLS12}}\n${job('<<: *j', 'job_name: a', 'tls_config: ~')}`;
    const { job: read } = jobIn(text);
    expect(read.serverName).toBeUndefined();
    expect(read.otherTls).toBe('');
    expect(read.hasTls).toBe(true);
  });

  it.each([
    { name: 'no tls_config', text: job('job_name: a'), hasTls: false, own: undefined, overridden: false },
    {
      name: 'its own tls_config',
      text: job('job_name: a', 'tls_config: {}'),
      hasTls: true,
      own: '{}',
      overridden: false,
    },
    {
      name: 'a merged tls_config',
      text: `y: &j {tls_config: {}}\n${job('job_name: a', '<<: *j')}`,
      hasTls: true,
      own: undefined,
      overridden: false,
    },
    {
      name: 'its own below a merged one',
      text: `y: &j {tls_config: {}}\n${job('<<: *j', 'job_name: a', 'tls_config: {ca_file: c}')}`,
      hasTls: true,
      own: '{ca_file: c}',
      overridden: false,
    },
    {
      name: 'a merged one below its own',
      text: `y: &j {tls_config: {}}\n${job('job_name: a', 'tls_config: {ca_file: c}', '<<: *j')}`,
      hasTls: true,
      own: '{ca_file: c}',
      overridden: true,
    },
  ])('knows whose tls_config it is: $name', ({ text, hasTls, own, overridden }) => {
    const { tree, job: read } = jobIn(text);
    expect(read).toMatchObject({ hasTls, overridden });
    expect(read.ownTls && sourceOf(tree, read.ownTls.value)).toBe(own);
  });
});

describe('readJob, of problems', () => {
  it.each([
    { name: 'nothing', text: job('job_name: a', 'tls_config: {ca_file: c}'), problem: undefined },
    {
      name: 'a job that is no mapping',
      text: 'scrape_configs:\n- a\n',
      problem: ['UnknownMeaning', 'a', 'a scrape job is no mapping'],
    },
    {
      name: 'a job that is an alias of a job',
      text: 'scrape_configs:\n- &j {job_name: a}\n- *j\n',
      problem: ['SharedByAnchor', '*j', 'the whole job is an alias'],
    },
    {
      name: 'no name',
      text: 'scrape_configs:\n- {x: y}\n',
      problem: ['JobNameMissing', '{x: y}', 'the job has no job_name'],
    },
    {
      name: 'an empty name',
      text: 'scrape_configs:\n- {job_name: ""}\n',
      problem: ['JobNameMissing', '{job_name: ""}', 'the job has no job_name'],
    },
    {
      name: 'a name that is no text',
      text: job('job_name: [a]'),
      problem: ['UnknownMeaning', '[a]', 'there is a list or mapping where a text is needed'],
    },
    {
      name: 'a scheme that is no text',
      text: job('job_name: a', 'scheme: {}'),
      problem: ['UnknownMeaning', '{}', 'there is a list or mapping where a text is needed'],
    },
    {
      name: 'a key that is no text',
      text: job('job_name: a', '[x]: y'),
      problem: ['UnknownMeaning', '[x]', 'a key is no text'],
    },
    {
      name: 'a key twice',
      text: job('job_name: a', 'x: y', '"x": z'),
      problem: ['DuplicateKey', '"x"', 'the key x is given twice in one mapping'],
    },
    {
      name: 'a key twice among many',
      text: job('job_name: a', ...Array.from({ length: 30 }, (_, index) => `x${index}: y`), 'x7: z'),
      problem: ['DuplicateKey', 'x7', 'the key x7 is given twice in one mapping'],
    },
    {
      name: 'many keys, each once',
      text: job('job_name: a', ...Array.from({ length: 30 }, (_, index) => `x${index}: y`)),
      problem: undefined,
    },
    {
      name: 'a key of a merge again beside it',
      text: `y: &j {x: y}\n${job('job_name: a', 'x: z', '<<: *j')}`,
      problem: undefined,
    },
    {
      name: 'a tag on the job',
      text: 'scrape_configs:\n- !t {job_name: a}\n',
      problem: ['UnknownMeaning', '!t {job_name: a}', 'a mapping has a tag'],
    },
    {
      name: 'a tag on tls_config',
      text: job('job_name: a', 'tls_config: !t {}'),
      problem: ['UnknownMeaning', '!t {}', 'a mapping has a tag'],
    },
    {
      name: 'tls_config as text',
      text: job('job_name: a', 'tls_config: x'),
      problem: ['UnknownMeaning', 'x', 'tls_config is no mapping'],
    },
    {
      name: 'tls_config as a list',
      text: job('job_name: a', 'tls_config: []'),
      problem: ['UnknownMeaning', '[]', 'tls_config is no mapping'],
    },
    {
      name: 'a merge of text',
      text: job('job_name: a', '<<: x'),
      problem: ['UnknownMeaning', '<<', '<< needs a mapping or a list of mappings'],
    },
    {
      name: 'a merge of a list with text',
      text: job('job_name: a', '<<: [{}, x]'),
      problem: ['UnknownMeaning', '<<', '<< needs a mapping or a list of mappings'],
    },
    {
      name: 'a merge of a list of mappings',
      text: job('job_name: a', '<<: [{}, {x: y}]'),
      problem: undefined,
    },
    {
      name: 'a file as a list',
      text: job('job_name: a', 'tls_config: {ca_file: [c]}'),
      problem: ['UnknownMeaning', '[c]', 'there is a list or mapping where a text is needed'],
    },
    {
      name: 'another field of tls_config as a mapping',
      text: job('job_name: a', 'tls_config: {min_version: {}}'),
      problem: ['UnknownMeaning', '{}', 'there is a list or mapping where a text is needed'],
    },
    ...['ca', 'cert', 'key', 'ca_ref', 'cert_ref', 'key_ref'].map((field) => ({
      name: `${field} in place of a file`,
      text: job('job_name: a', `tls_config: {${field}: x}`),
      problem: ['InlineCertificate', field, `${field} is given in place of a file`],
    })),
    { name: 'an empty ca', text: job('job_name: a', 'tls_config: {ca: ""}'), problem: undefined },
    {
      name: 'the first of several',
      text: job('x: y', 'x: z', 'tls_config: []'),
      problem: ['DuplicateKey', 'x', 'the key x is given twice in one mapping'],
    },
  ])('names $name', ({ text, problem }) => {
    const { tree, job: read } = jobIn(text);
    const found = read.problem && [read.problem.code, sourceOf(tree, read.problem.node), read.problem.why];
    expect(found).toEqual(problem);
  });

  it('follows fifty merges one within the other, and no more', () => {
    const nested = (levels: number): string => `${'{<<: '.repeat(levels)}{}${'}'.repeat(levels)}`;
    const text = (levels: number): string =>
      Array.from({ length: levels }, (_, at) =>
        at === 0 ? 'm0: &m0 {}\n' : `m${at}: &m${at} {<<: *m${at - 1}}\n`,
      ).join('') + job('job_name: a', `<<: *m${levels - 1}`);
    expect(jobIn(text(50)).job.problem).toBeUndefined();
    expect(jobIn(text(51)).job.problem).toMatchObject({
      code: 'UnknownMeaning',
      why: 'merges are nested too deeply',
    });
    expect(jobIn(job('job_name: a', `<<: ${nested(5)}`)).job.problem).toBeUndefined();
  });
});
