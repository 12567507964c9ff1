import { describe, expect, it } from 'vitest';
import { restoreJob } from '../../../../src/edit/prometheus-yaml/edits/restore-job.ts';
import type { RecordedJob } from '../../../../src/edit/prometheus-yaml/result.ts';
import { applySplices, sortSplices } from '../../../../src/edit/text/splice.ts';
import { readMarks } from '../marked-edits.ts';
import { readText } from '../read-text.ts';

interface Row {
  readonly name: string;
  /** The text now, with the edits that are expected. */
  readonly marked: string;
  readonly originals: RecordedJob;
  readonly left?: readonly string[];
}

/** The first job; values that begin with /ours, and true, are ours. */
function restored({ marked, originals }: Row): { readonly text: string; readonly left: readonly string[] } {
  const { text } = readMarks(marked);
  const { tree, jobs } = readText(text);
  const [job] = jobs;
  if (job === undefined) throw new Error('no job');
  const isOurs = (_: string, value: string | undefined): boolean =>
    value === 'true' || value?.startsWith('/ours') === true;
  const { edits, left } = restoreJob(tree, job, { originals, isOurs });
  return { text: applySplices(text, sortSplices(edits)), left };
}

function job(...lines: readonly string[]): string {
  return `scrape_configs:\n- job_name: a\n${lines.map((line) => `  ${line}\n`).join('')}`;
}

describe('restoreJob, of values', () => {
  it.each<Row>([
    {
      name: 'puts each original back in its own spelling',
      marked: job(
        'tls_config:',
        '  ca_file: ⟪/ours/ca→"/old"⟫ # c',
        '  key_file: ⟪"/ours/key"→>-\n      /key⟫',
        '  insecure_skip_verify: ⟪true→off⟫',
      ),
      originals: { ca_file: '"/old"', key_file: '>-\n      /key', insecure_skip_verify: 'off' },
    },
    {
      name: 'puts an empty value back, and takes the blank that came with ours',
      marked: job('tls_config: {ca_file:⟪ /ours→⟫, key_file: k}'),
      originals: { ca_file: '' },
    },
    {
      name: 'leaves a blank that somebody wrote behind the colon of an empty value',
      marked: job('tls_config: {"ca_file":⟪/ours→⟫ }').replace(
        '{"ca_file":⟪/ours→⟫ }',
        '{ca_file: ⟪"/ours"→x⟫ }',
      ),
      originals: { ca_file: 'x' },
    },
    {
      name: 'takes out a line that was added',
      marked: job('tls_config:', '  ca_file: x⟪\n    key_file: /ours→⟫', '  server_name: s'),
      originals: { key_file: null },
    },
    {
      name: 'takes out a first line that was added',
      marked: job('tls_config:', '  ⟪ca_file: /ours\n    →⟫key_file: x'),
      originals: { ca_file: null },
    },
    {
      name: 'takes out a last line without a line break',
      marked: job('tls_config:', '  ca_file: x⟪\n    key_file: /ours→⟫').trimEnd(),
      originals: { key_file: null },
    },
    {
      name: 'takes out several lines, apart and together',
      marked: job(
        'tls_config:',
        '  ⟪ca_file: /ours\n    cert_file: /ours\n    →⟫server_name: s⟪\n    key_file: /ours→⟫⟪\n    insecure_skip_verify: true→⟫',
        '  min_version: TLS12',
      ),
      originals: { ca_file: null, cert_file: null, key_file: null, insecure_skip_verify: null },
    },
    {
      name: 'takes out a line and its \\r\\n',
      marked: job('tls_config:', '  ca_file: x⟪\r\n    key_file: /ours→⟫').replaceAll(/(?<!\r)\n/g, '\r\n'),
      originals: { key_file: null },
    },
    {
      name: 'takes out an entry of two lines',
      marked: job('tls_config:', '  ? server_name', '  : s⟪\n    ? ca_file\n    : /ours→⟫'),
      originals: { ca_file: null },
    },
    {
      name: 'leaves the comment on a line that it takes out',
      marked: job('tls_config:', '  ca_file: x', '  ⟪key_file: /ours  →⟫# mine', '  server_name: s'),
      originals: { key_file: null },
    },
    {
      name: 'leaves the comment on a first line that it takes out',
      marked: job('tls_config:', '  ⟪ca_file: /ours →⟫# mine', '  server_name: s'),
      originals: { ca_file: null },
    },
    {
      name: 'takes out a first line above a comment',
      marked: job('tls_config:⟪\n    ca_file: /ours→⟫', '  # mine', '  server_name: s'),
      originals: { ca_file: null },
    },
    {
      name: 'takes flow entries out with a comma each',
      marked: job(
        'tls_config: {⟪ca_file: /ours, →⟫server_name: s ⟪, key_file: /ours→⟫, x: y⟪,insecure_skip_verify: true→⟫}',
      ),
      originals: { ca_file: null, key_file: null, insecure_skip_verify: null },
    },
    {
      name: 'takes neighbouring flow entries out at once',
      marked: job('tls_config: {x: y⟪, ca_file: /ours, cert_file: /ours→⟫, z: z}'),
      originals: { ca_file: null, cert_file: null },
    },
    {
      name: 'takes out the only flow entry, its comma too',
      marked: job('tls_config: {⟪ca_file: /ours, →⟫}'),
      originals: { ca_file: null },
    },
    {
      name: 'takes out flow entries on lines of their own',
      marked: job('tls_config: {', '  x: y,', '  ⟪ca_file: /ours,→⟫', '  z: z', '  }'),
      originals: { ca_file: null },
    },
    {
      name: 'has nothing to do where the originals are back already',
      marked: job('tls_config: {ca_file: "/old"}'),
      originals: { ca_file: '"/old"', key_file: null },
    },
  ])('$name', (row) => {
    const { text, edits } = readMarks(row.marked);
    expect(restored(row)).toEqual({ text: applySplices(text, edits), left: [] });
  });

  it.each<Row>([
    {
      name: 'a value that somebody changed',
      marked: job('tls_config: {ca_file: /theirs, key_file: ⟪/ours→k⟫}'),
      originals: { ca_file: 'x', key_file: 'k' },
      left: ['ca_file'],
    },
    {
      name: 'a value that somebody took out',
      marked: job('tls_config: {key_file: ⟪/ours→k⟫}'),
      originals: { ca_file: 'x', key_file: 'k' },
      left: ['ca_file'],
    },
    {
      name: 'an added line that somebody changed',
      marked: job('tls_config: {ca_file: /theirs}'),
      originals: { ca_file: null },
      left: ['ca_file'],
    },
    {
      name: 'a value that is no file any more',
      marked: job('tls_config: {insecure_skip_verify: "true", ca_file: [/ours]}'),
      originals: { ca_file: 'x', insecure_skip_verify: 'off' },
      left: ['ca_file', 'insecure_skip_verify'],
    },
    {
      name: 'lines that are all that is left of tls_config',
      marked: job('tls_config:', '  ca_file: /ours', '  key_file: /ours'),
      originals: { ca_file: null, key_file: null },
      left: ['ca_file', 'key_file'],
    },
    {
      name: 'a first line that somebody wrote as a block scalar',
      marked: job('tls_config:', '  ca_file: |-', '    /ours', '  key_file: x'),
      originals: { ca_file: null },
      left: ['ca_file'],
    },
    {
      name: 'all fields of a job without a tls_config',
      marked: job('scheme: https'),
      originals: { ca_file: 'x', tls_config: null },
      left: ['ca_file', 'tls_config'],
    },
    {
      name: 'fields of a tls_config that is no mapping any more',
      marked: `y: &t {ca_file: /ours}\n${job('tls_config: *t')}`,
      originals: { ca_file: 'x', key_file: null },
      left: ['ca_file'],
    },
  ])('leaves $name, and says so', (row) => {
    const { text, edits } = readMarks(row.marked);
    expect(restored(row)).toEqual({ text: applySplices(text, edits), left: row.left });
  });
});

describe('restoreJob, of a whole tls_config', () => {
  it.each<Row>([
    {
      name: 'puts an alias back in place of our mapping',
      marked: `y: &t {}\n${job('tls_config: ⟪{<<: *t, ca_file: /ours, insecure_skip_verify: true}→*t⟫ # c')}`,
      originals: { tls_config: '*t' },
    },
    {
      name: 'puts an empty value back, and takes the blank that came with ours',
      marked: job('tls_config:⟪ {ca_file: /ours}→⟫ # c'),
      originals: { tls_config: '' },
    },
    {
      name: 'puts null back',
      marked: job('tls_config: ⟪{ca_file: /ours}→~⟫'),
      originals: { tls_config: '~' },
    },
    {
      name: 'takes out lines that were added, between others',
      marked: job('scheme: https⟪\n  tls_config:\n    ca_file: /ours\n    key_file: /ours→⟫', 'x: y'),
      originals: { tls_config: null },
    },
    {
      name: 'takes out a first line that was added behind a dash',
      marked: 'scrape_configs:\n- ⟪tls_config: {ca_file: /ours}\n  →⟫job_name: a\n',
      originals: { tls_config: null },
    },
    {
      name: 'takes out an entry that was added, in brackets',
      marked: 'scrape_configs: [{job_name: a⟪, tls_config: {ca_file: /ours}→⟫, x: y}]\n',
      originals: { tls_config: null },
    },
    {
      name: 'takes only our entries where somebody added to them',
      marked: job('tls_config:⟪\n    ca_file: /ours→⟫', '  server_name: s⟪\n    key_file: /ours→⟫').replace(
        'tls_config:⟪\n    ca_file: /ours→⟫\n    ',
        'tls_config:\n    ⟪ca_file: /ours\n    →⟫',
      ),
      originals: { tls_config: null },
    },
    {
      name: 'takes only our entries where somebody changed the merge',
      marked: `y: &t {}\nz: &u {}\n${job('tls_config: {<<: *u⟪, ca_file: /ours→⟫}')}`,
      originals: { tls_config: '*t' },
    },
    {
      name: 'takes only our entries where a merge was not ours',
      marked: `y: &t {}\n${job('tls_config: {<<: *t⟪, ca_file: /ours→⟫}')}`,
      originals: { tls_config: null },
    },
    {
      name: 'takes only our entries where somebody changed one',
      marked: `y: &t {}\n${job('tls_config: {<<: *t, ca_file: /theirs⟪, key_file: /ours→⟫}')}`,
      originals: { tls_config: '*t' },
    },
    {
      name: 'takes only our lines where somebody wrote the mapping anew in lines',
      marked: `y: &t {}\n${job('tls_config:', '  <<: *t⟪\n    ca_file: /ours→⟫')}`,
      originals: { tls_config: '*t' },
    },
    {
      name: 'passes over the record of single fields',
      marked: job('tls_config: ⟪{ca_file: /ours}→~⟫'),
      originals: { tls_config: '~', ca_file: 'x' },
    },
  ])('$name', (row) => {
    const { text, edits } = readMarks(row.marked);
    expect(restored(row)).toEqual({ text: applySplices(text, edits), left: [] });
  });

  it.each<Row>([
    {
      name: 'nothing of it is ours any more',
      marked: job('tls_config: {ca_file: /theirs}'),
      originals: { tls_config: null },
    },
    {
      name: 'a comment follows it on the line of a dash',
      marked: 'scrape_configs:\n- tls_config: {ca_file: /ours} # mine\n  job_name: a\n',
      originals: { tls_config: null },
    },
    { name: 'it is empty', marked: job('tls_config: {}'), originals: { tls_config: '~' } },
    {
      name: 'it is an alias again',
      marked: `y: &t {ca_file: /ours}\n${job('tls_config: *t')}`,
      originals: { tls_config: '*u' },
    },
  ])('is left where $name, and says so', (row) => {
    const { text } = readMarks(row.marked);
    expect(restored(row)).toEqual({ text, left: ['tls_config'] });
  });
});
