import { describe, expect, it } from 'vitest';
import { applySplices } from '../../../../src/edit/text/splice.ts';
import { readMarks } from '../marked-edits.ts';
import { rewritten } from '../rewritten.ts';

const D = '⟪/etc/certs→/etc/prom-certs⟫';
const OURS = {
  ca: '/etc/prom-certs/root-cert.pem',
  cert: '/etc/prom-certs/cert-chain.pem',
  key: '/etc/prom-certs/key.pem',
};

/** A tls_config in brackets whose files are to be moved, or are in a directory that stays. */
function tls(directory = D): string {
  return `{ca_file: ${directory}/root-cert.pem, cert_file: ${directory}/cert-chain.pem, key_file: ${directory}/key.pem, insecure_skip_verify: true}`;
}

function jobs(...bodies: readonly string[]): string {
  return `scrape_configs:\n${bodies
    .map((body, index) => `- job_name: ${'abc'.charAt(index)}\n  ${body}\n`)
    .join('')}`;
}

/** The mapping that takes the place of an alias. */
function own(alias: string): string {
  return `⟪${alias}→{<<: ${alias}, ca_file: ${OURS.ca}, cert_file: ${OURS.cert}, key_file: ${OURS.key}}⟫`;
}

describe('rewrite, of jobs that share anchors', () => {
  it.each([
    {
      name: 'edits a tls_config once for all who read it',
      marked: jobs(`tls_config: &t ${tls()}`, 'tls_config: *t', 'tls_config: {<<: *t}'),
      skipped: [],
    },
    {
      name: 'edits a value once for all who read it as the same field',
      marked: jobs(
        `tls_config: {ca_file: &c ${D}/root-cert.pem, cert_file: ⟪/etc/certs/root-cert.pem→${OURS.cert}⟫, key_file: ⟪/etc/certs/cert-chain.pem→${OURS.key}⟫, insecure_skip_verify: true}`,
        `tls_config: {ca_file: *c, cert_file: ⟪/etc/istio-certs/cert-chain.pem→${OURS.cert}⟫, key_file: ⟪/etc/istio-certs/key.pem→${OURS.key}⟫, insecure_skip_verify: true}`,
      ),
      skipped: [],
    },
    {
      name: 'adds a missing field once for all who read it',
      marked: jobs(
        `tls_config: &t {ca_file: ${D}/root-cert.pem⟪→, cert_file: ${OURS.cert}, key_file: ${OURS.key}, insecure_skip_verify: true⟫}`,
        'tls_config: *t',
      ),
      skipped: [],
    },
    {
      name: 'frees an anchor whose alias, of another field, it replaces',
      marked: jobs(
        `tls_config: {ca_file: &c ${D}/root-cert.pem, cert_file: ${D}/cert-chain.pem, key_file: ${D}/key.pem, insecure_skip_verify: true}`,
        `tls_config: {ca_file: ${D}/root-cert.pem, cert_file: ⟪*c→${OURS.cert}⟫, key_file: ${D}/key.pem, insecure_skip_verify: true}`,
      ),
      skipped: [],
    },
    {
      name: 'frees one anchor after the other',
      marked: jobs(
        `tls_config: {ca_file: &c ${D}/root-cert.pem, cert_file: ${D}/cert-chain.pem, key_file: ${D}/key.pem, insecure_skip_verify: true}`,
        `tls_config: {ca_file: &d ${D}/root-cert.pem, cert_file: ⟪*c→${OURS.cert}⟫, key_file: ${D}/key.pem, insecure_skip_verify: true}`,
        `tls_config: {ca_file: ${D}/root-cert.pem, cert_file: ⟪*d→${OURS.cert}⟫, key_file: ${D}/key.pem, insecure_skip_verify: true}`,
      ),
      skipped: [],
    },
    {
      name: 'gives a job values of its own where the owner of the anchor cannot be edited',
      marked: jobs(
        'tls_config: &t\n    ca_file: &x\n    key_file: /etc/certs/cert-chain.pem\n    insecure_skip_verify: true',
        `tls_config: ${own('*t')}`,
      ),
      skipped: ['a UnknownPlace'],
    },
    {
      name: 'gives a job values of its own where the owner of the anchor reads others',
      marked: `x: &o\n  tls_config: ${tls('/etc/prom-certs')}\n${jobs(
        `tls_config: &t ${tls('/etc/certs')}\n  <<: *o`,
        `tls_config: ${own('*t')}`,
      )}`,
      skipped: [],
    },
    {
      name: 'leaves an anchor that a job reads which cannot be edited',
      marked: jobs(`tls_config: &t ${tls('/etc/certs')}`, 'scheme: https\n  scheme: https\n  tls_config: *t'),
      skipped: ['a SharedByAnchor', 'b DuplicateKey'],
    },
    {
      name: 'leaves an anchor that is used outside of tls_config',
      marked: `${jobs(`tls_config: &t ${tls('/etc/certs')}`)}x: *t\n`,
      skipped: ['a SharedByAnchor'],
    },
    {
      name: 'leaves an anchor around the whole job that is used outside of the jobs',
      marked: `scrape_configs:\n- &j\n  job_name: a\n  tls_config: ${tls('/etc/certs')}\nx: *j\n`,
      skipped: ['a SharedByAnchor'],
    },
    {
      name: 'leaves an anchor that another one leads to from outside',
      marked: `${jobs(`tls_config: &t ${tls('/etc/certs')}`)}x: &u {y: *t}\nz: *u\n`,
      skipped: ['a SharedByAnchor'],
    },
    {
      name: 'leaves a missing field where the anchor is used outside',
      marked: `${jobs('tls_config: &t {ca_file: /etc/certs/root-cert.pem}')}x: *t\n`,
      skipped: ['a SharedByAnchor'],
    },
    {
      name: 'leaves a null tls_config that is used outside, of a job that is named',
      marked: `${jobs('tls_config: &t ~')}x: *t\n`,
      named: ['a'],
      skipped: ['a SharedByAnchor'],
    },
    {
      name: 'leaves an aliased tls_config whose alias is used outside through the job',
      marked: `x: &t ${tls('/etc/certs')}\nscrape_configs:\n- &j\n  job_name: a\n  tls_config: *t\ny: *j\n`,
      skipped: ['a SharedByAnchor'],
    },
    {
      name: 'leaves a job without a tls_config of its own that is used outside',
      marked: `x: &t\n  tls_config: ${tls('/etc/certs')}\nscrape_configs:\n- &j\n  <<: *t\n  job_name: a\ny: *j\n`,
      skipped: ['a SharedByAnchor'],
    },
    {
      name: 'edits a tls_config that a mixed job reads, which has a value of its own where it stays',
      marked: jobs(`tls_config: &t ${tls()}`, 'tls_config: {<<: *t, ca_file: /etc/ssl/ca.pem}'),
      skipped: [],
    },
    {
      name: 'gives a named job a value of its own where that of the anchor stays',
      marked: jobs(
        `tls_config: {ca_file: &c /etc/ca/root-cert.pem, cert_file: ${D}/cert-chain.pem, key_file: ${D}/key.pem, insecure_skip_verify: true}`,
        `tls_config: {ca_file: ⟪*c→${OURS.ca}⟫, cert_file: ${D}/cert-chain.pem, key_file: ${D}/key.pem, insecure_skip_verify: true}`,
      ),
      named: ['a*', 'b'],
      skipped: [],
    },
    {
      name: 'leaves a value that a mixed job reads too, where it stays',
      marked: jobs(
        `tls_config: {ca_file: &c /etc/ca/root-cert.pem, cert_file: /etc/certs/cert-chain.pem, key_file: /etc/certs/key.pem}`,
        `tls_config: {ca_file: *c, cert_file: ${D}/cert-chain.pem, key_file: ${D}/key.pem}`,
      ),
      named: ['a', 'b*'],
      skipped: ['a SharedByAnchor'],
    },
    {
      name: 'edits a job with an anchor that nobody uses',
      marked: jobs(`tls_config: &t ${tls()}`, `tls_config: ${tls('/opt')}`),
      skipped: [],
    },
  ])('$name', ({ marked, skipped, named }) => {
    const { text, edits } = readMarks(marked);
    const mounts = [{ directory: '/etc/ca', source: 'Other' }] as const;
    const result = rewritten(text, named === undefined ? {} : { jobs: named, mounts });
    expect(result.skipped.map(({ job, code }) => `${job} ${code}`)).toEqual(skipped);
    expect(result.text).toBe(applySplices(text, edits));
  });
});
