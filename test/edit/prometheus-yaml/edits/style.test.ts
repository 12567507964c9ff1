import { describe, expect, it } from 'vitest';
import { applySplices } from '../../../../src/edit/text/splice.ts';
import { readMarks } from '../marked-edits.ts';
import { rewritten } from '../rewritten.ts';

const REQUEST = { legacyDirectories: ['/l'], mountPath: '/m' };

/** The four lines in the usual order, each behind a line break and its indentation. */
function lines(indent: string, only = ['ca', 'cert', 'key', 'insecure'], lineBreak = '\n'): string {
  const all = {
    ca: 'ca_file: /m/root-cert.pem',
    cert: 'cert_file: /m/cert-chain.pem',
    key: 'key_file: /m/key.pem',
    insecure: 'insecure_skip_verify: true',
  };
  return Object.entries(all)
    .filter(([name]) => only.includes(name))
    .map(([, line]) => `${lineBreak}${indent}${line}`)
    .join('');
}

const ALL =
  'ca_file: /m/root-cert.pem, cert_file: /m/cert-chain.pem, key_file: /m/key.pem, insecure_skip_verify: true';
const REST = 'cert_file: /m/cert-chain.pem, key_file: /m/key.pem, insecure_skip_verify: true';

function job(...body: readonly string[]): string {
  return `scrape_configs:\n- job_name: a\n${body.map((line) => `  ${line}\n`).join('')}`;
}

const FULL = `key_file: ⟪/l/cert-chain.pem→/m/key.pem⟫, insecure_skip_verify: true`;

describe('rewrite, of a value', () => {
  it.each([
    { name: 'plain text', was: '/l/root-cert.pem', now: '/m/root-cert.pem' },
    { name: 'single quotes', was: "'/l/root-cert.pem'", now: "'/m/root-cert.pem'" },
    { name: 'double quotes', was: '"/l/\\u0072oot-cert.pem"', now: '"/m/root-cert.pem"' },
    { name: 'a block scalar', was: '>\n      /l/root-cert.pem', now: '>-\n      /m/root-cert.pem' },
    {
      name: 'a block scalar that keeps',
      was: '|+\n      /l/root-cert.pem\n\n',
      now: '|-\n      /m/root-cert.pem\n\n',
    },
    {
      name: 'a block scalar with indentation and comment',
      was: '|2- # c |\n      /l/root-cert.pem',
      now: '|2- # c |\n      /m/root-cert.pem',
    },
    { name: 'an anchor', was: '&x /l/root-cert.pem', now: '&x /m/root-cert.pem' },
    { name: 'a tag', was: '!!str /l/root-cert.pem', now: '!!str /m/root-cert.pem' },
    { name: 'nothing', was: '', now: '/m/root-cert.pem' },
    { name: 'null', was: '~', now: '/m/root-cert.pem' },
  ])('keeps the style of $name', ({ was, now }) => {
    const body = (value: string): string =>
      `scrape_configs:\n- job_name: a\n  tls_config:\n    ca_file:${value === '' ? '' : ` ${value}`}\n    cert_file: /m/cert-chain.pem\n    key_file: /m/key.pem\n    insecure_skip_verify: true\n`;
    expect(rewritten(body(was), REQUEST).text).toBe(body(now));
  });
});

describe('rewrite, of missing fields', () => {
  it.each([
    {
      name: 'behind the nearest field before them',
      marked: job(
        'tls_config:',
        `  ca_file: ⟪/l/root-cert.pem→/m/root-cert.pem⟫ # c⟪→${lines('    ', ['cert', 'key', 'insecure'])}⟫`,
        '  server_name: s',
      ),
    },
    {
      name: 'in front of the nearest field behind them, where none is before',
      marked: job(
        'tls_config:',
        '  server_name: s',
        '  ⟪→ca_file: /m/root-cert.pem\n    cert_file: /m/cert-chain.pem\n    ⟫key_file: ⟪/l/cert-chain.pem→/m/key.pem⟫⟪→\n    insecure_skip_verify: true⟫',
      ),
    },
    {
      name: 'behind the last entry, where none of them is there',
      marked: job('tls_config:', `  server_name: s⟪→${lines('    ')}⟫`),
      jobs: ['a'],
    },
    {
      name: 'behind the last entry whose end is sure',
      marked: job('tls_config:', `  server_name: s⟪→${lines('    ')}⟫`, '  x: |', '    y'),
      jobs: ['a'],
    },
    {
      name: 'in front of the first entry, where the end of none is sure',
      marked: job(
        'tls_config:',
        '  ⟪→cert_file: /m/cert-chain.pem\n    key_file: /m/key.pem\n    insecure_skip_verify: true\n    ⟫ca_file: ⟪>→>-⟫',
        '    ⟪/l/root-cert.pem→/m/root-cert.pem⟫',
      ),
    },
    {
      name: 'below a merge key, never above it',
      marked: `x: &x {server_name: s}\n${job(
        'tls_config:',
        '  ca_file: ⟪/l/root-cert.pem→/m/root-cert.pem⟫',
        `  <<: *x⟪→${lines('    ', ['cert', 'key', 'insecure'])}⟫`,
      )}`,
    },
    {
      name: 'with the indentation of the first key',
      marked: job(
        'tls_config:',
        `     ca_file: ⟪/l/root-cert.pem→/m/root-cert.pem⟫⟪→${lines('       ', ['cert', 'key', 'insecure'])}⟫`,
      ),
    },
    {
      name: 'with the line break of their neighbour',
      marked: job('tls_config:', '  ca_file: ⟪/l/root-cert.pem→/m/root-cert.pem⟫⟪→@⟫', '  server_name: s')
        .replaceAll('\n', '\r\n')
        .replace('@', lines('    ', ['cert', 'key', 'insecure'], '\r\n')),
    },
    {
      name: 'with the line break of the line above, at the end of the text',
      marked: job('tls_config:', '  ca_file: ⟪/l/root-cert.pem→/m/root-cert.pem⟫⟪→@⟫')
        .trimEnd()
        .replaceAll('\n', '\r')
        .replace('@', lines('    ', ['cert', 'key', 'insecure'], '\r')),
    },
    {
      name: 'in the quotes that all paths have',
      marked: job(
        'tls_config: {ca_file: ⟪"/l/root-cert.pem"→"/m/root-cert.pem"⟫⟪→, cert_file: "/m/cert-chain.pem"⟫, key_file: ⟪"/l/key.pem"→"/m/key.pem"⟫, insecure_skip_verify: true, server_name: s}',
      ),
    },
    {
      name: 'without quotes where the paths do not agree',
      marked: job(
        `tls_config: {ca_file: ⟪"/l/root-cert.pem"→"/m/root-cert.pem"⟫⟪→, cert_file: /m/cert-chain.pem⟫, key_file: ⟪'/l/key.pem'→'/m/key.pem'⟫, insecure_skip_verify: true}`,
      ),
    },
    {
      name: 'without quotes where only another field has some',
      marked: job(
        `tls_config: {server_name: "s", ca_file: ⟪/l/root-cert.pem→/m/root-cert.pem⟫⟪→, cert_file: /m/cert-chain.pem⟫, ${FULL}}`,
      ),
    },
    {
      name: 'without quotes where the path is behind a merge key',
      marked: `x: &x {ca_file: "/m/root-cert.pem"}\n${job(`tls_config: {<<: *x⟪→, cert_file: /m/cert-chain.pem⟫, ${FULL}}`)}`,
    },
    {
      name: 'with keys in the quotes of their neighbour',
      marked: job(
        `tls_config: {"ca_file": ⟪/l/root-cert.pem→/m/root-cert.pem⟫⟪→, "cert_file": /m/cert-chain.pem, "key_file": /m/key.pem, "insecure_skip_verify": true⟫}`,
      ),
    },
    {
      name: 'with a key in single quotes beside one',
      marked: job(
        `tls_config: {'ca_file': ⟪/l/root-cert.pem→/m/root-cert.pem⟫⟪→, 'cert_file': /m/cert-chain.pem⟫, ${FULL}}`,
      ),
    },
    {
      name: 'in brackets, with the comma of the entry that they come before',
      marked: job(
        `tls_config: {x: y,⟪→ca_file: /m/root-cert.pem,cert_file: /m/cert-chain.pem,⟫key_file: ⟪/l/cert-chain.pem→/m/key.pem⟫⟪→, insecure_skip_verify: true⟫}`,
      ),
    },
    {
      name: 'in front of the first entry in brackets, with a comma and a blank',
      marked: job(
        `tls_config: {⟪→ca_file: /m/root-cert.pem, cert_file: /m/cert-chain.pem, ⟫key_file: ⟪/l/cert-chain.pem→/m/key.pem⟫⟪→, insecure_skip_verify: true⟫}`,
      ),
    },
    {
      name: 'in brackets of several lines',
      marked: job(
        'tls_config: {',
        `  ca_file: ⟪/l/root-cert.pem→/m/root-cert.pem⟫⟪→, ${REST}⟫, # c`,
        '  server_name: s',
        '  }',
      ),
    },
    { name: 'into empty brackets', marked: job(`tls_config: {⟪→${ALL}⟫ }`), jobs: ['a'] },
  ])('writes them $name', ({ marked, jobs }) => {
    const { text, edits } = readMarks(marked);
    const result = rewritten(text, jobs === undefined ? REQUEST : { ...REQUEST, jobs });
    expect(result.skipped).toEqual([]);
    expect(result.text).toBe(applySplices(text, edits));
  });

  it('refuses a tls_config in which no place is sure', () => {
    const text = job('tls_config:', '  ? key_file', '  : |-', '    /l/cert-chain.pem');
    expect(rewritten(text, REQUEST)).toMatchObject({ text, skipped: [{ code: 'UnknownPlace' }] });
  });
});

describe('rewrite, of a whole tls_config', () => {
  const TAKEN = { ...REQUEST, recorded: { a: {} } };

  it.each([
    {
      name: 'behind the scheme',
      marked: job(`scheme: https # c⟪→\n  tls_config:${lines('    ')}⟫`, 'x: y'),
    },
    {
      name: 'behind the name',
      marked: `scrape_configs:\n- job_name: a⟪→\n  tls_config:${lines('    ')}⟫\n  x: y\n`,
    },
    {
      name: 'behind the name, of a list that is indented',
      marked: `scrape_configs:\n  -   job_name: a⟪→\n      tls_config:${lines('        ')}⟫\n      x: y\n`,
    },
    {
      name: 'in brackets',
      marked: `scrape_configs:\n- {job_name: a⟪→, tls_config: {${ALL}}⟫, x: y}\n`,
    },
    {
      name: 'with a quoted key beside quoted ones',
      marked: `scrape_configs:\n- {"job_name": a⟪→, "tls_config": {${ALL}}⟫}\n`,
    },
    { name: 'behind an empty key', marked: job(`tls_config:⟪→ {${ALL}}⟫ # c`, 'x: y') },
    { name: 'in place of null', marked: job(`tls_config: ⟪~→{${ALL}}⟫`) },
    {
      name: 'in place of an alias of a mapping',
      marked: `x: &x {min_version: TLS12}\n${job(`tls_config: ⟪*x→{<<: *x, ${ALL}}⟫`)}`,
    },
    { name: 'in place of an alias of null', marked: `x: &x ~\n${job(`tls_config: ⟪*x→{${ALL}}⟫`)}` },
    {
      name: 'beside one that a merge brings',
      marked: `x: &x {tls_config: {min_version: TLS12}}\nscrape_configs:\n- <<: *x\n  job_name: a⟪→\n  tls_config:${lines('    ')}⟫\n`,
    },
  ])('writes it $name', ({ marked }) => {
    const { text, edits } = readMarks(marked);
    const result = rewritten(text, TAKEN);
    expect(result.skipped).toEqual([]);
    expect(result.text).toBe(applySplices(text, edits));
  });

  it.each([
    { name: 'a key behind a question mark', text: job('? tls_config', ':', 'x: y') },
    { name: 'an anchor of nothing', text: job('tls_config: &x', 'x: y') },
  ])('refuses $name', ({ text }) => {
    expect(rewritten(text, TAKEN)).toMatchObject({ text, skipped: [{ code: 'UnknownPlace' }] });
  });
});
