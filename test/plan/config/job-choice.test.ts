import { describe, expect, it } from 'vitest';
import type { NeedingJob } from '../../../src/edit/prometheus-yaml/result.ts';
import { evaluateChoice, type SeenJobs } from '../../../src/plan/config/job-choice.ts';

const job = (name: string, change: Partial<NeedingJob> = {}): NeedingJob => ({
  job: name,
  chosen: true,
  cured: false,
  ...change,
});
const SEEN: SeenJobs = {
  patterns: [],
  all: ['mesh-a', 'mesh-b', 'plain'],
  needing: [job('mesh-a'), job('mesh-b')],
  begun: false,
  unseen: [],
  unread: [],
  key: 'prometheus.yml',
  mountPath: '/etc/prom-certs',
  legacyDirectories: ['/etc/certs', '/etc/istio-certs'],
};
const NONE: Partial<SeenJobs> = { needing: [] };
const JOBS = 'The jobs of prometheus.yml are mesh-a, mesh-b, plain';
const FIX =
  'Name one in spec.config.jobs, set spec.manage.config to Ignore, or let one read root-cert.pem, cert-chain.pem and key.pem in /etc/prom-certs';
const UNREAD = { reason: 'ConfigUnparsable', message: 'more.yml line 1', stalled: true } as const;

interface Row {
  readonly name: string;
  readonly seen: Partial<SeenJobs>;
  /** `reason` of the refusal. */
  readonly refusal?: string;
  readonly says?: string;
  readonly findings?: readonly string[];
}

describe('evaluateChoice', () => {
  const rows: readonly Row[] = [
    { name: 'nothing where jobs are chosen', seen: {} },
    {
      name: 'nothing left out where a job that is refused is not chosen',
      seen: { needing: [job('mesh-a'), job('mesh-b', { chosen: false, refused: true })] },
    },
    { name: 'nothing where every pattern matches a job', seen: { patterns: ['mesh-?', 'plain'] } },
    {
      name: 'a pattern that matches no job, before the first write',
      seen: { patterns: ['mesh-?', 'absent'] },
      refusal: 'JobsNotFound',
      says: `spec.config.jobs: no job matches absent. ${JOBS}`,
    },
    {
      name: 'the same, where no job could be seen',
      seen: { ...NONE, all: [], patterns: ['absent'] },
      refusal: 'JobsNotFound',
      says: 'spec.config.jobs: no job matches absent. prometheus.yml has no job',
    },
    {
      name: 'the same as a finding once a job is in the record',
      seen: { patterns: ['mesh-?', 'absent'], begun: true },
      findings: [`PatternMatchesNothing spec.config.jobs: no job matches absent. ${JOBS}`],
    },
    {
      name: 'the same as a finding once a chosen job is cured',
      seen: { patterns: ['mesh-?', 'absent'], needing: [job('mesh-a', { cured: true })] },
      findings: [`PatternMatchesNothing spec.config.jobs: no job matches absent. ${JOBS}`],
    },
    {
      name: 'a refusal again where no pattern matches any more',
      seen: { ...NONE, patterns: ['absent', 'gone'], begun: true },
      refusal: 'JobsNotFound',
      says: `spec.config.jobs: no job matches absent, gone. ${JOBS}`,
    },
    {
      name: 'the nearest name of a typing error',
      seen: { patterns: ['mehs-a'] },
      refusal: 'JobsNotFound',
      says: `spec.config.jobs: no job matches mehs-a (nearest to mehs-a is mesh-a). ${JOBS}`,
    },
    {
      name: 'a glob in place of a regular expression',
      seen: { patterns: ['^mesh-.*$'] },
      refusal: 'JobsNotFound',
      says: `spec.config.jobs: no job matches ^mesh-.*$ (^mesh-.*$ looks like a regular expression, and only * and ? have a meaning: write mesh-*). ${JOBS}`,
    },
    {
      name: 'an entry for each alternative of a regular expression',
      seen: { patterns: ['(mesh-a|mesh-.+|x)'] },
      refusal: 'JobsNotFound',
      says: `spec.config.jobs: no job matches (mesh-a|mesh-.+|x) ((mesh-a|mesh-.+|x) looks like a regular expression, and only * and ? have a meaning: write mesh-a, mesh-?*). ${JOBS}`,
    },
    {
      name: 'a regular expression that means none of the jobs',
      seen: { patterns: ['other\\..*'] },
      refusal: 'JobsNotFound',
      says: `spec.config.jobs: no job matches other\\..* (other\\..* looks like a regular expression, and only * and ? have a meaning). ${JOBS}`,
    },
    {
      name: 'that no job reads files of Istio',
      seen: NONE,
      refusal: 'NoJobs',
      says: `no job is chosen: none reads Istio's files in /etc/certs, /etc/istio-certs, in a secret of Citadel or in /etc/prom-certs. ${FIX}. ${JOBS}`,
    },
    {
      name: 'that there is no job at all',
      seen: { ...NONE, all: [] },
      refusal: 'NoJobs',
      says: `no job is chosen: none reads Istio's files in /etc/certs, /etc/istio-certs, in a secret of Citadel or in /etc/prom-certs. ${FIX}. prometheus.yml has no job`,
    },
    {
      name: 'that the patterns leave out all that read them',
      seen: { patterns: ['pl*'], needing: [job('mesh-a', { chosen: false })] },
      refusal: 'NoJobs',
      says: `no job is chosen: spec.config.jobs (pl*) leaves out what reads Istio's files, mesh-a. ${FIX}. ${JOBS}`,
      findings: ['JobLeftOut spec.config.jobs leaves out what reads certificates that nobody renews: mesh-a'],
    },
    {
      name: 'that a job which is named has no tls_config',
      seen: { ...NONE, patterns: ['plain'] },
      refusal: 'NoJobs',
      says: `no job is chosen: plain, named in spec.config.jobs, has no tls_config. ${FIX}. ${JOBS}`,
    },
    {
      name: 'that an included file cannot be seen where no job is chosen',
      seen: { ...NONE, unseen: ['/more/*.yml'] },
      refusal: 'IncludedFilesNotSeen',
      says: 'no job of prometheus.yml is chosen, and scrape_config_files /more/*.yml may match files that are not keys of this ConfigMap, so whether one of their jobs is to be is not known: name a job of prometheus.yml in spec.config.jobs, set spec.manage.config to Ignore, or move them into the ConfigMap',
    },
    {
      name: 'the same where a pattern may match a job of that file',
      seen: { ...NONE, patterns: ['absent'], unseen: ['/more/*.yml'] },
      refusal: 'IncludedFilesNotSeen',
    },
    {
      name: 'a pattern that may match a job of such a file as a finding where another is chosen',
      seen: { patterns: ['mesh-?', 'absent'], unseen: ['/more/*.yml'] },
      findings: [`PatternMatchesNothing spec.config.jobs: no job matches absent. ${JOBS}`],
    },
    {
      name: 'why an included file is refused where no job is chosen',
      seen: { ...NONE, patterns: ['absent'], unread: [UNREAD], unseen: ['/more/*.yml'] },
      refusal: 'ConfigUnparsable',
      says: 'more.yml line 1',
    },
    {
      name: 'nothing of such a file where a job is chosen',
      seen: { unread: [UNREAD] },
    },
    {
      name: 'the jobs that are left out, but for what is cured',
      seen: {
        patterns: ['mesh-a'],
        needing: [job('mesh-a'), job('mesh-b', { chosen: false }), job('x', { chosen: false, cured: true })],
      },
      findings: ['JobLeftOut spec.config.jobs leaves out what reads certificates that nobody renews: mesh-b'],
    },
  ];
  it.each(rows)('says $name', ({ seen, refusal, says, findings = [] }) => {
    const choice = evaluateChoice({ ...SEEN, ...seen });
    expect(choice.refusal?.reason).toBe(refusal);
    if (says !== undefined) expect(choice.refusal?.message).toBe(says);
    expect(choice.findings.map(({ code, message }) => `${code} ${message}`)).toEqual(findings);
  });

  it.each([
    { reason: 'JobsNotFound', seen: { patterns: ['absent'] }, stalled: 'Later' },
    { reason: 'NoJobs', seen: NONE, stalled: 'Later' },
    { reason: 'IncludedFilesNotSeen', seen: { ...NONE, unseen: ['/x'] }, stalled: false },
  ])('waits for what may bring an end to $reason: $stalled', ({ reason, seen, stalled }) => {
    expect(evaluateChoice({ ...SEEN, ...seen }).refusal).toMatchObject({ reason, stalled });
  });

  it('counts the cured ones, those left out included', () => {
    const needing = [job('a', { cured: true }), job('b'), job('c', { chosen: false, cured: true })];
    expect(evaluateChoice({ ...SEEN, needing }).counts).toEqual({ cured: 2, needing: 3, leftOut: [] });
  });

  it('keeps its messages short, however many jobs there are and however long their names', () => {
    const all = Array.from({ length: 2000 }, (_, index) => `${'x'.repeat(200)}${index}`);
    const patterns = Array.from({ length: 64 }, (_, index) => `${'y'.repeat(200)}${index}`);
    const { refusal } = evaluateChoice({ ...SEEN, needing: [], all, patterns });
    expect(refusal?.reason).toBe('JobsNotFound');
    expect(refusal?.message.length).toBeLessThan(1024);
    expect(refusal?.message).toMatch(/ and 1992 more$/);
    const legacyDirectories = patterns.slice(0, 16).map((name) => `/${name}`);
    const none = evaluateChoice({ ...SEEN, needing: [], all, legacyDirectories }).refusal;
    expect(none?.message).toMatch(/ and 1992 more$/);
    expect(none?.message.length).toBeLessThan(1024);
  });
});
