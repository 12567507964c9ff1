import { describe, expect, it } from 'vitest';
import { planConfig } from '../../../src/plan/config/config.ts';
import type { PrometheusSeen, TargetSeen } from '../../../src/plan/model/prometheus-seen.ts';
import { planProof, type ProofPlan } from '../../../src/plan/verification/proof.ts';
import { reads } from '../../support/answers.ts';
import { configMap } from '../../support/config-map.ts';
import { podOf } from '../../support/pod.ts';
import { NOW_MS, subject } from '../../support/snapshot.ts';
import { statefulSet } from '../../support/stateful-set.ts';
import { REWRITTEN_YAML } from '../../support/world.ts';

const JOB = 'kubernetes-pods-istio-secure';
const up: TargetSeen = {
  ...{ scrapePool: JOB, scrapeUrl: 'https://10.0.0.9/metrics', health: 'up', lastError: '' },
  lastScrapeMs: 2000,
};

/** What is decided once Prometheus has answered so; the config names the new files already. */
function proofOf(answer: Partial<PrometheusSeen>): ProofPlan {
  const workload = statefulSet();
  const pod = podOf(workload);
  const prometheus: PrometheusSeen = {
    ...{ kind: 'answered', config: REWRITTEN_YAML, reloadSucceeded: true, configLoadedMs: 1000 },
    ...{ pools: [JOB], targets: [up], ...answer },
  } as PrometheusSeen;
  const seen = subject({
    reads: reads({
      pods: [{ ...pod, status: { ...pod.status, podIP: '10.0.0.7' } }],
      configMaps: { prometheus: { kind: 'present', value: configMap(REWRITTEN_YAML) } },
      prometheus: { 'prometheus-0': prometheus },
    }),
  });
  return planProof({ ...seen, config: { ...planConfig(seen), rewrittenJobs: [JOB] } });
}

describe('planProof', () => {
  const rows: readonly { name: string; answer: Partial<PrometheusSeen>; retryAfterMs: number | undefined }[] =
    [
      { name: 'asks nothing more where every target is up', answer: {}, retryAfterMs: undefined },
      {
        name: 'asks again soon after a target that was not scraped since the reload',
        answer: { targets: [{ ...up, lastScrapeMs: 999 }] },
        retryAfterMs: 10_000,
      },
      {
        name: 'asks again later after a new target beside others: where pods come and go there always is one',
        answer: { targets: [up, { ...up, scrapeUrl: 'https://10.0.0.10/metrics', health: 'unknown' }] },
        retryAfterMs: 30_000,
      },
      {
        name: 'asks again while a target fails for a certificate',
        answer: { targets: [{ ...up, health: 'down', lastError: 'remote error: tls: expired certificate' }] },
        retryAfterMs: 60_000,
      },
      {
        name: 'asks again after a scrape that met a renewal',
        answer: {
          targets: [{ ...up, health: 'down', lastError: 'tls: private key does not match public key' }],
        },
        retryAfterMs: 60_000,
      },
      {
        name: 'asks again soon after a pool that a fresh configuration has not made yet',
        answer: { pools: [], targets: [], configLoadedMs: NOW_MS - 29_000 },
        retryAfterMs: 10_000,
      },
      {
        name: 'does not wait for a Prometheus whose clock is an hour ahead',
        answer: { pools: [], targets: [], configLoadedMs: NOW_MS + 3_600_000 },
        retryAfterMs: 60_000,
      },
      {
        name: 'asks again while a pool is missing',
        answer: { pools: [], targets: [] },
        retryAfterMs: 60_000,
      },
      {
        name: 'asks nothing more where a target is down for another cause: something is always down',
        answer: {
          targets: [{ ...up, health: 'down', lastError: 'server returned HTTP status 500' }],
        },
        retryAfterMs: undefined,
      },
    ];
  it.each(rows)('$name', ({ answer, retryAfterMs }) => {
    expect(proofOf(answer)).toMatchObject({ kind: 'Served', retryAfterMs });
  });

  it('does not believe a Prometheus whose last load failed, whatever it serves', () => {
    expect(proofOf({ reloadSucceeded: false }).kind).toBe('ReloadNeeded');
  });
});
