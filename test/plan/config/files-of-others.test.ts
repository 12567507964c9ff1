// etcd's client certificate in a legacy directory: what is not Istio's stays what it is.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Container, Volume } from '../../../src/api/kubernetes.ts';
import { configMap } from '../../support/config-map.ts';
import { statefulSet } from '../../support/stateful-set.ts';
import { evaluate } from './evaluated.ts';

const TEXT = readFileSync(
  new URL('../../fixtures/prometheus-yaml/other-names-in-a-legacy-directory/before.yaml', import.meta.url),
  'utf8',
);

/** The legacy Prometheus with another volume at /etc/certs; `undefined`: with none. */
function mounting(
  volume: Omit<Volume, 'name'> | undefined,
  beside: { readonly containers?: readonly Container[]; readonly initContainers?: readonly Container[] } = {},
) {
  const of = statefulSet();
  const { spec } = of.spec.template;
  const volumes = (spec.volumes ?? []).flatMap((each): readonly Volume[] => {
    if (each.name !== 'istio-certs') return [each];
    return volume === undefined ? [] : [{ name: 'istio-certs', ...volume }];
  });
  const containers = spec.containers.map((each) => ({
    ...each,
    volumeMounts: (each.volumeMounts ?? []).filter(
      ({ name }) => volume !== undefined || name !== 'istio-certs',
    ),
  }));
  const template = {
    ...of.spec.template,
    spec: { ...spec, ...beside, containers: [...containers, ...(beside.containers ?? [])], volumes },
  };
  return { ...of, spec: { ...of.spec, template } };
}

const AGENT = { name: 'vault-agent', volumeMounts: [{ name: 'istio-certs', mountPath: '/out' }] };
const OTHERS = ['FilesOfAnotherSource', 'FilesOfAnotherSource'];

describe('planConfig, of files of other owners', () => {
  it.each([
    {
      name: 'takes the names where nothing is mounted',
      volume: undefined,
      jobs: ['mesh'],
      refusal: undefined,
      codes: ['StalePath', 'StalePath', 'StalePath'],
    },
    {
      name: 'leaves all that a secret of etcd holds',
      volume: { secret: { secretName: 'etcd-client' } },
      jobs: [],
      refusal: 'NoJobs',
      codes: OTHERS,
    },
    {
      name: 'leaves all that a ConfigMap holds',
      volume: { configMap: { name: 'certificates' } },
      jobs: [],
      refusal: 'NoJobs',
      codes: OTHERS,
    },
    {
      name: 'leaves all that a CSI driver brings',
      volume: { csi: {} },
      jobs: [],
      refusal: 'NoJobs',
      codes: OTHERS,
    },
    {
      name: 'leaves all in an emptyDir that another container fills',
      volume: { emptyDir: {} },
      beside: { containers: [AGENT] },
      jobs: [],
      refusal: 'NoJobs',
      codes: OTHERS,
    },
    {
      name: 'leaves all in an emptyDir that an init container fills',
      volume: { emptyDir: { medium: 'Memory' } },
      beside: { initContainers: [AGENT] },
      jobs: [],
      refusal: 'NoJobs',
      codes: OTHERS,
    },
    {
      name: 'takes the names in an emptyDir that another container only reads',
      volume: { emptyDir: {} },
      beside: {
        containers: [
          { name: 'reader', volumeMounts: [{ name: 'istio-certs', mountPath: '/in', readOnly: true }] },
        ],
      },
      jobs: ['mesh'],
      refusal: undefined,
      codes: ['StalePath', 'StalePath', 'StalePath'],
    },
  ])('$name', ({ volume, beside, jobs, refusal, codes }) => {
    const plan = evaluate(configMap(TEXT), { of: mounting(volume, beside) });
    expect(plan.rewrittenJobs).toEqual(jobs);
    expect(plan.refusal?.reason).toBe(refusal);
    expect(plan.findings.map(({ code }) => code)).toEqual(codes);
    expect(plan.fields.filter(({ path }) => path.includes('[etcd]'))).toEqual([]);
  });

  it('gives all four to a job that is named, and says what it had', () => {
    const of = mounting({ secret: { secretName: 'etcd-client' } });
    const plan = evaluate(configMap(TEXT), { of, spec: { config: { jobs: ['etcd'] } } });
    expect([plan.rewrittenJobs, plan.fields.length]).toEqual([['etcd'], 4]);
    expect(plan.findings.find(({ code }) => code === 'FilesReplaced')?.message).toBe(
      "prometheus.yaml line 5: Job etcd: config.jobs names this job, so files that are not Istio's are replaced: ca_file /etc/certs/etcd-ca.crt, cert_file /etc/certs/etcd-client.crt, key_file /etc/certs/etcd-client.key.",
    );
  });
});
