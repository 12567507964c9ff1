import { describe, expect, it } from 'vitest';
import type { Container } from '../../../src/api/kubernetes.ts';
import { planConfig } from '../../../src/plan/config/config.ts';
import type { PrometheusSeen, TargetSeen } from '../../../src/plan/model/prometheus-seen.ts';
import { reloadMethod, type ReloadMethod } from '../../../src/plan/verification/reload.ts';
import { planProof } from '../../../src/plan/verification/proof.ts';
import { type ProofPlan } from '../../../src/plan/verification/proof.ts';
import { reads } from '../../support/answers.ts';
import { configMap } from '../../support/config-map.ts';
import { podOf } from '../../support/pod.ts';
import { scrape } from '../../support/scrape.ts';
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

describe('reloadMethod', () => {
  const named = (container: Omit<Container, 'name'>): readonly Container[] => [
    { name: 'beside', ...container },
  ];
  const rows: readonly {
    readonly name: string;
    readonly args?: readonly string[];
    readonly others?: {
      readonly containers?: readonly Container[];
      readonly initContainers?: readonly Container[];
    };
    readonly reload?: 'Auto' | 'Http' | 'None';
    readonly method: ReloadMethod;
  }[] = [
    { name: 'nothing', method: 'Unknown' },
    { name: '--web.enable-lifecycle', args: ['--web.enable-lifecycle'], method: 'Http' },
    { name: 'lifecycle that is off', args: ['--web.enable-lifecycle=false'], method: 'Unknown' },
    {
      name: 'prometheus-config-reloader',
      args: ['--web.enable-lifecycle'],
      others: {
        containers: named({ image: 'quay.io/prometheus-operator/prometheus-config-reloader:v0.86.0' }),
      },
      method: 'Reloader',
    },
    {
      name: 'configmap-reload',
      others: { containers: named({ image: 'ghcr.io/jimmidyson/configmap-reload:v0.15.0' }) },
      method: 'Reloader',
    },
    {
      name: 'a reloader as a native sidecar',
      others: { initContainers: named({ image: 'prometheus-config-reloader', restartPolicy: 'Always' }) },
      method: 'Reloader',
    },
    {
      name: 'Thanos with --reloader.config-file',
      others: {
        containers: named({ image: 'thanos:v0.39', args: ['sidecar', '--reloader.config-file=/etc/p.yaml'] }),
      },
      method: 'Reloader',
    },
    {
      name: 'Thanos without it',
      args: ['--web.enable-lifecycle'],
      others: { containers: named({ image: 'thanos:v0.39', args: ['sidecar'] }) },
      method: 'Http',
    },
    {
      name: 'auto-reload-config among the features',
      args: ['--enable-feature=exemplar-storage,auto-reload-config', '--web.enable-lifecycle'],
      method: 'Reloader',
    },
    { name: 'another feature', args: ['--enable-feature=exemplar-storage'], method: 'Unknown' },
    { name: 'None', args: ['--web.enable-lifecycle'], reload: 'None', method: 'None' },
    { name: 'Http, although nothing is seen', reload: 'Http', method: 'Http' },
  ];
  it.each(rows)('sees $name: $method', ({ args = [], others = {}, reload = 'Auto', method }) => {
    const container: Container = { name: 'prometheus', image: 'prometheus', args };
    const workload = statefulSet();
    const { template } = workload.spec;
    const { containers = [], initContainers = [] } = others;
    const spec = { ...template.spec, containers: [container, ...containers], initContainers };
    const live = { ...workload, spec: { ...workload.spec, template: { ...template, spec } } };
    const seen = subject({ resource: scrape({ config: { reload } }), statefulSet: live });
    expect(reloadMethod(seen)).toBe(method);
  });
});
