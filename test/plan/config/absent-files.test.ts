// Jobs whose files do not exist: nothing is mounted there, or nobody writes a file of that name.
import { describe, expect, it } from 'vitest';
import type { Pod, StatefulSet } from '../../../src/api/kubernetes.ts';
import { planConfig } from '../../../src/plan/config/config.ts';
import { secureJob } from '../../edit/prometheus-yaml/goldens.ts';
import { present, reads } from '../../support/answers.ts';
import { configMap } from '../../support/config-map.ts';
import { podOf } from '../../support/pod.ts';
import { scrape } from '../../support/scrape.ts';
import { subject } from '../../support/snapshot.ts';
import { statefulSet } from '../../support/stateful-set.ts';

const GOOD = secureJob('good', '/etc/prom-certs');
const tls = (ca: string, certificate: string, key: string): string =>
  `- job_name: dead\n  scheme: https\n  tls_config: {ca_file: ${ca}, cert_file: ${certificate}, key_file: ${key}, insecure_skip_verify: true}\n`;
const OTHER_NAMES = tls('/etc/prom-certs/ca.crt', '/etc/prom-certs/tls.crt', '/etc/prom-certs/tls.key');

interface Row {
  readonly name: string;
  readonly job: string;
  readonly config?: object;
  readonly of?: StatefulSet;
  readonly pods?: readonly Pod[];
  /** "cured/needing", and what is left out. */
  readonly jobs: string;
  readonly says?: string;
}

const injected = podOf(statefulSet());
const agent = { name: 'agent', volumeMounts: [{ name: 'v', mountPath: '/out' }] };
const volume = {
  volumes: [{ name: 'v', emptyDir: {} }],
  mounts: [{ name: 'v', mountPath: '/etc/prom-certs' }],
};
const NOWHERE = (directory: string): string =>
  `job dead, line 12: Job dead is left as it is: its ca_file is ${directory}/root-cert.pem, the container mounts nothing there, and that directory is not listed as legacy. Add the directory to spec.config.legacyDirectories, or name the job in spec.config.jobs (beside '*', where that is empty).`;

describe('planConfig, of files that do not exist', () => {
  const rows: readonly Row[] = [
    {
      name: 'refuses a job in a directory that is neither listed nor mounted',
      job: secureJob('dead', '/etc/istio/certs'),
      jobs: '1/2',
      says: NOWHERE('/etc/istio/certs'),
    },
    {
      name: 'refuses a job below a ConfigMap, which holds no directories',
      job: secureJob('dead', '/etc/prometheus/a'),
      jobs: '1/2',
      says: NOWHERE('/etc/prometheus/a'),
    },
    {
      name: 'refuses a job with other names than istio-proxy writes',
      job: OTHER_NAMES,
      jobs: '1/2',
      says: "job dead, line 11: Job dead is left as it is: its ca_file is /etc/prom-certs/ca.crt, and istio-proxy writes root-cert.pem, cert-chain.pem and key.pem there, nothing else. Name root-cert.pem, cert-chain.pem and key.pem there, or name the job in spec.config.jobs (beside '*', where that is empty).",
    },
    {
      name: 'refuses the same in its own volume',
      job: OTHER_NAMES,
      of: statefulSet(volume),
      jobs: '1/2',
      says: 'its ca_file is /etc/prom-certs/ca.crt',
    },
    {
      name: 'refuses a chosen job of which one file stays and does not exist',
      job: tls('/etc/prom-certs/ca.crt', '/etc/prom-certs/cert-chain.pem', '/etc/prom-certs/key.pem'),
      jobs: '1/2',
      says: 'its ca_file is /etc/prom-certs/ca.crt',
    },
    {
      name: 'counts one that config.jobs leaves out as left out',
      job: secureJob('dead', '/etc/istio/certs'),
      config: { jobs: ['good'] },
      jobs: '1/2 without dead',
    },
    {
      name: 'refuses one that a glob of config.jobs reaches',
      job: secureJob('dead', '/etc/istio/certs'),
      config: { jobs: ['good', 'd*'] },
      jobs: '1/2',
      says: NOWHERE('/etc/istio/certs'),
    },
    {
      name: 'takes one that config.jobs names',
      job: OTHER_NAMES,
      config: { jobs: ['*', 'dead'] },
      jobs: '1/2',
    },
    {
      name: 'takes one whose directory is listed',
      job: secureJob('dead', '/etc/istio/certs'),
      config: { legacyDirectories: ['/etc/istio/certs'] },
      jobs: '1/2',
    },
    {
      name: 'leaves one whose files a pod mounts',
      job: secureJob('dead', '/injected'),
      pods: [
        {
          ...injected,
          spec: {
            ...injected.spec,
            containers: injected.spec.containers.map((each) => ({
              ...each,
              volumeMounts: [...(each.volumeMounts ?? []), { name: 'i', mountPath: '/injected' }],
            })),
          },
        },
      ],
      jobs: '1/1',
    },
    {
      name: 'leaves other names in a volume that another container fills',
      job: OTHER_NAMES,
      of: statefulSet({ ...volume, containers: [agent] }),
      jobs: '1/1',
    },
    { name: 'leaves a job of other names elsewhere', job: tls('/a/ca', '/a/crt', '/a/key'), jobs: '1/1' },
  ];
  it.each(rows)('$name', ({ job, config = {}, of = statefulSet(), pods, jobs, says }) => {
    const seen = configMap(`scrape_configs:\n${GOOD}${job}`);
    const plan = planConfig(
      subject({
        resource: scrape({ config }),
        statefulSet: present(of),
        reads: {
          ...reads({ configMaps: { prometheus: present(seen) } }),
          ...(pods === undefined ? {} : { pods: present(pods) }),
        },
      }),
    );
    const { cured = 0, needing = 0, leftOut = [] } = plan.jobs ?? {};
    const without = leftOut.length === 0 ? '' : ` without ${leftOut.join()}`;
    expect(`${String(cured)}/${String(needing)}${without}`).toBe(jobs);
    expect(plan.refusal?.reason).toBe(says === undefined ? undefined : 'JobsRefused');
    expect(plan.refusal?.message ?? '').toContain(says ?? '');
  });

  it('refuses a job in /etc/certs where that is not listed and not mounted', () => {
    const { spec } = statefulSet();
    const [container] = spec.template.spec.containers;
    const bare = {
      ...container,
      name: 'prometheus',
      volumeMounts: [{ name: 'config', mountPath: '/etc/prometheus' }],
    };
    const template = { ...spec.template, spec: { ...spec.template.spec, containers: [bare] } };
    const of = { ...statefulSet(), spec: { ...spec, template } };
    const plan = planConfig(
      subject({
        resource: scrape({ config: { legacyDirectories: ['/etc/istio-certs'] } }),
        statefulSet: present(of),
        reads: reads({
          statefulSet: of,
          configMaps: { prometheus: present(configMap(`scrape_configs:\n${GOOD}${secureJob('dead')}`)) },
        }),
      }),
    );
    expect(plan.jobs).toEqual({ cured: 1, needing: 2, leftOut: [] });
    expect(plan.refusal).toEqual({ reason: 'JobsRefused', message: NOWHERE('/etc/certs'), stalled: true });
    expect(plan.findings.map(({ code }) => code)).toEqual(['DirectoryNotListed']);
    expect(plan.skippedJobs.map(({ job, code }) => [job, code])).toEqual([['dead', 'NothingMounted']]);
  });
});
