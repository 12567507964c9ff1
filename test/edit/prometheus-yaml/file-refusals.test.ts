import { describe, expect, it } from 'vitest';
import { rewrite } from '../../../src/edit/prometheus-yaml/rewrite.ts';
import { REQUEST, secureJob } from './goldens.ts';

describe('rewrite, on a file that it cannot edit', () => {
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
  ])('refuses $name as $code', ({ text, code, at: [line, column] }) => {
    const result = rewrite(text, REQUEST);
    expect(result).toMatchObject({ kind: 'refused', refusal: { code, line, column } });
    if (result.kind !== 'refused') return;
    expect(result.refusal.message).toMatch(/\S{3,}.*\.$/);
    expect(result.refusal.fix).toMatch(/\S{3,}.*\.$/);
  });

  it('refuses an alias bomb by a limit, without expanding it', () => {
    const levels = Array.from({ length: 30 }, (_, level) => {
      const merges = level === 0 ? '' : `    <<: [*a${level - 1}, *a${level - 1}, *a${level - 1}]\n`;
      return `- job_name: j${level}\n  tls_config: &a${level}\n    ca_file: /etc/certs/x\n${merges}`;
    });
    expect(rewrite(`scrape_configs:\n${levels.join('')}`, REQUEST)).toMatchObject({
      kind: 'refused',
      refusal: { code: 'TooManyAliases' },
    });
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
