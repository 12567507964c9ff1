import { describe, expect, it } from 'vitest';

import { parseYaml } from '../../../../src/edit/prometheus-yaml/document/parse.ts';
import type { Splice } from '../../../../src/edit/text/splice.ts';
import { applySplices, sortSplices } from '../../../../src/edit/text/splice.ts';
import type { ConfigReading } from '../../../../src/edit/prometheus-yaml/jobs/read-config.ts';
import { readConfig } from '../../../../src/edit/prometheus-yaml/jobs/read-config.ts';
import type { Proof } from '../../../../src/edit/prometheus-yaml/verify/verify.ts';
import { verify } from '../../../../src/edit/prometheus-yaml/verify/verify.ts';

const TEXT = `remote_write:
- url: http://x/
  tls_config: {ca_file: /etc/certs/a}
scrape_configs:
- job_name: a
  tls_config: &t
    ca_file: /etc/certs/a # first
    server_name: s
- job_name: b
  tls_config: *t
- job_name: c
  tls_config:
    key_file: /etc/certs/k
`;

function read(text: string): ConfigReading {
  const parsed = parseYaml(text);
  if (parsed.kind === 'refused') throw new Error(parsed.refusal.message);
  const config = readConfig(parsed.tree);
  if (config.kind === 'problem') throw new Error(config.why);
  return config.config;
}

/** A splice of the first text that is found after `behind`. */
function at(behind: string, old: string, text: string): Splice {
  const start = TEXT.indexOf(old, TEXT.indexOf(behind));
  return { start, end: start + old.length, text };
}

/** Claims that these splices change the TLS values of these jobs only; `ca_file` is to be /new. */
function claim(splices: readonly Splice[], jobs: readonly string[]): Proof {
  const edits = sortSplices(splices);
  const before = read(TEXT);
  const replaced = before.tree.events.flatMap((event, node) =>
    'valueStart' in event &&
    edits.some(({ start, end }) => event.valueStart === start && event.valueEnd === end)
      ? [node]
      : [],
  );
  return verify({
    before,
    text: applySplices(TEXT, edits),
    edits,
    replaced: new Set(replaced),
    open: new Set(before.jobs.filter(({ name }) => jobs.includes(name)).map(({ item }) => item)),
    isDesired: (_, field, value) => field !== 'ca_file' || value === '/new',
  });
}

const CA = at('job_name: a', '/etc/certs/a', '/new');

describe('verify', () => {
  it('proves an edit that reaches exactly the open jobs', () => {
    expect(claim([CA], ['a', 'b'])).toEqual({ kind: 'proven' });
  });

  it('proves an added line', () => {
    expect(
      claim([{ start: TEXT.length - 1, end: TEXT.length - 1, text: '\n    ca_file: /new' }], ['c']),
    ).toEqual({ kind: 'proven' });
  });

  it('proves an anchor that is added, which nobody uses', () => {
    expect(claim([{ ...CA, text: '&n /new' }], ['a', 'b'])).toEqual({ kind: 'proven' });
  });

  it.each([
    { name: 'an edit that moves a job that shares the anchor', edits: [CA], jobs: ['a'] },
    { name: 'a value that is not the expected one', edits: [{ ...CA, text: '/wrong' }], jobs: ['a', 'b'] },
    {
      name: 'an edit of another section',
      edits: [at('remote_write', '/etc/certs/a', '/new')],
      jobs: ['a', 'b', 'c'],
    },
    {
      name: 'an edit of another key of tls_config',
      edits: [CA, at('ca_file', 's\n', 't\n')],
      jobs: ['a', 'b'],
    },
    { name: 'an edit of a job name', edits: [at('scrape', 'c\n', 'd\n')], jobs: ['c'] },
    {
      name: 'an edit of a job that is not open',
      edits: [at('job_name: c', '/etc/certs/k', '/new')],
      jobs: ['a', 'b'],
    },
    { name: 'text that breaks the document', edits: [{ ...CA, text: '"' }], jobs: ['a', 'b'] },
    {
      name: 'text that brings a key along',
      edits: [{ ...CA, text: '/new\n    min_version: TLS12' }],
      jobs: ['a', 'b'],
    },
    {
      name: 'text that brings a job along',
      edits: [{ ...CA, text: '/new\n- job_name: x\n  params: {}' }],
      jobs: ['a', 'b'],
    },
    { name: 'text that ends the document', edits: [{ ...CA, text: '/new\n...\n' }], jobs: ['a', 'b'] },
    { name: 'text that swallows what follows', edits: [{ ...CA, text: '/new |' }], jobs: ['a', 'b'] },
    { name: 'an anchor that is taken away', edits: [CA, at('job_name: a', '&t\n', '\n')], jobs: ['a', 'b'] },
  ])('does not prove $name', ({ edits, jobs }) => {
    expect(claim(edits, jobs).kind).toBe('failed');
  });

  it('does not prove an anchor and its alias that get another name, though every value stays', () => {
    const proof = claim([at('job_name: a', '&t\n', '&u\n'), CA, at('job_name: b', '*t', '*u')], ['a', 'b']);
    expect(proof).toMatchObject({
      kind: 'failed',
      why: 'the text around the edits would be read in another way',
    });
  });

  it('does not prove a line beside tls_config, in an open job', () => {
    const line = { start: TEXT.length, end: TEXT.length, text: '  honor_labels: true\n' };
    expect(claim([at('job_name: c', 'key_file: /etc/certs/k', 'ca_file: /new'), line], ['c']).kind).toBe(
      'failed',
    );
    const added = { start: TEXT.length, end: TEXT.length, text: '    ca_file: /new\n' };
    expect(claim([added], ['c'])).toEqual({ kind: 'proven' });
    expect(claim([{ ...added, text: `${added.text}${line.text}` }], ['c'])).toMatchObject({
      kind: 'failed',
      why: 'the edit would reach another place',
    });
  });

  it('names the jobs that would be wrong', () => {
    const proof = claim([CA], ['a']);
    const { jobs } = read(TEXT);
    expect(proof).toMatchObject({ kind: 'failed', jobs: [jobs[1]?.item] });
  });
});
