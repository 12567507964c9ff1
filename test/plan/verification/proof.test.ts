import { describe, expect, it } from 'vitest';
import type { PrometheusSeen } from '../../../src/plan/model/prometheus-seen.ts';
import type { ProofPlan } from '../../../src/plan/verification/proof.ts';
import { NOW_MS } from '../../support/snapshot.ts';
import { REWRITTEN_YAML } from '../../support/world.ts';
import { JOB, old, prove, up, type World } from './proven.ts';

describe('planProof', () => {
  it('asks every replica', () => {
    const { kind, needs, message } = prove({ answers: ['not asked', {}, 'not asked'] });
    expect([kind, message]).toEqual(['Unknown', 'Prometheus is being asked']);
    expect(needs).toEqual([
      { kind: 'Prometheus', endpoint: { pod: 'prometheus-0', url: 'http://10.0.0.0:9090' } },
      { kind: 'Prometheus', endpoint: { pod: 'prometheus-2', url: 'http://10.0.0.2:9090' } },
    ]);
  });

  const states: readonly { name: string; world: World; kind: ProofPlan['kind']; message: string }[] = [
    {
      name: 'counts the new paths as served where no pod runs',
      world: { answers: [] },
      kind: 'Served',
      message: 'no pod runs, the next one reads the new file',
    },
    {
      name: 'counts the new paths as served where no job was to be changed',
      world: { jobs: [], answers: [old] },
      kind: 'Served',
      message: 'no job was to be changed',
    },
    {
      name: 'does not know where a pod has no address',
      world: { pod: { podIP: '' } },
      kind: 'Unknown',
      message: 'prometheus-0: the pod has no address yet',
    },
    {
      name: 'does not know where one replica does not answer',
      world: { answers: [{}, { kind: 'silent', message: 'timeout' }] },
      kind: 'Unknown',
      message: 'prometheus-1 cannot be asked at http://10.0.0.1:9090: timeout',
    },
    {
      name: 'counts the new paths as served where every replica serves them',
      world: { answers: [{}, {}] },
      kind: 'Served',
      message: '2 of 2 replicas serve the new paths',
    },
    {
      name: 'names the replicas that serve the old paths',
      world: { answers: [old, {}, old], spec: { config: { reload: 'Http' } } },
      kind: 'Waiting',
      message: 'prometheus-0, prometheus-2 does not serve the new paths yet',
    },
    {
      name: 'knows of one that serves the old paths, beside one that does not answer',
      world: { answers: [{ kind: 'silent', message: 'timeout' }, old], spec: { config: { reload: 'Http' } } },
      kind: 'Waiting',
      message: 'prometheus-1 does not serve the new paths yet',
    },
    {
      name: 'separates a load that failed from old paths',
      world: { answers: [{ reloadSucceeded: false }], spec: { config: { reload: 'Http' } } },
      kind: 'Waiting',
      message: 'prometheus-0 names the new paths, and its last load failed',
    },
  ];
  it.each(states)('$name', ({ world, kind, message }) => {
    expect(prove(world)).toMatchObject({ kind, message });
  });

  const served: readonly { name: string; answer: Partial<PrometheusSeen> }[] = [
    { name: 'a last load that failed', answer: { reloadSucceeded: false } },
    { name: 'a job that is missing', answer: { config: 'scrape_configs: []\n' } },
    {
      name: 'a job with one old path',
      answer: { config: REWRITTEN_YAML.replace('/etc/prom-certs/key.pem', '/etc/certs/key.pem') },
    },
    { name: 'a configuration that cannot be parsed', answer: { config: 'a: [' } },
  ];
  it.each(served)('does not count $name as served', ({ answer }) => {
    expect(prove({ answers: [answer] }).kind).toBe('Waiting');
  });

  it('does not count the new paths as served where one of two jobs is missing', () => {
    expect(prove({ jobs: [JOB, 'other'] }).kind).toBe('Waiting');
  });

  it('counts the targets of the replicas that can be asked, beside one that cannot', () => {
    const { kind, targets } = prove({ answers: [{ kind: 'silent', message: 'timeout' }, {}] });
    expect([kind, targets?.up]).toEqual(['Unknown', 1]);
  });

  it('keeps the refusal that status shows, where the connection is closed now', () => {
    const closed = { ...up, health: 'down', lastError: 'EOF' } as const;
    const failures = [{ cause: 'CertificateExpired', example: up.scrapeUrl, count: 1, fix: '' }];
    expect(prove({ answers: [{ targets: [closed] }], failures }).targets?.failures).toMatchObject([
      { cause: 'CertificateExpired' },
    ]);
  });
});

describe('planProof, where Prometheus serves the new paths', () => {
  const failing = (lastError: string) => ({ targets: [{ ...up, health: 'down', lastError }] }) as const;
  const withoutPools = (configLoadedMs: number) => ({ pools: [], targets: [], configLoadedMs });
  const rows: readonly { name: string; answer: Partial<PrometheusSeen>; retryAfterMs: number | undefined }[] =
    [
      { name: 'asks nothing more where every target is up', answer: {}, retryAfterMs: undefined },
      {
        name: 'asks again soon after a target that was not scraped since the reload',
        answer: { targets: [{ ...up, lastScrapeMs: 999 }] },
        retryAfterMs: 10_000,
      },
      {
        name: 'asks again later after a new target beside one that is up: where pods come and go there always is one',
        answer: { targets: [up, { ...up, scrapeUrl: 'https://10.0.0.10/metrics', health: 'unknown' }] },
        retryAfterMs: 30_000,
      },
      {
        name: 'asks again later after a new target beside one that is down',
        answer: {
          targets: [
            { ...up, health: 'down', lastError: 'server returned HTTP status 500' },
            { ...up, scrapeUrl: 'https://10.0.0.10/metrics', health: 'unknown' },
          ],
        },
        retryAfterMs: 30_000,
      },
      {
        name: 'asks again while a target fails for a certificate',
        answer: failing('remote error: tls: expired certificate'),
        retryAfterMs: 60_000,
      },
      {
        name: 'asks again after a scrape that met a renewal',
        answer: failing('tls: private key does not match public key'),
        retryAfterMs: 60_000,
      },
      {
        name: 'asks nothing more where a target is down for another cause: something is always down',
        answer: failing('server returned HTTP status 500'),
        retryAfterMs: undefined,
      },
      { name: 'asks a second time about a missing pool', answer: withoutPools(1000), retryAfterMs: 11_000 },
      {
        name: 'awaits for 30 seconds the pools of a configuration that was just loaded',
        answer: withoutPools(NOW_MS - 29_999),
        retryAfterMs: 10_000,
      },
      {
        name: 'counts a pool as missing 30 seconds after the load',
        answer: withoutPools(NOW_MS - 30_000),
        retryAfterMs: 31_000,
      },
      {
        name: 'does not wait for a Prometheus whose clock is an hour ahead',
        answer: withoutPools(NOW_MS + 3_600_000),
        retryAfterMs: 11_000,
      },
      {
        name: 'does not wait for a Prometheus that does not say when it loaded its configuration',
        answer: { ...withoutPools(0), configLoadedMs: undefined },
        retryAfterMs: 11_000,
      },
    ];
  it.each(rows)('$name', ({ answer, retryAfterMs }) => {
    const proof = prove({ answers: [answer] });
    expect([proof.kind, proof.retryAfterMs, proof.action]).toEqual(['Served', retryAfterMs, undefined]);
  });
});
