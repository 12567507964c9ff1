// Situations of stages 5 and 6. What is known not to be served takes Ready from True; whatever else they report, kstatus
// says Current.
import type { WorkloadOptions } from '../../support/stateful-set.ts';
import { scrape } from '../../support/scrape.ts';
import { present } from '../../support/answers.ts';
import { configMap } from '../../support/config-map.ts';
import { NOW_MS, type SnapshotOptions } from '../../support/snapshot.ts';
import { wired } from '../../support/stateful-set.ts';
import { PROMETHEUS_YAML, REWRITTEN_YAML } from '../../support/world.ts';
import { asked, ready } from '../world.ts';
import type { Situations } from './situation.ts';

const old = { config: PROMETHEUS_YAML } as const;
/** A wired StatefulSet whose Prometheus container is bent. */
function bent(change: object, options: WorkloadOptions = {}): ReturnType<typeof wired> {
  const of = wired(options);
  const { template } = of.spec;
  const containers = template.spec.containers.map((each) => ({ ...each, ...change }));
  return { ...of, spec: { ...of.spec, template: { ...template, spec: { ...template.spec, containers } } } };
}
const reloadable = bent({
  args: ['--config.file=/etc/prometheus/prometheus.yaml', '--web.enable-lifecycle'],
});
/** The ConfigMap is named by spec, and mounted by subPath. */
const named = { config: { configMap: { name: 'prometheus' } } };
const bySubPath = bent({
  volumeMounts: [
    { name: 'config', mountPath: '/etc/prometheus/prometheus.yaml', subPath: 'prometheus.yaml' },
    { name: 'istio-certs', mountPath: '/etc/certs', readOnly: true },
    { name: 'istio-output-certs', mountPath: '/etc/prom-certs', readOnly: true },
  ],
});
const waitingSince = (ms: number, spec: Parameters<typeof scrape>[0] = {}) =>
  scrape(spec, {
    status: {
      conditions: [
        {
          type: 'Reloaded',
          status: 'False',
          reason: 'WaitingForReload',
          message: '',
          lastTransitionTime: new Date(ms).toISOString(),
        },
      ],
    },
  });
/** A rewritten job has had no pool since. */
const lackingSince = (ms: number) =>
  scrape(
    {},
    {
      status: {
        conditions: [
          {
            type: 'TargetsUp',
            status: 'False',
            reason: 'PoolMissing',
            message: '',
            lastTransitionTime: new Date(ms).toISOString(),
          },
        ],
      },
    },
  );
const target = (lastError: string) => ({
  targets: [
    {
      scrapePool: 'kubernetes-pods-istio-secure',
      scrapeUrl: 'https://10.0.0.9/metrics',
      health: 'down' as const,
      lastError,
      lastScrapeMs: undefined,
    },
  ],
});

/** The same world with one job more, which the resource leaves out. */
function leavingOut(seen: SnapshotOptions): SnapshotOptions {
  const more = `${REWRITTEN_YAML}- job_name: old\n  scheme: https\n  tls_config: {ca_file: /etc/certs/root-cert.pem}\n`;
  const configMaps = { prometheus: present(configMap(more)) };
  return {
    ...seen,
    reads: { ...seen.reads, configMaps },
    resource: scrape({ config: { jobs: ['kubernetes-*'] } }),
  };
}

export const PROOF_SITUATIONS = {
  Succeeded: [
    {
      name: 'every replica serves the new paths',
      on: 'Ready',
      status: 'True',
      kstatus: 'Current',
      seen: asked({}),
    },
  ],
  SucceededInPart: [
    {
      name: 'spec.config.jobs leaves out a job with files of old',
      on: 'Ready',
      status: 'True',
      kstatus: 'Current',
      seen: leavingOut(asked({})),
    },
  ],
  WiredOnly: [
    {
      name: 'prometheus.yaml is left to its owner',
      on: 'Ready',
      status: 'True',
      kstatus: 'Current',
      seen: { ...ready, resource: scrape({ manage: { config: 'Ignore' } }) },
    },
  ],
  AppliedUnverified: [
    {
      name: 'spec.config.jobs leaves out a job with files of old, and Prometheus cannot be asked',
      on: 'Ready',
      status: 'True',
      kstatus: 'Current',
      seen: leavingOut(ready),
    },
    { name: 'Prometheus cannot be asked', on: 'Ready', status: 'True', kstatus: 'Current', seen: ready },
  ],
  NotVerified: [
    {
      name: 'Prometheus cannot be asked',
      on: 'Reloaded',
      status: 'Unknown',
      kstatus: 'Current',
      seen: ready,
    },
  ],
  WaitingForReload: [
    {
      name: 'a reload was asked for and the old paths are served',
      on: 'Reloaded',
      status: 'False',
      kstatus: 'InProgress',
      seen: asked(old, reloadable),
    },
    {
      name: 'the old paths are served and nobody is seen to reload',
      on: 'Ready',
      status: 'Unknown',
      kstatus: 'InProgress',
      seen: asked(old),
    },
    {
      name: 'the file is mounted by subPath',
      on: 'Ready',
      status: 'Unknown',
      kstatus: 'InProgress',
      seen: { ...asked(old, bySubPath), resource: scrape(named) },
    },
    {
      name: 'Prometheus was reloaded once more for a pool that is missing',
      on: 'TargetsUp',
      status: 'Unknown',
      kstatus: 'Current',
      seen: {
        ...asked({ config: REWRITTEN_YAML, pools: [] }, reloadable),
        resource: lackingSince(NOW_MS - 31_000),
      },
    },
  ],
  ConfigNotPropagated: [
    {
      name: 'they are served for more than three minutes',
      on: 'Reloaded',
      status: 'False',
      kstatus: 'InProgress',
      seen: { ...asked(old, reloadable), resource: waitingSince(NOW_MS - 181_000) },
    },
    {
      name: 'they are served for more than three minutes',
      on: 'Ready',
      status: 'False',
      kstatus: 'InProgress',
      seen: { ...asked(old, reloadable), resource: waitingSince(NOW_MS - 181_000) },
    },
  ],
  ReloadNeeded: [
    {
      name: 'nothing is seen that would reload for more than three minutes',
      on: 'Reloaded',
      status: 'False',
      kstatus: 'Failed',
      seen: { ...asked(old), resource: waitingSince(NOW_MS - 181_000) },
    },
    {
      name: 'nothing is seen that would reload for more than three minutes',
      on: 'Ready',
      status: 'False',
      kstatus: 'Failed',
      seen: { ...asked(old), resource: waitingSince(NOW_MS - 181_000) },
    },
  ],
  RestartNeeded: [
    {
      name: 'the file is mounted by subPath for more than three minutes',
      on: 'Reloaded',
      status: 'False',
      kstatus: 'Failed',
      seen: { ...asked(old, bySubPath), resource: waitingSince(NOW_MS - 181_000, named) },
    },
    {
      name: 'the file is mounted by subPath for more than three minutes',
      on: 'Ready',
      status: 'False',
      kstatus: 'Failed',
      seen: { ...asked(old, bySubPath), resource: waitingSince(NOW_MS - 181_000, named) },
    },
  ],
  PoolMissing: [
    {
      name: 'the files were missing when the pool was made',
      on: 'TargetsUp',
      status: 'False',
      kstatus: 'Current',
      seen: asked({ config: REWRITTEN_YAML, pools: [] }),
    },
    {
      name: 'no replica has had the pool for a minute',
      on: 'Ready',
      status: 'False',
      kstatus: 'InProgress',
      seen: { ...asked({ config: REWRITTEN_YAML, pools: [] }), resource: lackingSince(NOW_MS - 31_000) },
    },
  ],
  CertificateFailure: [
    {
      name: 'the certificate has expired',
      on: 'TargetsUp',
      status: 'False',
      kstatus: 'Current',
      seen: asked(target('remote error: tls: expired certificate')),
    },
  ],
  TargetsDown: [
    {
      name: 'the application is down',
      on: 'TargetsUp',
      status: 'False',
      kstatus: 'Current',
      seen: asked(target('connect: connection refused')),
    },
  ],
} as const satisfies Situations;
