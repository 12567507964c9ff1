import { describe, expect, it } from 'vitest';
import type { Container, Pod } from '../../../src/api/kubernetes.ts';
import type { TargetsStatus } from '../../../src/api/prometheus-istio-scrape.gen.ts';
import { planConfig } from '../../../src/plan/config/config.ts';
import type { PrometheusSeen, TargetSeen } from '../../../src/plan/model/prometheus-seen.ts';
import { planProof, type ProofPlan } from '../../../src/plan/verification/proof.ts';
import { reads } from '../../support/answers.ts';
import { configMap } from '../../support/config-map.ts';
import { podOf } from '../../support/pod.ts';
import { scrape } from '../../support/scrape.ts';
import { NOW_MS, subject } from '../../support/snapshot.ts';
import { statefulSet } from '../../support/stateful-set.ts';
import { PROMETHEUS_YAML, REWRITTEN_YAML } from '../../support/world.ts';

const JOB = 'kubernetes-pods-istio-secure';
const up: TargetSeen = {
  ...{ scrapePool: JOB, scrapeUrl: 'https://10.0.0.9/metrics', health: 'up', lastError: '' },
  lastScrapeMs: 2000,
};
const fresh = {
  ...{ kind: 'answered', config: REWRITTEN_YAML, reloadSucceeded: true, configLoadedMs: 1000 },
  ...{ pools: [JOB], targets: [up] },
} as const;
const old = { config: PROMETHEUS_YAML };

interface World {
  /** What each replica answers, laid over an answer that serves the new files. */
  readonly answers?: readonly (Partial<PrometheusSeen> | 'not asked')[];
  readonly spec?: Parameters<typeof scrape>[0];
  readonly args?: readonly string[];
  /** Laid over the mount of the ConfigMap. */
  readonly mount?: object;
  readonly beside?: readonly Container[];
  readonly reloadAsked?: boolean;
  /** The condition Reloaded, and how long ago it flipped. */
  readonly reloaded?: { readonly status: 'True' | 'False' | 'Unknown'; readonly agoMs: number };
  readonly jobs?: readonly string[];
  readonly pod?: Partial<Pod['status']>;
  readonly failures?: TargetsStatus['failures'];
}

/** What is decided of replicas that answer so; the ConfigMap names the new files already. */
function prove({ answers = [{}], spec = {}, jobs = [JOB], ...world }: World): ProofPlan {
  const { args = [], mount = {}, beside = [], reloadAsked = false, reloaded, failures } = world;
  const bare = statefulSet({ containers: beside });
  const { template } = bare.spec;
  const containers = template.spec.containers.map((each) =>
    each.name === 'prometheus'
      ? {
          ...each,
          args: [...(each.args ?? []), ...args],
          volumeMounts: [{ name: 'config', mountPath: '/etc/prometheus', ...mount }],
        }
      : each,
  );
  const of = statefulSet({ spec: { template: { ...template, spec: { ...template.spec, containers } } } });
  const pods = answers.map((_, index) => {
    const pod = podOf(of, { name: `prometheus-${index}` });
    return { ...pod, status: { ...pod.status, podIP: `10.0.0.${index}`, ...world.pod } };
  });
  const prometheus = Object.fromEntries(
    answers.flatMap((answer, index) =>
      answer === 'not asked'
        ? []
        : [[`prometheus-${index}`, { ...fresh, ...answer } as PrometheusSeen] as const],
    ),
  );
  const conditions =
    reloaded === undefined
      ? []
      : [
          {
            ...{ type: 'Reloaded', status: reloaded.status, reason: 'R', message: '' },
            lastTransitionTime: new Date(NOW_MS - reloaded.agoMs).toISOString(),
          },
        ];
  const status = {
    conditions,
    ...(failures === undefined ? {} : { targets: { summary: '0/1', up: 0, down: 1, unknown: 0, failures } }),
  };
  const seen = subject({
    resource: scrape(spec, { status }),
    statefulSet: of,
    reloadAsked,
    reads: reads({
      ...{ statefulSet: of, pods, prometheus },
      configMaps: { prometheus: { kind: 'present', value: configMap(REWRITTEN_YAML) } },
    }),
  });
  return planProof({ ...seen, config: { ...planConfig(seen), rewrittenJobs: jobs } });
}
const asked = ({ action }: ProofPlan) => action?.endpoints.map(({ url }) => url);

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

describe('planProof, where Prometheus serves the old paths', () => {
  const HTTP: World = { spec: { config: { reload: 'Http' } } };
  const reloader = { name: 'reload', image: 'configmap-reload:v0.15.0' };
  const [soon, later] = [10_000, 60_000];
  const limitMs = 180_000;
  const bySubPath: World = {
    spec: { config: { reload: 'Http', configMap: { name: 'prometheus' } } },
    mount: { mountPath: '/etc/prometheus/prometheus.yaml', subPath: 'prometheus.yaml' },
  };
  const rows: readonly {
    name: string;
    world: World;
    kind: ProofPlan['kind'];
    reloads: boolean;
    retryAfterMs: number | undefined;
  }[] = [
    { name: 'reloads over HTTP', world: HTTP, kind: 'Waiting', reloads: true, retryAfterMs: soon },
    {
      name: 'reloads over HTTP where the lifecycle API is on',
      world: { args: ['--web.enable-lifecycle'] },
      ...{ kind: 'Waiting', reloads: true, retryAfterMs: soon },
    },
    {
      name: 'does not reload twice in one reconciliation',
      world: { ...HTTP, reloadAsked: true },
      ...{ kind: 'Waiting', reloads: false, retryAfterMs: soon },
    },
    {
      name: 'does not reload under mode Observe',
      world: { spec: { mode: 'Observe', config: { reload: 'Http' } } },
      ...{ kind: 'Waiting', reloads: false, retryAfterMs: later },
    },
    {
      name: 'does not reload while the resource is suspended',
      world: { spec: { suspend: true, config: { reload: 'Http' } } },
      ...{ kind: 'Waiting', reloads: false, retryAfterMs: later },
    },
    {
      name: 'does not reload under manage.config Observe',
      world: { spec: { manage: { config: 'Observe' }, config: { reload: 'Http' } } },
      ...{ kind: 'Waiting', reloads: false, retryAfterMs: later },
    },
    {
      name: 'asks a person for a reload under mode Observe after three minutes',
      world: {
        spec: { mode: 'Observe', config: { reload: 'Http' } },
        reloaded: { status: 'False', agoMs: limitMs + 1 },
      },
      ...{ kind: 'ReloadNeeded', reloads: false, retryAfterMs: later },
    },
    {
      name: 'leaves the reload to a reloader',
      world: { beside: [reloader], args: ['--web.enable-lifecycle'] },
      ...{ kind: 'Waiting', reloads: false, retryAfterMs: soon },
    },
    {
      name: 'leaves the reload to the user under reload None',
      world: { spec: { config: { reload: 'None' } }, args: ['--web.enable-lifecycle'] },
      ...{ kind: 'Unknown', reloads: false, retryAfterMs: later },
    },
    {
      name: 'waits for a reloader where none is seen',
      world: {},
      ...{ kind: 'Waiting', reloads: false, retryAfterMs: later },
    },
    {
      name: 'evaluates again just after the three minutes',
      world: { reloaded: { status: 'False', agoMs: limitMs - 5_000 } },
      ...{ kind: 'Waiting', reloads: false, retryAfterMs: 6_000 },
    },
    {
      name: 'asks for a reload where nobody is seen to do it within three minutes',
      world: { reloaded: { status: 'False', agoMs: limitMs + 1 } },
      ...{ kind: 'ReloadNeeded', reloads: false, retryAfterMs: later },
    },
    {
      name: 'waits for a new pod where the file is mounted by subPath',
      world: bySubPath,
      ...{ kind: 'Waiting', reloads: false, retryAfterMs: later },
    },
    {
      name: 'asks for a new pod where the file is mounted by subPath and none came within three minutes',
      world: { ...bySubPath, reloaded: { status: 'False', agoMs: limitMs + 1 } },
      ...{ kind: 'RestartNeeded', reloads: false, retryAfterMs: undefined },
    },
    {
      name: 'waits for three minutes',
      world: { ...HTTP, reloaded: { status: 'False', agoMs: limitMs } },
      ...{ kind: 'Waiting', reloads: true, retryAfterMs: soon },
    },
    {
      name: 'says after three minutes that the file does not arrive, and still reloads',
      world: { ...HTTP, reloaded: { status: 'False', agoMs: limitMs + 1 } },
      ...{ kind: 'NotPropagated', reloads: true, retryAfterMs: later },
    },
    {
      name: 'says after three minutes that the file does not arrive, and does not reload twice',
      world: { ...HTTP, reloadAsked: true, reloaded: { status: 'False', agoMs: limitMs + 1 } },
      ...{ kind: 'NotPropagated', reloads: false, retryAfterMs: later },
    },
    {
      name: 'does not count the time in which the paths were served',
      world: { ...HTTP, reloaded: { status: 'True', agoMs: 3_600_000 } },
      ...{ kind: 'Waiting', reloads: true, retryAfterMs: soon },
    },
    {
      name: 'does not count the time in which nothing was known',
      world: { ...HTTP, reloaded: { status: 'Unknown', agoMs: 3_600_000 } },
      ...{ kind: 'Waiting', reloads: true, retryAfterMs: soon },
    },
  ];
  it.each(rows)('$name', ({ world, kind, reloads, retryAfterMs }) => {
    const proof = prove({ ...world, answers: [old, {}] });
    expect([proof.kind, asked(proof), proof.retryAfterMs]).toEqual([
      kind,
      reloads ? ['http://10.0.0.0:9090'] : undefined,
      retryAfterMs,
    ]);
    expect(proof.targets).toBeUndefined();
  });

  it('names in its message how long it has waited', () => {
    const proof = prove({ ...HTTP, answers: [old], reloaded: { status: 'False', agoMs: limitMs + 1 } });
    expect(proof.message).toContain('prometheus-0 does not serve the new paths after 3 minutes');
  });

  it('says after three minutes that the load has failed where it knows the new paths', () => {
    const reloaded = { status: 'False', agoMs: limitMs + 1 } as const;
    const proof = prove({ ...HTTP, answers: [{ reloadSucceeded: false }], reloaded });
    expect(proof.message).toBe(
      'prometheus-0 names the new paths, and its last load has failed for 3 minutes: see its log',
    );
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
