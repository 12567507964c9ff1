import { describe, expect, it } from 'vitest';

import { restore } from '../../../src/edit/prometheus-yaml/restore.ts';
import type { RewriteRequest, Rewritten } from '../../../src/edit/prometheus-yaml/result.ts';
import { rewrite } from '../../../src/edit/prometheus-yaml/rewrite.ts';
import { GOLDENS, REQUEST, secureJob } from './goldens.ts';

function done(text: string, request: RewriteRequest = REQUEST): Rewritten {
  const result = rewrite(text, request);
  if (result.kind === 'refused') throw new Error(`${result.refusal.code}: ${result.refusal.message}`);
  return result;
}

describe('rewrite: the named cases', () => {
  it('are at least sixty, each with a sentence that says why', () => {
    expect(GOLDENS.length).toBeGreaterThanOrEqual(60);
    expect(GOLDENS.filter(({ why }) => !/^\S.{20,}\.$/.test(why)).map(({ name }) => name)).toEqual([]);
  });

  it.each(GOLDENS)('$name: $why', (golden) => {
    const result = done(golden.before, golden.request);
    expect(result.text).toBe(golden.after);
    expect(result.rewrittenJobs).toEqual(golden.rewritten);
    expect(result.skipped.map(({ job, code, line }) => ({ job, code, line }))).toEqual(golden.skipped);
    expect(result.findings.map(({ line, code, path }) => `${line}: ${code} ${path}`)).toEqual(
      golden.findings,
    );
    expect(result.scrapeConfigFiles).toEqual(golden.scrapeConfigFiles);
  });

  it.each(GOLDENS)('$name: rewriting the result changes nothing', ({ after, request }) => {
    const again = done(after, request);
    expect(again.text).toBe(after);
    expect(again.edits).toEqual([]);
    expect(again.record).toEqual({ version: 1, mountPaths: [], jobs: {} });
  });

  it.each(GOLDENS)('$name: restoring from the record gives the same bytes back', ({ before, request }) => {
    const { text, record } = done(before, request);
    const stored: unknown = JSON.parse(JSON.stringify(record));
    expect(stored).toEqual(record);
    expect(restore(text, record)).toMatchObject({ kind: 'restored', text: before, skipped: [] });
  });

  it.each(GOLDENS)('$name: the edits are the whole difference', ({ before, request }) => {
    const { text, edits } = done(before, request);
    let rebuilt = before;
    for (const { start, end, text: inserted } of edits.toReversed()) {
      rebuilt = rebuilt.slice(0, start) + inserted + rebuilt.slice(end);
    }
    expect(rebuilt).toBe(text);
  });
});

describe('rewrite: refusals of the whole file', () => {
  const config = `scrape_configs:\n${secureJob('a')}`;
  it.each([
    { name: 'an unclosed quote', text: `${config}  params: {a: ["x]}\n`, code: 'Unparsable', at: [10, 1] },
    {
      name: 'a tab as indentation',
      text: `scrape_configs:\n- job_name: a\n\tscheme: https\n`,
      code: 'Unparsable',
      at: [3, 1],
    },
    { name: 'an unknown alias', text: `${config}  params: *nowhere\n`, code: 'Unparsable', at: [9, 11] },
    {
      name: 'an alias with a colon in its name',
      text: `scrape_configs:\n- &k job_name: a\n  *k: b\n`,
      code: 'Unparsable',
      at: [3, 7],
    },
    {
      name: 'a question mark inside braces',
      text: `scrape_configs:\n- {job_name: a?b}\n`,
      code: 'Unparsable',
      at: [2, 14],
    },
    {
      name: 'a colon before a bracket',
      text: `scrape_configs:\n- {job_name:}\n`,
      code: 'Unparsable',
      at: [2, 4],
    },
    {
      name: 'a dot in an anchor name',
      text: `scrape_configs:\n- job_name: &a.b x\n`,
      code: 'Unparsable',
      at: [2, 13],
    },
    {
      name: 'a tag that runs into a comma',
      text: `scrape_configs:\n- {job_name: !x,scheme: https}\n`,
      code: 'Unparsable',
      at: [2, 14],
    },
    { name: '%YAML 1.2', text: `%YAML 1.2\n---\n${config}`, code: 'UnsupportedDirective', at: [1, 1] },
    {
      name: '%TAG',
      text: `# x\n%TAG ! tag:x,2000:\n---\n${config}`,
      code: 'UnsupportedDirective',
      at: [2, 1],
    },
    {
      name: 'a next line character',
      text: `# a\u0085b\n${config}`,
      code: 'UnsupportedCharacter',
      at: [1, 4],
    },
    { name: 'a line separator', text: `${config}  # a\u2028b\n`, code: 'UnsupportedCharacter', at: [9, 6] },
    { name: 'a control character', text: `${config}  # \u0007\n`, code: 'UnsupportedCharacter', at: [9, 5] },
    {
      name: 'a second byte order mark',
      text: `\ufeff${config}  # \ufeff\n`,
      code: 'UnsupportedCharacter',
      at: [9, 5],
    },
    {
      name: 'half a surrogate pair',
      text: `${config}  # \ud800\n`,
      code: 'UnsupportedCharacter',
      at: [9, 5],
    },
    { name: 'two scrape_configs', text: `${config}scrape_configs: []\n`, code: 'DuplicateKey', at: [9, 1] },
    { name: 'a list at the top', text: '- a\n', code: 'UnexpectedShape', at: [1, 1] },
    { name: 'a scalar at the top', text: '"a"\n', code: 'UnexpectedShape', at: [1, 1] },
    {
      name: 'scrape_configs as a mapping',
      text: 'scrape_configs: {a: b}\n',
      code: 'UnexpectedShape',
      at: [1, 17],
    },
    { name: 'a merge at the top', text: `global: &g {}\n<<: *g\n`, code: 'UnexpectedShape', at: [2, 1] },
    { name: 'deep nesting', text: `a: ${'['.repeat(5000)}`, code: 'TooDeep', at: [1, 67] },
    {
      name: 'deep block nesting',
      text: Array.from({ length: 90 }, (_, depth) => `${' '.repeat(depth)}a:\n`).join(''),
      code: 'TooDeep',
      at: [64, 64],
    },
  ])('$name is $code', ({ text, code, at: [line, column] }) => {
    const result = rewrite(text, REQUEST);
    expect(result).toMatchObject({ kind: 'refused', refusal: { code, line, column } });
    if (result.kind !== 'refused') return;
    expect(result.refusal.message).toMatch(/\S{3,}.*\.$/);
    expect(result.refusal.fix).toMatch(/\S{3,}.*\.$/);
  });

  it('refuses an alias bomb by a limit, quickly', () => {
    const levels = Array.from({ length: 30 }, (_, level) => {
      const merges = level === 0 ? '' : `    <<: [*a${level - 1}, *a${level - 1}, *a${level - 1}]\n`;
      return `- job_name: j${level}\n  tls_config: &a${level}\n    ca_file: /etc/certs/x\n${merges}`;
    });
    const start = performance.now();
    expect(rewrite(`scrape_configs:\n${levels.join('')}`, REQUEST)).toMatchObject({
      kind: 'refused',
      refusal: { code: 'TooManyAliases' },
    });
    expect(performance.now() - start).toBeLessThan(1000);
  });

  it('refuses more aliases than any configuration has', () => {
    const text = `global: {external_labels: {a: &a b}}\nrule_files: [${'*a, '.repeat(60_000)}]\n`;
    expect(rewrite(text, REQUEST)).toMatchObject({ kind: 'refused', refusal: { code: 'TooManyAliases' } });
  });

  it.each(['certs', '', '/a\nb', '/a\u0000'])('refuses the mount path %j', (mountPath) => {
    const result = rewrite(config, { ...REQUEST, mountPath });
    expect(result).toMatchObject({ kind: 'refused', refusal: { code: 'InvalidMountPath' } });
  });
});

describe('rewrite: refusals of one job', () => {
  const rows = [
    {
      name: 'a key twice in tls_config',
      tls: 'ca_file: /etc/certs/a\n    ca_file: /etc/certs/b',
      code: 'DuplicateKey',
      at: [6, 5],
    },
    {
      name: 'a key twice in the job',
      tls: 'ca_file: /etc/certs/a\n  scheme: https\n  scheme: http',
      code: 'DuplicateKey',
      at: [7, 3],
    },
    {
      name: 'tls_config twice',
      tls: 'ca_file: /etc/certs/a\n  tls_config: {}',
      code: 'DuplicateKey',
      at: [6, 3],
    },
    {
      name: 'true in quotes',
      tls: 'ca_file: /etc/certs/a\n    insecure_skip_verify: "true"',
      code: 'UnknownMeaning',
      at: [6, 27],
    },
    {
      name: 'a number for a boolean',
      tls: 'ca_file: /etc/certs/a\n    insecure_skip_verify: 1',
      code: 'UnknownMeaning',
      at: [6, 27],
    },
    {
      name: 'a list for a file',
      tls: 'ca_file: /etc/certs/a\n    key_file: [/etc/certs/k]',
      code: 'UnknownMeaning',
      at: [6, 15],
    },
    {
      name: '!!binary',
      tls: 'ca_file: /etc/certs/a\n    key_file: !!binary L2V0Yw==',
      code: 'UnknownMeaning',
      at: [6, 15],
    },
    { name: 'inline cert', tls: 'ca_file: /etc/certs/a\n    cert: x', code: 'InlineCertificate', at: [6, 5] },
    { name: 'key_ref', tls: 'ca_file: /etc/certs/a\n    key_ref: x', code: 'InlineCertificate', at: [6, 5] },
    {
      name: 'a merge of no mapping',
      tls: 'ca_file: /etc/certs/a\n    <<: x',
      code: 'UnknownMeaning',
      at: [6, 5],
    },
    {
      name: 'a tag on the mapping',
      tls: 'ca_file: /etc/certs/a\n  params: {}',
      head: ' !!foo',
      code: 'UnknownMeaning',
      at: [4, 15],
    },
    {
      name: 'an empty value with an anchor',
      tls: 'ca_file: /etc/certs/a\n    key_file: &k',
      code: 'UnknownPlace',
      at: [6, 5],
    },
    {
      name: 'a merge of lines with nothing to write behind',
      tls: '<<:\n      ca_file: /etc/certs/x',
      code: 'UnknownPlace',
      at: [5, 5],
    },
    {
      name: 'a tag of another type on the only legacy file',
      tls: 'ca_file: !!int /etc/certs/a',
      code: 'UnknownMeaning',
      at: [5, 14],
    },
    {
      name: 'an empty block scalar',
      tls: 'ca_file: /etc/certs/a\n    key_file: >-\n    cert_file: b',
      code: 'UnknownPlace',
      at: [6, 5],
    },
  ];
  it.each(rows)('$name is $code, and the other job goes on', ({ tls, head, code, at: [line, column] }) => {
    const bad = `- job_name: bad\n  x: y\n  tls_config:${head ?? ''}\n    ${tls}\n`;
    const text = `scrape_configs:\n${bad}${secureJob('good')}`;
    const result = done(text);
    expect(result.skipped).toMatchObject([{ job: 'bad', code, line, column }]);
    expect(result.rewrittenJobs).toEqual(['good']);
    expect(result.text).toBe(`scrape_configs:\n${bad}${secureJob('good', '/etc/prom-certs')}`);
  });

  it('refuses both of two jobs with one name', () => {
    const text = `scrape_configs:\n${secureJob('a')}${secureJob('b')}${secureJob("'a'")}`;
    const result = done(text);
    expect(result.skipped.map(({ job, code, line }) => [job, code, line])).toEqual([
      ['a', 'DuplicateJobName', 2],
      ['a', 'DuplicateJobName', 16],
    ]);
    expect(result.rewrittenJobs).toEqual(['b']);
  });

  it('refuses a job without a name', () => {
    const text = `scrape_configs:\n- tls_config: {ca_file: /etc/certs/a}\n`;
    expect(done(text)).toMatchObject({
      text,
      skipped: [{ job: '', code: 'JobNameMissing', line: 2, column: 3 }],
    });
  });

  it('says what a person can do', () => {
    const text = `scrape_configs:\n- job_name: a\n  tls_config: {ca: x, key_file: /etc/certs/k}\n`;
    expect(done(text).skipped).toEqual([
      {
        job: 'a',
        code: 'InlineCertificate',
        message: 'Job a is left as it is: ca is given in place of a file.',
        fix: 'Remove ca, cert, key and their _ref forms from this tls_config, so that the files can be set.',
        line: 3,
        column: 16,
      },
    ]);
  });
});

describe('rewrite: what it reports', () => {
  it('gives the four values as Prometheus reads them, with their places', () => {
    const text = `scrape_configs:\n- job_name: a\n  tls_config:\n    insecure_skip_verify: off\n    key_file: "\\x2fetc/certs/k"\n    ca_file: ~\n`;
    const base = 'scrape_configs[a].tls_config';
    expect(done(text).jobs).toEqual([
      {
        job: 'a',
        line: 2,
        column: 3,
        values: [
          {
            field: 'ca_file',
            path: `${base}.ca_file`,
            expected: '/etc/prom-certs/root-cert.pem',
            actual: undefined,
            line: 6,
            column: 14,
          },
          {
            field: 'cert_file',
            path: `${base}.cert_file`,
            expected: '/etc/prom-certs/cert-chain.pem',
            actual: undefined,
            line: 3,
            column: 3,
          },
          {
            field: 'key_file',
            path: `${base}.key_file`,
            expected: '/etc/prom-certs/key.pem',
            actual: '/etc/certs/k',
            line: 5,
            column: 15,
          },
          {
            field: 'insecure_skip_verify',
            path: `${base}.insecure_skip_verify`,
            expected: 'true',
            actual: 'false',
            line: 4,
            column: 27,
          },
        ],
      },
    ]);
  });

  it('records what stood there, as written, and null for what was absent', () => {
    const text = `scrape_configs:\n- job_name: a\n  tls_config: {ca_file: '/etc/certs/c', insecure_skip_verify: , key_file: "k"}\n`;
    expect(done(text).record).toEqual({
      version: 1,
      mountPaths: ['/etc/prom-certs'],
      jobs: { a: { ca_file: "'/etc/certs/c'", cert_file: null, key_file: '"k"', insecure_skip_verify: '' } },
    });
  });

  it('takes a trailing slash of the mount path for nothing', () => {
    const text = `scrape_configs:\n${secureJob('a')}`;
    expect(done(text, { ...REQUEST, mountPath: '/etc/prom-certs/' }).text).toBe(done(text).text);
  });

  it('edits a file of scrape_config_files the same way', () => {
    expect(done(`scrape_configs:\n${secureJob('a')}`).text).toBe(
      `scrape_configs:\n${secureJob('a', '/etc/prom-certs')}`,
    );
  });

  it('keeps a job called __proto__ apart from the prototype', () => {
    const { record, text } = done(`scrape_configs:\n${secureJob('__proto__')}`);
    expect(Object.keys(record.jobs)).toEqual(['__proto__']);
    expect(restore(text, record)).toMatchObject({ restored: ['__proto__'] });
  });

  it('stops telling of stale paths at two hundred, so that a long list stays cheap', () => {
    const files = Array.from({ length: 20_000 }, (_, index) => `- /etc/certs/${index}.yml\n`).join('');
    const start = performance.now();
    expect(done(`rule_files:\n${files}`).findings).toHaveLength(200);
    expect(performance.now() - start).toBeLessThan(2000);
  });
});
