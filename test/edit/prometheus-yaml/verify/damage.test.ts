import { describe, expect, it } from 'vitest';
import type { Proof } from '../../../../src/edit/prometheus-yaml/verify/verify.ts';
import { verify } from '../../../../src/edit/prometheus-yaml/verify/verify.ts';
import { applySplices } from '../../../../src/edit/text/splice.ts';
import { spanOf, writtenEnd, writtenStart } from '../../../../src/edit/text/yaml/span.ts';
import { readMarks } from '../marked-edits.ts';
import { readText } from '../read-text.ts';

/** Claims that the marked edits change TLS values of the jobs `open` only, each ca_file to the desired one. */
function prove(marked: string, open: readonly string[], desired: string | undefined): Proof {
  const { text, edits } = readMarks(marked);
  const before = readText(text);
  const replaced = before.tree.events.flatMap((event, node) => {
    if (!('anchorStart' in event)) return [];
    const whole = { start: writtenStart(before.tree, node), end: writtenEnd(before.tree, node) };
    const span = spanOf(before.tree, node) ?? whole;
    const isWithin = edits.some(({ start, end }) => start <= span.start && span.end <= end);
    return isWithin && span.start < span.end ? [node] : [];
  });
  return verify({
    before,
    text: applySplices(text, edits),
    edits,
    replaced: new Set(replaced),
    open: new Set(before.jobs.filter(({ name }) => open.includes(name)).map(({ item }) => item)),
    isDesired: (_, field, value) => field !== 'ca_file' || value === desired,
  });
}

const job = (name: string, lines: string): string => `- job_name: ${name}\n${lines}`;
const tls = (lines: string): string => `  tls_config:\n    ${lines}\n`;
const A = job('a', tls('ca_file: ⟪/old→/new⟫'));

describe('verify, of what edits may do', () => {
  it.each([
    { name: 'a value of an open job', marked: `scrape_configs:\n${A}`, open: ['a'] },
    {
      name: 'a tls_config that is added',
      marked: `scrape_configs:\n${job('a', '  scheme: https⟪→\n  tls_config: {ca_file: /new}⟫\n')}`,
      open: ['a'],
    },
    {
      name: 'a tls_config that is taken out',
      marked: `scrape_configs:\n${job('a', '  scheme: https⟪\n  tls_config: {key_file: /k}→⟫\n')}- job_name: b\n`,
      open: ['a', 'b'],
      desired: undefined,
    },
    {
      name: 'a value that an open job takes in by a merge key of its own',
      marked: `scrape_configs:\n- &j\n  job_name: a\n  tls_config: {ca_file: ⟪/old→/new⟫}\n- <<: *j\n  job_name: b\n`,
      open: ['a', 'b'],
    },
    {
      name: 'a value that an open job takes in by a merge key of its tls_config',
      marked: `scrape_configs:\n${job('a', '  tls_config: &t {ca_file: ⟪/old→/new⟫}\n')}${job('b', '  tls_config: {<<: *t, key_file: k}\n')}`,
      open: ['a', 'b'],
    },
    {
      name: 'a value that an open job takes in by a whole alias',
      marked: `scrape_configs:\n${job('a', '  tls_config: &t {ca_file: ⟪/old→/new⟫}\n')}${job('b', '  tls_config: *t\n')}`,
      open: ['a', 'b'],
    },
    {
      name: 'a value beside a job that is not open',
      marked: `scrape_configs:\n${A}${job('b', tls('ca_file: /old'))}`,
      open: ['a'],
    },
    {
      name: 'a value above a section that uses anchors of its own',
      marked: `scrape_configs:\n${A}rule_files: [&r x, *r]\n`,
      open: ['a'],
    },
  ])('proves $name', ({ marked, open, ...rest }) => {
    const desired = 'desired' in rest ? rest.desired : '/new';
    expect(prove(marked, open, desired)).toEqual({ kind: 'proven' });
  });
});

const PLACE = 'the edit would reach another place';
const SECTION = 'the edit reaches another section';
const VALUES = 'the values would not be the expected ones';
const AROUND = 'the text around the edits would be read in another way';

describe('verify, of one damage each', () => {
  it.each([
    {
      name: 'another spelling of a value in a job that is not open',
      marked: `scrape_configs:\n${A}${job('b', tls('ca_file: ⟪/old→"/old"⟫'))}`,
      why: PLACE,
      jobs: ['b'],
    },
    {
      name: 'a value of a job that is not open',
      marked: `scrape_configs:\n${A}${job('b', tls('ca_file: ⟪/old→/new⟫'))}`,
      why: VALUES,
      jobs: ['b'],
    },
    {
      name: 'a value that a job which is not open takes in and overrides',
      marked: `scrape_configs:\n${job('a', '  tls_config: &t {ca_file: ⟪/old→/new⟫}\n')}${job('b', '  tls_config: {<<: *t, ca_file: /b}\n')}`,
      why: PLACE,
      jobs: ['b'],
    },
    {
      name: 'a job that another item is an alias of',
      marked: `scrape_configs:\n- &j {job_name: a, tls_config: {ca_file: ⟪/old→/new⟫}}\n- *j\n`,
      why: PLACE,
      jobs: ['a'],
    },
    {
      name: 'another spelling of another field of tls_config',
      marked: `scrape_configs:\n${job('a', tls('ca_file: ⟪/old→/new⟫\n    server_name: ⟪s→"s"⟫'))}`,
      why: PLACE,
      jobs: ['a'],
    },
    {
      name: 'another field of tls_config',
      marked: `scrape_configs:\n${job('a', tls('ca_file: ⟪/old→/new⟫\n    server_name: ⟪s→t⟫'))}`,
      why: VALUES,
      jobs: ['a'],
    },
    {
      name: 'another spelling of another field of the job',
      marked: `scrape_configs:\n${job('a', `  scheme: ⟪https→"https"⟫\n${tls('ca_file: ⟪/old→/new⟫')}`)}`,
      why: PLACE,
      jobs: ['a'],
    },
    {
      name: 'another scheme',
      marked: `scrape_configs:\n${job('a', `  scheme: ⟪https→http⟫\n${tls('ca_file: ⟪/old→/new⟫')}`)}`,
      why: VALUES,
      jobs: ['a'],
    },
    {
      name: 'another name',
      marked: `scrape_configs:\n- job_name: ⟪a→b⟫\n${tls('ca_file: ⟪/old→/new⟫')}`,
      why: VALUES,
      jobs: ['a'],
    },
    {
      name: 'a value that is not desired',
      marked: `scrape_configs:\n${job('a', tls('ca_file: ⟪/old→/other⟫'))}`,
      why: VALUES,
      jobs: ['a'],
    },
    {
      name: 'a key that is given twice afterwards',
      marked: `scrape_configs:\n${job('a', tls('ca_file: ⟪/old→/new\n    ca_file: /new⟫'))}`,
      why: VALUES,
      jobs: ['a'],
    },
    {
      name: 'a line that is taken out of an open job',
      marked: `scrape_configs:\n${job('a', `⟪  honor_labels: true\n→⟫${tls('ca_file: ⟪/old→/new⟫')}`)}`,
      why: PLACE,
      jobs: ['a'],
    },
    {
      name: 'a line that is taken out of a job that is not open',
      marked: `scrape_configs:\n${A}${job('b', '⟪  honor_labels: true\n→⟫  scheme: https\n')}`,
      why: PLACE,
      jobs: ['b'],
    },
    {
      name: 'a job that is added',
      marked: `scrape_configs:\n${A}⟪→- job_name: b\n⟫rule_files: []\n`,
      why: 'the number of jobs would change',
      jobs: [],
    },
    {
      name: 'a section that is taken out',
      marked: `⟪rule_files: []\n→⟫scrape_configs:\n${A}`,
      why: SECTION,
      jobs: [],
    },
    {
      name: 'a section that is added',
      marked: `⟪→rule_files: []\n⟫scrape_configs:\n${A}`,
      why: SECTION,
      jobs: [],
    },
    {
      name: 'another spelling of the key of a section',
      marked: `⟪rule_files→"rule_files"⟫: []\nscrape_configs:\n${A}`,
      why: SECTION,
      jobs: [],
    },
    {
      name: 'another spelling of the key of the jobs',
      marked: `⟪scrape_configs→"scrape_configs"⟫:\n${A}`,
      why: SECTION,
      jobs: [],
    },
    {
      name: 'another spelling of a value in another section',
      marked: `rule_files: [⟪x→"x"⟫]\nscrape_configs:\n${A}`,
      why: SECTION,
      jobs: [],
    },
    {
      name: 'a value that another section reads by an alias',
      marked: `scrape_configs:\n${job('a', tls('ca_file: &c ⟪/old→/new⟫'))}rule_files: [*c]\n`,
      why: SECTION,
      jobs: [],
    },
    {
      name: 'an edit of one letter within a value of another section',
      marked: `remote_write: [{url: http://⟪x→y⟫/}]\nscrape_configs:\n${A}`,
      why: AROUND,
      jobs: [],
    },
    {
      name: 'a comment that begins within the next line',
      marked: `scrape_configs:\n${job('a', tls('ca_file: ⟪/old→/new⟫'))}⟪→#⟫rule_files: []\n`,
      why: AROUND,
      jobs: [],
    },
    {
      name: 'text that does not parse',
      marked: `scrape_configs:\n${job('a', tls('ca_file: ⟪/old→"/new⟫'))}`,
      why: /^The text cannot be parsed: /,
      jobs: [],
    },
    {
      name: 'a section that is given twice afterwards',
      marked: `scrape_configs:\n${A}⟪→scrape_configs: []\n⟫`,
      why: 'the key scrape_configs is given twice at the top level',
      jobs: [],
    },
  ])('does not prove $name', ({ marked, why, jobs }) => {
    const proof = prove(marked, ['a'], '/new');
    if (proof.kind === 'proven') throw new Error('proven');
    expect(proof.why).toMatch(why);
    const named = readText(readMarks(marked).text).jobs.filter(({ item }) => proof.jobs.includes(item));
    expect([...new Set(named.map(({ name }) => name))]).toEqual(jobs);
  });
});
