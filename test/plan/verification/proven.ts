// Replicas of Prometheus that answer as a test says, and what is decided of them.
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

export const JOB = 'kubernetes-pods-istio-secure';
export const up: TargetSeen = {
  ...{ scrapePool: JOB, scrapeUrl: 'https://10.0.0.9/metrics', health: 'up', lastError: '' },
  lastScrapeMs: 2000,
};
const fresh = {
  ...{ kind: 'answered', config: REWRITTEN_YAML, reloadSucceeded: true, configLoadedMs: 1000 },
  ...{ pools: [JOB], targets: [up] },
} as const;
export const old = { config: PROMETHEUS_YAML };

export interface World {
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
  /** When the jobs were rewritten, by the record. */
  readonly rewrittenMs?: number;
  /** Jobs that are in included files, and when they were rewritten. */
  readonly included?: { readonly jobs: readonly string[]; readonly ms: number };
}

/** What is decided of replicas that answer so; the ConfigMap names the new files already. */
export function prove({ answers = [{}], spec = {}, jobs = [JOB], ...world }: World): ProofPlan {
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
  return planProof({
    ...seen,
    config: {
      ...planConfig(seen),
      rewrittenJobs: [...jobs, ...(world.included?.jobs ?? [])],
      rewrittenMs: world.rewrittenMs ?? NaN,
      includedJobs: world.included?.jobs ?? [],
      includedMs: world.included?.ms ?? NaN,
    },
  });
}
/** The replicas that are to be reloaded. */
export const asked = ({ action }: ProofPlan) => action?.endpoints.map(({ url }) => url);
