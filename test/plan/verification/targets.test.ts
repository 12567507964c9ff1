import { describe, expect, it } from 'vitest';
import type { TargetSeen } from '../../../src/plan/model/prometheus-seen.ts';
import { planTargets } from '../../../src/plan/verification/targets.ts';

function target(host: string, health: TargetSeen['health'], lastError = ''): TargetSeen {
  return {
    scrapePool: 'secure',
    scrapeUrl: `https://${host}/metrics`,
    health,
    lastError,
    lastScrapeMs: 2000,
  };
}

describe('planTargets', () => {
  it('counts each scrape URL once, and takes the worst that any replica says', () => {
    const replicas = [
      {
        pod: 'p-0',
        configLoadedMs: 1000,
        settled: true,
        pools: ['secure'],
        targets: [target('a', 'up'), target('b', 'up'), target('c', 'unknown'), target('d', 'up')],
      },
      {
        pod: 'p-1',
        configLoadedMs: 1000,
        settled: true,
        pools: ['secure'],
        targets: [target('a', 'down', 'EOF'), target('b', 'up'), target('c', 'up'), target('d', 'unknown')],
      },
    ];
    expect(planTargets(['secure'], replicas, [])).toMatchObject({
      up: 1,
      down: 1,
      unknown: 2,
      missingPools: [],
    });
  });

  it('counts a URL that two jobs scrape once for each', () => {
    const targets = [target('a', 'up'), { ...target('a', 'up'), scrapePool: 'other' }];
    const replica = { pod: 'p-0', configLoadedMs: 1000, settled: true, pools: undefined, targets };
    expect(planTargets(['secure', 'other'], [replica], [])).toMatchObject({ up: 2, down: 0, unknown: 0 });
  });

  it('groups failures by cause, most frequent first, with the lexically first example', () => {
    const targets = [
      target('z', 'down', 'connection refused'),
      target('b', 'down', 'connection refused'),
      target('a', 'down', 'remote error: tls: expired certificate'),
    ];
    const plan = planTargets(
      ['secure'],
      [{ pod: 'p-0', configLoadedMs: 1000, settled: true, pools: ['secure'], targets }],
      [],
    );
    expect(plan.failures.map(({ cause, count, example }) => [cause, count, example])).toEqual([
      ['ConnectionRefused', 2, 'https://b/metrics'],
      ['CertificateExpired', 1, 'https://a/metrics'],
    ]);
    expect(plan.certificateFailure).toBe(true);
  });

  it('names a pool that a replica dropped in silence, and no pool of another job', () => {
    const replicas = [
      {
        pod: 'p-0',
        configLoadedMs: 1000,
        settled: true,
        pools: ['secure', 'plain'],
        targets: [{ ...target('x', 'down', 'EOF'), scrapePool: 'plain' }],
      },
      { pod: 'p-1', configLoadedMs: 1000, settled: true, pools: ['plain'], targets: [] },
    ];
    expect(planTargets(['secure'], replicas, [])).toMatchObject({
      up: 0,
      down: 0,
      missingPools: ['secure at p-1'],
    });
  });

  it('awaits the pools of a replica that has loaded its configuration a moment ago', () => {
    const replica = { pod: 'p-0', configLoadedMs: 1000, settled: false, pools: [], targets: [] };
    expect(planTargets(['secure'], [replica], [])).toMatchObject({
      ...{ missingPools: [], awaitedPools: ['secure at p-0'] },
    });
  });

  it('does not take a version that lists no pools for one without them', () => {
    expect(
      planTargets(
        ['secure'],
        [{ pod: 'p-0', configLoadedMs: 1000, settled: true, pools: undefined, targets: [] }],
        [],
      ).missingPools,
    ).toEqual([]);
  });

  it('takes a target that was not scraped since its configuration was loaded for unknown', () => {
    const targets = [
      { ...target('old', 'down', 'remote error: tls: expired certificate'), lastScrapeMs: 999 },
      { ...target('new', 'up'), lastScrapeMs: 1000 },
      { ...target('unsaid', 'up'), lastScrapeMs: undefined },
    ];
    const replica = { pod: 'p-0', configLoadedMs: 1000, settled: true, pools: ['secure'], targets };
    expect(planTargets(['secure'], [replica], [])).toMatchObject({
      ...{ up: 2, down: 0, unknown: 1, failures: [], certificateFailure: false },
    });
    expect(planTargets(['secure'], [{ ...replica, configLoadedMs: undefined }], [])).toMatchObject({
      ...{ up: 2, down: 1, unknown: 0, certificateFailure: true },
    });
  });
});
